"""What is said with a post: which of it the rules look at, and what a rule that sends to review does."""

from collections.abc import Iterable

from gallery.models import Case, Post
from gallery.models.refusal import RuleEffect, RulePlace
from gallery.models.review import CaseKind, CaseState
from gallery.provenance import Recipe
from gallery.recipes import recipe_of
from gallery.refusals.fixed import asks_for, minors_in
from gallery.refusals.judging import Hit, Refused, Said, Verdict
from tagging.models import Category, Tag


def said_with(title: str, commentary: str, tags: Iterable[str] = (), recipe: Recipe | None = None) -> list[Said]:
    """The texts of a post with the places where they stand."""
    words = ", ".join(tags)
    said = [Said(RulePlace.TEXT, text) for text in (title, commentary, words)]
    return said + (said_in(recipe) if recipe is not None else [])


def said_in(recipe: Recipe) -> list[Said]:
    """The texts of a recipe; the names of what it draws with count as words of its prompt."""
    names = ", ".join([*(lora.name for lora in recipe.loras), *(one.name for one in recipe.embeddings)])
    # What a sheet compares was drawn too, each value by itself.
    values = [Said(RulePlace.PROMPT, value) for axis in recipe.axes if axis.secret for value in axis.values]
    return prompts(recipe.prompt, recipe.negative_prompt, recipe.cfg, names) + values


def prompts(prompt: str, negative_prompt: str, guidance: float | None, names: str) -> list[Said]:
    """The texts that a picture is drawn from. A negative prompt that asks for what it says is a prompt."""
    turned = asks_for(negative_prompt, guidance)
    return [
        Said(RulePlace.PROMPT, prompt),
        Said(RulePlace.PROMPT, names),
        Said(RulePlace.PROMPT if turned else RulePlace.NEGATIVE, negative_prompt),
    ]


def require_whole(post: Post, tags: Iterable[Tag] | None = None) -> None:
    """Hold all that a locked post says now against the fixed rule, whichever edit brought which part of it; `tags` are
    its tags where they are not written yet. What a model is called says nothing of the picture. Raises `Refused`."""
    listed = Tag.objects.filter(pk__in=post.tag_ids) if tags is None else tags
    names = [tag.name for tag in listed if tag.category != Category.MODEL]
    said = said_with(post.title, post.commentary, names, recipe_of(post))
    words = minors_in(one.text for one in said if one.place != RulePlace.NEGATIVE)
    if words:
        raise Refused(Hit(RuleEffect.REFUSE, words))


def send_to_review(post: Post, verdict: Verdict) -> None:
    """Open a case about a locked post for the rules that ask for one; what they found stands in its facts.

    A case that is open already gets the facts too.
    """
    hits = verdict.by(RuleEffect.REVIEW)
    if not hits:
        return
    found = {"rules": [{"rule": hit.name, "words": list(hit.words)} for hit in hits]}
    case = Case.objects.select_for_update().filter(kind=CaseKind.SCAN, post=post, state=CaseState.OPEN).first()
    if case is None:
        Case.objects.create(kind=CaseKind.SCAN, post=post, facts=found)
        return
    case.facts |= found
    case.save(update_fields=["facts"])
