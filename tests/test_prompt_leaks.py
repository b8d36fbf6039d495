"""What an author keeps to themselves of how a picture was made is in no byte that others get, whatever they ask for.

A post that was not drawn here has secrets in every part of its generation data, in an older version of them, in the
text of its file and in a reason. Viewers of every kind ask every address that has to do with it.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, unquote

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from gallery import posts
from gallery.models import Post, PromptRequest, User
from gallery.provenance import LoraEntry
from gallery.recipes.asking import ask_for_prompt, decline, grant, withdraw_request
from gallery.recipes.editing import edit_recipe
from tests.factories import make_asset, make_image, make_post, make_recipe, make_user
from tests.test_leaks import everything_said

SEED = 2718281828
SECRETS = {
    "prompt": "zxqprompt",
    "negative prompt": "zxqnegative",
    "LoRA": "zxqlora",
    "seed": str(SEED),
    "other key": "zxqkey",
    "other value": "zxqvalue",
    "text of the file": "zxqraw",
    "reason of an edit": "zxqreason",
    "prompt of an older version": "zxqold",
    "seed of an older version": "1618033988",
}
STRANGERS = ("visitor", "stranger", "pending", "declined", "revoked", "withdrawn")
READERS = ("author", "moderator")


@pytest.fixture(params=["hidden", "on_request"])
def secret(request: Any, db: None, settings: Any, tmp_path: Any) -> Post:
    """The post, with a public one beside it and everybody who asked for its prompt."""
    settings.MEDIA_ROOT = tmp_path
    cache.clear()
    author, moderator = make_user("author"), make_user("moderator", role="moderator")
    recipe = make_recipe(
        prompt="1girl, zxqold", negative_prompt="zxqnegative", seed=1618033988, generator="ComfyUI", version="",
        loras=(LoraEntry("zxqlora", "ab" * 32, 0.8, 0.8),), width=200, height=160,
    )  # fmt: skip
    asset = make_asset(author, image=make_image(200, 160), recipe=recipe)
    post = posts.publish(
        author, asset, recipe=recipe, tags=["cat"], rating="g", ai_evidence="metadata", raw="zxqraw",
        rest={"zxqkey": "zxqvalue"}, prompt_visibility="on_request",
    )  # fmt: skip
    edit_recipe(author, post, {"prompt": "1girl, zxqprompt", "seed": str(SEED), "steps": "31"}, 1, reason="zxqreason")
    make_post(asset=make_asset(author), tags=["cat"])
    people = {name: make_user(name) for name in (*STRANGERS[1:], "granted")}
    asked = {name: ask_for_prompt(people[name], post) for name in people if name != "stranger"}
    grant(author, asked["granted"])
    grant(author, asked["revoked"])
    decline(author, asked["revoked"])
    decline(author, asked["declined"])
    withdraw_request(people["withdrawn"], post)
    Post.objects.filter(pk=post.pk).update(prompt_visibility=request.param)
    post.refresh_from_db()
    assert moderator.is_moderator
    return post


def browser(name: str) -> Client:
    client = Client()
    if name != "visitor":
        client.force_login(User.objects.get(username=name), "django.contrib.auth.backends.ModelBackend")
    return client


SEARCHES = [
    "prompt:zxqprompt", "prompt:zxqp*", "prompt:zxqold", "negative:zxqnegative", "seed:2718281828", "seed:>2718281827",
    "lora:zxqlora", "lora:zxq*", "has:prompt", "lora:any", "seed:any", "negative:any", "prompt:any",
]  # fmt: skip


def addresses(post: Post) -> Iterator[str]:
    """Everything that has to do with the post, by GET."""
    other = Post.objects.exclude(pk=post.pk).get()
    for name in ("post", "post_rating", "post_edit", "post_history", "recipe_edit", "recipe_history", "api_post"):
        yield reverse(f"gallery:{name}", args=[post.pk])
    yield reverse("gallery:recipe_history", args=[post.pk]) + "?before=2"
    yield reverse("gallery:api_generation_versions", args=[post.pk])
    yield reverse("gallery:api_generation_versions", args=[post.pk]) + "?before=2"
    for first, second in ((post.pk, other.pk), (other.pk, post.pk), (post.pk, post.pk)):
        yield f"{reverse('gallery:compare')}?a={first}&b={second}"
    for query in ("", "cat", *SEARCHES):
        yield f"{reverse('gallery:posts')}?tags={quote(query)}"
        yield f"{reverse('gallery:api_posts')}?tags=-{quote(query)}"
    for query in ("cat", "prompt:zxqp*", "-seed:any"):
        yield f"{reverse('gallery:post', args=[post.pk])}?q={quote(query)}"
        yield f"{reverse('gallery:random')}?tags={quote(query)}"
    for typed in ("lora:zxq", "lora:", "prompt:zxq", "seed:27", "zxq", "generator:", "negative:z"):
        yield f"{reverse('gallery:complete')}?q={quote(typed)}"
    for query in (f"remix={post.pk}", f"remix={post.pk}&seed=same", f"edit={post.pk}"):
        yield f"{reverse('generation:create')}?{query}"
    for variant, extension in (("original", "png"), ("bare", "png"), ("180", "webp")):
        yield reverse("gallery:media", args=[post.asset.key, variant, extension])
    for name in ("front", "changes", "prompt_requests", "chores", "moderation_log", "settings"):
        yield reverse(f"gallery:{name}")
    yield reverse("gallery:profile", args=["author"])
    yield reverse("generation:model", args=["tiny"])


def sent(post: Post) -> Iterator[tuple[str, dict[str, Any]]]:
    """What can be sent to it, right and wrong; what comes back may tell as little."""
    edit = reverse("gallery:recipe_edit", args=[post.pk])
    for seen in ("1", "2", "99"):
        yield edit, {"seen": seen, "steps": "9", "act": "save"}
    yield edit, {"seen": "2", "steps": "many", "act": "save"}
    yield edit, {"seen": "2", "act": "row"}
    yield edit, {"seen": "2", "act": "read", "pasted": "a\nSteps: 1, Seed: 2"}
    yield reverse("gallery:recipe_revert", args=[post.pk, 1]), {"seen": "2"}
    yield reverse("gallery:recipe_revert", args=[post.pk, 99]), {}
    yield reverse("gallery:ask_prompt", args=[post.pk]), {"message": "x" * 501}
    yield reverse("gallery:post_tags", args=[post.pk]), {"tags": "cat dog", "seen": "cat"}
    for request in PromptRequest.objects.all():
        yield reverse("gallery:answer_prompt", args=[request.pk]), {"act": "grant"}


def leaks(address: str, response: Any) -> set[str]:
    """The secrets in an answer; what stands in the address is no news."""
    said, asked = everything_said(response), unquote(address)
    return {name for name, word in SECRETS.items() if word not in asked and word.encode() in said}


def found_by(client: Client, post: Post) -> dict[str, set[str]]:
    found = {address: leaks(address, client.get(address)) for address in addresses(post)}
    return {address: names for address, names in found.items() if names}


@pytest.mark.parametrize("name", STRANGERS)
def test_no_answer_holds_a_secret(secret: Post, name: str) -> None:
    client = browser(name)
    assert found_by(client, secret) == {}
    before = list(secret.generation_versions.values_list("number", flat=True))
    for address, data in sent(secret):
        response = client.post(address, data, follow=True)
        assert response.status_code != 500, address
        assert leaks(address, response) == set(), (address, data)
    assert list(secret.generation_versions.values_list("number", flat=True)) == before
    assert not PromptRequest.objects.filter(asker__username=name, state="granted").exists()


@pytest.mark.parametrize("name", READERS)
def test_the_search_for_secrets_finds_them_where_they_may_be_read(secret: Post, name: str) -> None:
    found = set().union(*found_by(browser(name), secret).values())
    assert found == set(SECRETS)


def test_a_grant_shows_them_only_while_the_prompt_is_on_request(secret: Post) -> None:
    client = browser("granted")
    found = set().union(*found_by(client, secret).values())
    assert found == (set(SECRETS) if secret.prompt_visibility == "on_request" else set())
    Post.objects.filter(pk=secret.pk).update(prompt_visibility="hidden")
    assert found_by(client, secret) == {}
    Post.objects.filter(pk=secret.pk).update(prompt_visibility="on_request")
    decline(secret.author, PromptRequest.objects.get(asker__username="granted"))
    assert found_by(client, secret) == {}


def test_searching_tells_no_more_than_if_nobody_had_said_anything(secret: Post) -> None:
    """Posts, their order, counts: the same as for a post without any of it."""

    def told(name: str) -> list[Any]:
        client = browsers[name]
        answers = []
        for query in (*SEARCHES, *(f"-{query}" for query in SEARCHES)):
            answers.append(client.get(reverse("gallery:api_counts"), {"tags": query}).json())
            answers.append([each["id"] for each in client.get(reverse("gallery:api_posts"), {"tags": query}).json()])
        return answers

    strangers = ("visitor", "pending", "revoked")
    browsers = {name: browser(name) for name in (*strangers, "author")}
    before = {name: told(name) for name in browsers}
    edit_recipe(secret.author, secret, {"prompt": "", "negative_prompt": "", "seed": "", "loras": ""}, 2, rest=[])
    assert {name: told(name) == before[name] for name in browsers} == {name: name != "author" for name in browsers}
