"""The pages about generation data: the form, the versions, two posts compared, asking for a prompt, JSON."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gallery.models import Post, PostGeneration, PromptRequest
from gallery.models.asset import AssetFile
from gallery.provenance import Axis, LoraEntry
from gallery.recipes.asking import ask_for_prompt, grant
from gallery.recipes.editing import edit_recipe
from gallery.recipes.pasted import read_pasted
from tests.factories import PASSWORD, make_checkpoint, make_post, make_recipe, make_user
from tests.gallery.recipes.sent import sent_post

pytestmark = pytest.mark.django_db

A1111 = """1girl, <lora:detail:0.7>, red hair
long hair
Negative prompt: blurry,
lowres
Steps: 28, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 6.5, Seed: 99, Size: 512x768, Model hash: abcdef12, \
Model: night sky, VAE: "a, b", Clip skip: 2, ENSD: 31337, Lora hashes: "detail: aabb", Version: v1.10"""


def text(response):
    return response.content.decode()


@pytest.fixture
def member(client):
    user = make_user("member")
    client.login(username="member", password=PASSWORD)
    return user


def sent_form(**fields):
    return {"seen": "1", "prompt": "1girl, red hair", "negative_prompt": "blurry", "act": "save"} | fields


def test_facts_lead_to_searches_that_find_the_post(client):
    recipe = make_recipe(
        model_name="Night Sky_v2", sampler="DPM++ 2M", cfg=6.5, seed=-5, denoise=0.35, generator="any", width=512,
        loras=(LoraEntry("my style*", "", 0.8, 0.8), LoraEntry("x", "", 1.0, 1.0)),
    )  # fmt: skip
    post = sent_post(recipe=recipe)
    Post.objects.filter(pk=post.pk).update(width=512, height=48)
    other = {"generator": "", "sampler": "", "scheduler": "", "model_name": "", "model_hash": "", "steps": 9, "cfg": 1}
    sent_post(recipe=make_recipe(**other))
    page = text(client.get(f"/posts/{post.pk}"))
    links = re.findall(r'class="fact" href="([^"]+)"', page)
    assert len(links) == 11
    for link in links:
        found = client.get(link.replace("&amp;", "&"))
        assert [card.post.pk for card in found.context["cards"]] == [post.pk], link


def test_where_the_data_come_from_is_said(client):
    assert "Drawn here; the job is on file." in text(client.get(f"/posts/{make_post().pk}"))
    post = sent_post(rest={"Mood": "calm"})
    page = text(client.get(f"/posts/{post.pk}"))
    assert "Read from the file." in page
    assert "the file’s own text" in page
    assert "<dt>Mood</dt>" in page
    assert "versions" not in page
    edit_recipe(make_user("helper"), post, {"steps": "9"}, 1)
    page = text(client.get(f"/posts/{post.pk}"))
    assert 'Typed in by <a href="/users/helper">helper</a>, not in downloaded files.' in page
    assert "Edited, 2 versions" in page
    edit_recipe(post.author, post, {"steps": "10"}, 2)
    page = text(client.get(f"/posts/{post.pk}"))
    assert f'Typed by <a href="/users/{post.author.username}">' in page


def test_a_post_without_data_says_so_and_offers_to_add_some(client, member):
    post = sent_post(recipe=None)
    page = text(client.get(f"/posts/{post.pk}"))
    assert "No generator data" in page
    assert "Add generation data" in page
    assert "remix=" not in page
    response = client.post(f"/posts/{post.pk}/generation/edit", {"seen": "0", "prompt": "a boat", "act": "save"})
    assert response.status_code == 302
    assert PostGeneration.objects.get(post=post).prompt == "a boat"
    assert client.get(f"/posts/{post.pk}.json").json()["generation"]["source"] == "typed"


def test_both_ways_to_generate_like_it(client, member):
    make_checkpoint("small", sha256="0123456789abcdef" * 4, default_sampler="Euler a")
    post = make_post(recipe=make_recipe(seed=4711, width=64, height=64))
    page = text(client.get(f"/posts/{post.pk}"))
    assert f'href="/create?remix={post.pk}"' in page
    assert f'href="/create?remix={post.pk}&amp;seed=same"' in page
    again = client.get(f"/create?remix={post.pk}&seed=same")
    assert 'value="4711"' in text(again)
    assert "with its seed" in text(again)
    other = client.get(f"/create?remix={post.pk}")
    assert 'value="4711"' not in text(other)
    assert "without its seed" in text(other)


@pytest.mark.parametrize("seed", [None, -1, 2**62])
def test_a_seed_that_cannot_be_drawn_with_is_left_out(client, member, seed):
    make_checkpoint("small", sha256="0123456789abcdef" * 4)
    post = sent_post(recipe=make_recipe(seed=seed, width=64, height=64))
    page = client.get(f"/create?remix={post.pk}&seed=same")
    assert "without its seed" in text(page)
    assert str(2**62) not in text(page)


def test_the_form_keeps_what_was_typed_and_says_what_is_wrong(client, member):
    post = sent_post(rest={"Mood": "calm"})
    form = sent_form(steps="many", key=["Mood", "New"], value=["wild", ""], reason="because")
    response = client.post(f"/posts/{post.pk}/generation/edit", form)
    assert response.status_code == 422
    page = text(response)
    assert "“many” does not fit here; write a whole number from 1 to 10000." in page
    assert "“New” has no value" in page
    for kept in ('value="many"', "wild", 'value="New"', 'value="because"'):
        assert kept in page
    assert PostGeneration.objects.get(post=post).version == 1
    assert client.post(f"/posts/{post.pk}/generation/edit", sent_form(prompt="a\x00b")).status_code == 422
    more = client.post(f"/posts/{post.pk}/generation/edit", form | {"act": "row", "steps": "1"})
    assert more.status_code == 200
    assert 'value="New"' in text(more)


def test_pasted_data_are_read_into_the_fields_and_not_saved(client, member):
    post = sent_post(rest={"Mood": "calm"})
    form = sent_form(pasted=A1111, act="read", key=["Mood"], value=["calm"])
    page = client.post(f"/posts/{post.pk}/generation/edit", form)
    assert page.status_code == 200
    values = {name: page.context["form"][name].value() for name in ("steps", "cfg", "width", "loras", "vae", "seed")}
    assert values == {"steps": "28", "cfg": "6.5", "width": "512", "loras": "detail:0.7", "vae": "a, b", "seed": "99"}
    assert dict(page.context["form"].rows) == {
        "Mood": "calm", "ENSD": "31337"
    }  # fmt: skip
    assert PostGeneration.objects.get(post=post).version == 1
    wrong = client.post(f"/posts/{post.pk}/generation/edit", sent_form(pasted="no data at all", act="read"))
    assert wrong.status_code == 422
    assert "can’t be read as generation data" in text(wrong)
    assert "no data at all</textarea>" in text(wrong)


@pytest.mark.parametrize(
    "junk", ["", "Steps: 1", "a" * 300_000, ":" * 5000, "Steps: 1, " * 20_000, '"\n' * 2000, "\x00"]
)
def test_pasted_junk_is_no_recipe_or_a_small_one(junk):
    found = read_pasted(junk)
    assert found is None or found.recipe.steps in (1, None)


def test_a_conflict_shows_both_and_loses_nothing(client, member):
    post = sent_post()
    edit_recipe(make_user("quick"), post, {"prompt": "theirs", "vae": "bright"}, 1)
    form = sent_form(prompt="mine", sampler="Euler a", scheduler="Karras", steps="20", cfg="7", seed="42")
    response = client.post(f"/posts/{post.pk}/generation/edit", form)
    assert response.status_code == 422
    page = text(response)
    assert "Somebody else saved version 2" in page
    assert "What quick changed in version 2" in page
    bound = response.context["form"]
    # What the member had left as it was is theirs now; what they typed is still there.
    assert (bound["prompt"].value(), bound["vae"].value(), bound["seen"].value()) == ("mine", "bright", "2")
    assert {change.label: change.after for change in response.context["conflict"]["yours"]}["Prompt"] == "mine"
    kept = {name: bound[name].value() or "" for name in bound.fields if name != "rest"}
    assert client.post(f"/posts/{post.pk}/generation/edit", kept | {"act": "save"}).status_code == 302
    row = PostGeneration.objects.get(post=post)
    assert (row.prompt, row.extra["vae"], row.version) == ("mine", "bright", 3)


def test_what_was_drawn_here_is_closed_with_a_sentence(client, member):
    post = make_post(member)
    for response in (client.get(f"/posts/{post.pk}/generation/edit"), client.post(f"/posts/{post.pk}/generation/edit")):
        assert response.status_code == 403
        assert "on file" in text(response)
        assert f"/posts/{post.pk}/edit" in text(response)


def test_history_shows_what_changed_and_goes_back(client, member):
    post = sent_post()
    edit_recipe(make_user("helper"), post, {"prompt": "1girl, blue hair", "steps": "9"}, 1, reason="seen there")
    page = text(client.get(f"/posts/{post.pk}/generation/history"))
    assert "<mark>blue</mark>" in page
    assert "<mark>red</mark>" in page
    assert "seen there" in page
    response = client.post(f"/posts/{post.pk}/generation/history/1", {"seen": "2"}, follow=True)
    assert "Saved." in text(response)
    assert PostGeneration.objects.get(post=post).prompt == "1girl, red hair"
    late = client.post(f"/posts/{post.pk}/generation/history/2", {"seen": "2"}, follow=True)
    assert "Nothing was changed: version 3 was saved meanwhile" in text(late)
    older = client.get(f"/posts/{post.pk}/generation/history?before=2")
    assert [line.version.number for line in older.context["page"].lines] == [1]


def test_others_read_of_a_private_recipe_what_is_no_secret(client, member):
    post = sent_post(prompt_visibility="hidden")
    edit_recipe(post.author, post, {"prompt": "zxsecret", "steps": "9"}, 1, reason="zxsecret")
    page = text(client.get(f"/posts/{post.pk}/generation/history"))
    assert "9</ins>" in page
    assert "zxsecret" not in page
    versions = client.get(f"/posts/{post.pk}/generation/versions.json").json()
    assert [(each["version"], each["steps"], each["prompt"], each["reason"]) for each in versions] == [
        (2, 9, None, None),
        (1, 20, None, None),
    ]


def test_versions_tell_what_a_sheet_compares_as_far_as_its_prompt_may_be_read(client):
    axes = (Axis("words", ("zxsecret", "hat")), Axis("steps", ("4", "8")))
    post = sent_post(recipe=make_recipe(axes=axes), prompt_visibility="hidden")
    address = f"/posts/{post.pk}/generation/versions.json"
    steps = {"name": "steps", "values": ["4", "8"]}
    assert [each["axes"] for each in client.get(address).json()] == [[steps]]
    client.force_login(post.author)
    words = {"name": "words", "values": ["zxsecret", "hat"]}
    assert [each["axes"] for each in client.get(address).json()] == [[words, steps]]
    edit_recipe(post.author, post, {"steps": "9"}, 1)
    assert [each["axes"] for each in client.get(address).json()] == [[words, steps]] * 2


def test_two_posts_are_compared(client):
    first = sent_post(recipe=make_recipe(prompt="1girl, red hair", steps=20), rest={"Mood": "calm"})
    second = sent_post(recipe=make_recipe(prompt="1girl, blue hair", steps=30))
    page = client.get("/posts/compare", {"a": first.pk, "b": f"#{second.pk}"})
    assert page.status_code == 200
    assert "<mark>blue</mark>" in text(page)
    pairs = {str(pair.label): pair for pair in page.context["comparison"].facts}
    assert (pairs["Steps"].differs, pairs["Sampler"].differs, pairs["Mood"].differs) == (True, False, True)
    assert page.context["swap_url"] == f"/posts/compare?a={second.pk}&b={first.pk}"
    Post.objects.filter(pk=second.pk).update(prompt_visibility="hidden")
    page = client.get("/posts/compare", {"a": first.pk, "b": second.pk})
    assert "blue" not in text(page)
    assert "red hair" in text(page)
    assert "kept private" in text(page)


@pytest.mark.parametrize("number", ["999999", "x", "-1", "1" * 30, "１", "\x00"])
def test_a_number_of_no_post_is_404_with_what_was_typed(client, number):
    post = sent_post()
    page = client.get("/posts/compare", {"a": post.pk, "b": number})
    assert page.status_code == (404 if number != "\x00" else 200)
    assert f'value="{post.pk}"' in text(page)


def test_a_post_out_of_reach_compares_as_none(client):
    post, removed = sent_post(), sent_post()
    Post.objects.filter(pk=removed.pk).update(status="removed")
    answers = [client.get("/posts/compare", {"a": post.pk, "b": number}) for number in (removed.pk, 999999)]
    assert [answer.status_code for answer in answers] == [404, 404]
    said = [re.sub(r'csrfmiddlewaretoken" value="\w+"', "", text(answer)) for answer in answers]
    assert re.sub(rf"\b{removed.pk}\b", "…", said[0]) == re.sub(rf"\b({removed.pk}|999999)\b", "…", said[1])


def test_relatives_are_offered_for_comparison(client):
    parent = sent_post()
    child = sent_post(parent=parent)
    assert f'href="/posts/compare?a={parent.pk}&amp;b={child.pk}"' in text(client.get(f"/posts/{parent.pk}"))
    assert f'href="/posts/compare?a={child.pk}&amp;b={parent.pk}"' in text(client.get(f"/posts/{child.pk}"))


def test_asking_and_answering(client, member):
    author = make_user("author")
    post = sent_post(author, prompt_visibility="on_request")
    assert "Ask for the prompt" in text(client.get(f"/posts/{post.pk}"))
    asked = client.post(f"/posts/{post.pk}/prompt", {"act": "ask", "message": "Please!"}, follow=True)
    assert "the author has not answered yet" in text(asked)
    assert "Please!" in text(client.get("/prompts/requests"))
    client.login(username="author", password=PASSWORD)
    page = text(client.get("/prompts/requests"))
    assert "Please!" in page
    assert re.search(r"Prompt requests\s*<span[^>]*>1<", page)
    request = PromptRequest.objects.get()
    client.post(f"/prompts/requests/{request.pk}", {"act": "grant"})
    client.login(username="member", password=PASSWORD)
    assert "1girl, red hair" in text(client.get(f"/posts/{post.pk}"))
    client.login(username="author", password=PASSWORD)
    client.post(f"/prompts/requests/{request.pk}", {"act": "decline"})
    client.login(username="member", password=PASSWORD)
    page = text(client.get(f"/posts/{post.pk}"))
    assert "took that back" in page
    assert "red hair" not in page
    client.post(f"/posts/{post.pk}/prompt", {"act": "ask"})
    client.login(username="author", password=PASSWORD)
    client.post(f"/prompts/requests/{request.pk}", {"act": "decline"})
    client.login(username="member", password=PASSWORD)
    assert "declined your request" in text(client.get(f"/posts/{post.pk}"))
    refused = client.post(f"/posts/{post.pk}/prompt", {"act": "ask", "message": "Again?"})
    assert refused.status_code == 409
    assert "Again?" in text(refused)


def test_a_withdrawn_request_can_be_made_again(client, member):
    post = sent_post(prompt_visibility="on_request")
    client.post(f"/posts/{post.pk}/prompt", {"act": "ask"})
    client.post(f"/posts/{post.pk}/prompt", {"act": "withdraw"})
    assert PromptRequest.objects.get().state == "withdrawn"
    assert "Ask for the prompt" in text(client.get(f"/posts/{post.pk}"))
    long = client.post(f"/posts/{post.pk}/prompt", {"act": "ask", "message": "m" * 501})
    assert long.status_code == 422
    assert "m" * 501 in text(long)


def test_the_list_of_requests_asks_a_fixed_number_of_times(client, member):
    def queries(number: int) -> int:
        for _number in range(number):
            ask_for_prompt(make_user(), sent_post(member, prompt_visibility="on_request"))
        with CaptureQueriesContext(connection) as asked:
            client.get("/prompts/requests")
        return len(asked)

    # A session's first request notes that it is there.
    client.get("/")
    assert queries(2) == queries(6)


def test_json_has_what_its_reader_may_know(client, member):
    post = sent_post(prompt_visibility="on_request", rest={"Mood": "calm"})
    private = client.get(f"/posts/{post.pk}.json").json()["generation"]
    assert (private["rest"], private["prompt"], private["source"], private["version"]) == (None, None, "file", 1)
    grant(post.author, ask_for_prompt(member, post))
    told = client.get(f"/posts/{post.pk}.json").json()["generation"]
    assert (told["rest"], told["prompt"]) == ({"Mood": "calm"}, "1girl, red hair")
    assert client.get(f"/posts/{post.pk}/generation/versions.json?before=x").status_code == 422
    assert client.get("/posts/999999/generation/versions.json").status_code == 404
    assert AssetFile.objects.count() == 0
