"""Takes, publishing, remixing and model pages: who gets what, and nothing twice."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image

from gallery.ingest import make_asset
from gallery.models import Post, PostGeneration, User
from generation.finishing import recipe_for
from generation.models import Checkpoint, GenerationRequest, Job, Resource, Take, Wildcard
from generation.models.queue import JobState
from tagging.models import Category, Tag

Member = Callable[[str], User]
Ask = Callable[..., GenerationRequest]
Draw = Callable[..., Take]


@pytest.fixture
def draw(ask: Ask, settings: Any, tmp_path: Path) -> Draw:
    """A function that gives `user` a take: `draw(user, prompt="…")`."""
    settings.MEDIA_ROOT = tmp_path

    def make(user: User, **wanted: Any) -> Take:
        job = ask(user, **wanted).jobs.select_related("request__checkpoint", "user").get()
        recipe = recipe_for(job)
        asset = make_asset(user, Image.new("RGB", (64, 64), (job.pk * 40 % 256, 80, 120)), recipe)
        Job.objects.filter(pk=job.pk).update(state=JobState.DONE)
        return Take.objects.create(job=job, owner=user, asset=asset, recipe=recipe.to_dict())

    return make


def form(**changed: Any) -> dict[str, Any]:
    """The publish form as a browser sends it."""
    return {
        "tags": "1girl red_hair",
        "rating": "g",
        "prompt_visibility": "visible",
        "title": "Red",
        "commentary": "",
    } | changed


@pytest.mark.parametrize("name", ["take", "publish"])
def test_another_members_take_is_not_found(client: Client, draw: Draw, member: Member, name: str) -> None:
    take = draw(member("mira"), prompt="1girl, secret garden")
    address = reverse(f"generation:{name}", args=[take.pk])
    assert client.get(address).status_code == 302
    client.force_login(member("tomo"))
    for answer in (client.get(address), client.post(address, form()) if name == "publish" else client.get(address)):
        assert answer.status_code == 404
        assert "<html" in answer.text
        assert "secret garden" not in answer.text
    assert client.get(f"/create?take={take.pk}").status_code == 404
    assert "secret garden" not in client.get("/takes").text
    assert not Post.objects.exists()


def shown(page: Any) -> list[int]:
    return [entry.take.pk for entry in page.context["entries"]]


def test_takes_are_paged_by_key_and_can_leave_posts_out(client: Client, draw: Draw, member: Member) -> None:
    mira = member("mira")
    made = [draw(mira) for _ in range(3)]
    client.force_login(mira)
    assert shown(client.get("/takes")) == [take.pk for take in reversed(made)]
    assert shown(client.get("/takes", {"page": f"{made[1].pk}.{made[1].pk}"})) == [made[0].pk]
    client.post(reverse("generation:publish", args=[made[2].pk]), form())
    assert shown(client.get("/takes", {"q": "is:unpublished"})) == [made[1].pk, made[0].pk]
    assert client.get("/takes", {"page": "9" * 40}).status_code == 422


def test_a_take_shows_its_whole_recipe(client: Client, draw: Draw, member: Member) -> None:
    mira = member("mira")
    take = draw(mira, prompt="1girl, red hair", negative_prompt="glasses", seed=1234567, steps=5)
    client.force_login(mira)
    page = client.get(reverse("generation:take", args=[take.pk])).text
    for said in ("1girl, red hair", "glasses", "1234567", "Euler", "Tiny", "Negative prompt: glasses"):
        assert said in page
    assert f"/takes/{take.pk}/publish" in page


def test_publishing_starts_with_the_prompts_tags_words_and_a_rating(client: Client, draw: Draw, member: Member) -> None:
    mira = member("mira")
    take = draw(mira, prompt="1girl, red hair, floating castle, bikini")
    client.force_login(mira)
    page = client.get(reverse("generation:publish", args=[take.pk]))
    assert page.context["form"]["tags"].value() == "1girl red_hair"
    assert [value for value, _ in page.context["form"].fields["words"].choices] == ["floating_castle", "bikini"]
    assert page.context["form"]["rating"].value() == "s"
    assert "bikini" in page.text
    assert "nobody can take it off" in page.text


def test_the_rating_is_suggested_for_the_words_that_the_wildcards_drew(
    client: Client, draw: Draw, member: Member
) -> None:
    mira = member("mira")
    client.force_login(mira)
    Wildcard.objects.create(name="clothes", text="tiny bikini")
    Wildcard.objects.create(name="nude", text="oak tree")
    for prompt, rating in (("1girl, __clothes__", "s"), ("1girl, __nude__", "g")):
        page = client.get(reverse("generation:publish", args=[draw(mira, prompt=prompt).pk]))
        assert page.context["suggestion"].rating == rating


def test_publishing_makes_one_post_however_often_it_is_asked(client: Client, draw: Draw, member: Member) -> None:
    mira = member("mira")
    take = draw(mira, prompt="1girl, red hair, floating castle")
    client.force_login(mira)
    address = reverse("generation:publish", args=[take.pk])
    first = client.post(address, form(words=["floating_castle"]))
    post = Post.objects.get()
    assert (first.status_code, first["Location"]) == (303, reverse("gallery:post", args=[post.pk]))
    given = Tag.objects.filter(pk__in=post.tag_ids).exclude(category__in=[Category.META, Category.MODEL])
    names = set(given.values_list("name", flat=True))
    assert names == {"1girl", "red_hair", "floating_castle"}
    assert (post.title, post.ai_level, post.ai_evidence) == ("Red", "generated", "site_job")
    again = client.post(address, form(title="Other"), follow=True)
    assert again.redirect_chain[-1][0] == first["Location"]
    assert "published already" in again.text
    assert client.get(address)["Location"] == first["Location"]
    assert Post.objects.get().title == "Red"


@pytest.mark.parametrize(
    ("changed", "field", "said"),
    [
        ({"rating": ""}, "rating", "Choose a rating"),
        ({"rating": "x"}, "rating", "unknown"),
        ({"prompt_visibility": "friends"}, "prompt_visibility", "those you allow, or only you"),
        ({"tags": "1girl bad*tag"}, "tags", "bad*tag"),
        ({"tags": " ".join(f"tag{number}" for number in range(301))}, "tags", "301"),
        ({"title": "x" * 201}, "title", "201"),
        ({"commentary": "x" * 10_001}, "commentary", "10001"),
        ({"words": ["not_in_prompt"]}, "words", "not a word of this prompt"),
    ],
)
def test_a_bad_publication_is_refused_and_all_of_it_kept(
    client: Client, draw: Draw, member: Member, changed: dict[str, Any], field: str, said: str
) -> None:
    mira = member("mira")
    take = draw(mira, prompt="1girl, floating castle")
    client.force_login(mira)
    answer = client.post(reverse("generation:publish", args=[take.pk]), form(commentary="A <b> walk") | changed)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert said in answer.context["form"].errors[field][0]
    for name, value in (form(commentary="A <b> walk") | changed).items():
        assert answer.context["form"][name].value() == value
    assert field == "commentary" or "A &lt;b&gt; walk" in answer.text
    assert not Post.objects.exists()


def test_a_milder_rating_than_the_rules_allow_is_explained(client: Client, draw: Draw, member: Member) -> None:
    mira = member("mira")
    take = draw(mira, prompt="1girl, bikini")
    client.force_login(mira)
    page = client.post(reverse("generation:publish", args=[take.pk]), form(rating="g"), follow=True)
    assert Post.objects.get().rating == "s"
    assert "The rating is “Sensitive”" in page.text


def published(client: Client, take: Take, **changed: Any) -> Post:
    client.force_login(take.owner)
    client.post(reverse("generation:publish", args=[take.pk]), form(**changed))
    client.logout()
    take.refresh_from_db()
    assert take.post is not None
    return take.post


def test_a_remix_is_the_recipe_without_the_seed(client: Client, draw: Draw, member: Member) -> None:
    take = draw(member("mira"), prompt="1girl, red hair", negative_prompt="glasses", seed=99, steps=9, guidance=4.5)
    post = published(client, take)
    start = client.get(f"/create?remix={post.pk}").context["form"]
    assert start["prompt"].value() == "1girl, red hair"
    assert start["negative_prompt"].value() == "glasses"
    assert (start["model"].value(), start["steps"].value(), start["guidance"].value()) == ("tiny", 9, 4.5)
    assert start["seed"].value() is None


def test_a_remix_leaves_out_the_loras_that_are_not_here_and_names_them(
    client: Client, draw: Draw, member: Member
) -> None:
    post = published(client, draw(member("mira"), prompt="1girl"))
    Resource.objects.create(slug="ink", name="Ink", kind="lora", family="sd1", path="/nowhere/ink", sha256="11" * 32)
    prompt = "<lora:inkStyle:0.7>, 1girl, <lora:ink:0.5>, <hypernet:old:1>, smile <lora:other>"
    PostGeneration.objects.filter(post=post).update(prompt=prompt, negative_prompt="ugly, <lora:bad:1>")
    page = client.get(f"/create?remix={post.pk}")
    assert page.context["form"]["prompt"].value() == "1girl, <lora:ink:0.5>, smile"
    assert page.context["form"]["negative_prompt"].value() == "ugly"
    said = page.content.decode()
    assert "The LoRAs “inkStyle”, “old”, “other”, “bad” aren’t available here" in said


def test_a_hidden_prompt_is_remixed_by_its_author_alone(client: Client, draw: Draw, member: Member) -> None:
    take = draw(member("mira"), prompt="1girl, secret garden")
    post = published(client, take, prompt_visibility="hidden")
    for viewer in (None, member("tomo")):
        if viewer:
            client.force_login(viewer)
        page = client.get(f"/create?remix={post.pk}")
        assert page.status_code == 200
        assert "keeps its prompt private" in page.text
        assert "secret garden" not in page.text
    client.force_login(take.owner)
    assert client.get(f"/create?remix={post.pk}").context["form"]["prompt"].value() == "1girl, secret garden"


def test_a_post_out_of_reach_is_not_remixed(client: Client, draw: Draw, member: Member) -> None:
    post = published(client, draw(member("mira"), prompt="1girl, secret garden"), rating="e")
    assert client.get(f"/create?remix={post.pk}").status_code == 404
    assert client.get("/create?remix=999999").status_code == 404
    assert client.get("/create?remix=x").status_code == 200


def test_a_take_is_drawn_again_with_or_without_its_seed(client: Client, draw: Draw, member: Member) -> None:
    mira = member("mira")
    take = draw(mira, prompt="1girl, red hair", seed=4321, steps=6)
    client.force_login(mira)
    same = client.get(f"/create?take={take.pk}").context["form"]
    assert (same["seed"].value(), same["count"].value(), same["steps"].value()) == (4321, 1, 6)
    assert client.get(f"/create?take={take.pk}&seed=new").context["form"]["seed"].value() is None


def test_a_models_page_says_what_it_can_do(client: Client, model: Checkpoint) -> None:
    Checkpoint.objects.filter(pk=model.pk).update(
        card="---\nlicense: x\n---\n# Tiny\n\nCan't draw <script>alert(1)</script> **hands**.\n\n- one\n- two\n"
    )
    page = client.get(reverse("generation:model", args=[model.slug]))
    assert page.status_code == 200
    for said in ("Apache-2.0", "64 to 128 pixels, in steps of 16", "1girl, smile", "red_hair", "<li>one</li>"):
        assert said in page.text
    assert "<strong>hands</strong>" in page.text
    assert "<script>alert" not in page.text
    assert "license: x" not in page.text
    assert 'class="model__contents"' not in page.text
    assert client.get("/models/unknown").status_code == 404
    Checkpoint.objects.filter(pk=model.pk).update(state="corrupt")
    assert "damaged" in client.get(reverse("generation:model", args=[model.slug])).text


def test_a_models_card_is_shown_in_the_readers_language_with_its_contents(client: Client, model: Checkpoint) -> None:
    card = "# Tiny\n\n## 描けるもの\n\n|a|b|\n|-|-:|\n|x|1|\n\n## 限界\n\n## データ\n\n## 学習\n"
    Checkpoint.objects.filter(pk=model.pk).update(card="Whole.", card_translations={"ja": card})
    address = reverse("generation:model", args=[model.slug])
    english = client.get(address).text
    assert "<p>Whole.</p>" in english
    assert "描けるもの" not in english
    japanese = client.get(address, headers={"accept-language": "ja"})
    assert 'class="written" lang="ja"' in japanese.text
    assert '<a href="#card-1">描けるもの</a>' in japanese.text
    assert '<h3 id="card-1">描けるもの</h3>' in japanese.text
    assert "Whole." not in japanese.text
    # The page's policy refuses style attributes.
    assert "style=" not in japanese.text.partition('class="written"')[2].partition("</section>")[0]


def test_a_card_that_goes_on_and_on_is_cut_and_says_so(client: Client, model: Checkpoint) -> None:
    address = reverse("generation:model", args=[model.slug])
    assert "very long" not in client.get(address).text
    Checkpoint.objects.filter(pk=model.pk).update(card="# a\n\n" + "## word\n\n" * 20_000)
    page = client.get(address)
    assert "very long" in page.text
    assert page.text.count('<a href="#card-') == 20
