"""Texts on a take: a take of its own, whose parent is the picture that they were written on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db import transaction
from PIL import Image

from gallery import ingest
from gallery.accounts.standing import require_may_act
from gallery.downloads.turns import Turns
from gallery.errors import NotNow
from gallery.models import User
from gallery.models.refusal import LockedBy, RulePlace
from gallery.provenance import Label, Recipe
from gallery.refusals.arrivals import known_picture
from gallery.refusals.holding import hold_back
from gallery.refusals.judging import Said, require_nothing_new
from gallery.storing import OutOfReach
from generation.layers.refusals import LayersRefused
from generation.layers.texts import Text, drawn
from generation.models import Take
from generation.models.take import TakeKind
from generation.stacking import stack_of
from generation.takes import file_label, recipe_of, why_not_whole, written_in

turns = Turns()
"""A large picture is in memory with its copies while it is lettered."""


@dataclass(frozen=True)
class Ground:
    """The take that texts are written on, and those that are there to begin with.

    `flattened`: the picture below a lettered take is gone, so its own texts are a part of the picture by now.
    """

    take: Take
    texts: tuple[Text, ...] = ()
    flattened: bool = False


def ground_of(take: Take) -> Ground:
    """Where the letters of `take` go: on its parent where it is lettered itself, here or where it was brought from, so
    that its texts can be changed."""
    lettered = take.kind == TakeKind.LETTERED or (take.kind == TakeKind.IMPORTED and bool(take.lettering))
    if not lettered:
        return Ground(take)
    parent = (
        Take.objects.filter(children=take, owner=take.owner_id, purged_at=None, archived_at=None)
        .select_related("asset")
        .prefetch_related("asset__files")
        .first()
    )
    if parent is None or not parent.asset.files.all():
        return Ground(take, flattened=True)
    return Ground(parent, tuple(filter(None, map(Text.from_dict, take.lettering))))


def letter(user: User, take: Take, texts: Sequence[Text]) -> Take:
    """Write `texts`, the lowest first, on `user`'s own take: a child of it with the same recipe and the same label.

    Raises `Take.DoesNotExist` (somebody else's, or in the bin by now), `Gone` (archived), `Refused` (a rule on words),
    `LayersRefused` (nothing of the texts lies on the picture, it is lost, or what comes of it is held back),
    `NotAllowed`, `Busy` and `NotNow`.
    """
    require_may_act(user)
    if take.purged_at is None and (why := why_not_whole(take)) is not None:
        raise why
    recipe = recipe_of(take)
    there = [Said(RulePlace.PROMPT, recipe.prompt), Said(RulePlace.TEXT, written_in(take))]
    require_nothing_new(there, [*there, Said(RulePlace.TEXT, "\n".join(text.text for text in texts))])
    with turns.turn():
        picture = _picture(take)
        if not _write(picture, texts):
            raise LayersRefused("beside")
        try:
            prepared = ingest.prepare(picture, _label(take, recipe), take.asset)
        except OutOfReach as error:
            raise NotNow("files_out_of_reach") from error
        except OSError as error:
            raise NotNow("upload_no_room") from error
    known = known_picture(prepared)
    if known:
        with transaction.atomic():
            hold_back(ingest.record(user, prepared), LockedBy.LIST, {"lists": known})
        raise LayersRefused("held_back")
    with transaction.atomic():
        # Locked, so that it isn't purged between this look and the row that names it.
        parent = Take.objects.select_for_update(of=("self",)).get(pk=take.pk, owner=user, purged_at=None)
        return Take.objects.create(
            kind=TakeKind.LETTERED,
            owner=user,
            asset=ingest.record(user, prepared),
            parent=parent,
            recipe=parent.recipe,
            lettering=[text.to_dict() for text in texts],
            stack=stack_of(
                parent.recipe,
                prompt=recipe.prompt,
                negative_prompt=recipe.negative_prompt,
                over=f"letters:{parent.asset_id}",
            ),
        )


def _label(take: Take, recipe: Recipe) -> Label:
    """What the file says: of what was drawn here, the same as the picture below; of what was brought, where that comes
    from, as far as its file proves it, and that it was edited here."""
    label = file_label(take, with_prompt=True)
    return Label.of_drawn(recipe, include_prompt=True) if label.drawn_here else replace(label, edited_here=True)


def _picture(take: Take) -> Image.Image:
    try:
        return ingest.picture_of(take.asset)
    except OutOfReach as error:
        raise NotNow("files_out_of_reach") from error
    except OSError as error:
        raise LayersRefused("no_picture") from error


def _write(picture: Image.Image, texts: Sequence[Text]) -> bool:
    """Put the texts on the picture itself; whether anything of them lies on it."""
    put = [_put(picture, text) for text in texts]
    return any(put)


def _put(picture: Image.Image, text: Text) -> bool:
    ink = drawn(text, picture.size)
    if ink is None:
        return False
    picture.paste(ink.image.convert("RGB"), (ink.left, ink.top), ink.image.getchannel("A"))
    return True


def lettered(picture: Image.Image, texts: Sequence[Text]) -> Image.Image:
    """A copy of an RGB picture with the texts on it."""
    copy = picture.copy()
    _write(copy, texts)
    return copy
