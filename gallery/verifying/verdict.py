"""The one sentence that a file is answered with, and what it does not prove."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _

from gallery.models.post import AiLevel
from gallery.verifying.matches import How, Match
from gallery.verifying.signature import OWN, Signature


class Case(StrEnum):
    """What is known of a file, in the order in which it is asked: the first that holds is the answer."""

    DRAWN_HERE = "drawn_here"
    SIGNED_HERE = "signed_here"
    SAME_FILE = "same_file"
    CHANGED_COPY = "changed_copy"
    BROKEN_COPY = "broken_copy"
    COPY_OF_DRAWN = "copy_of_drawn"
    COPY_OF_SENT = "copy_of_sent"
    CHANGED = "changed"
    BROKEN = "broken"
    AI_VOUCHED = "ai_vouched"
    AI_SAID = "ai_said"
    PARTLY_AI_SAID = "partly_ai_said"
    HUMAN_VOUCHED = "human_vouched"
    HUMAN_SAID = "human_said"
    SIGNED = "signed"
    RESEMBLES = "resembles"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Verdict:
    """`title` answers, `meaning` says why, `limits` what it does not prove. `icon` and `tone` only repeat the words."""

    case: Case
    title: Any
    meaning: Any
    limits: Any
    icon: str
    tone: str


_BY_LOOK = _(
    "Copies are recognised by where a picture is light and dark, so small parts may have been painted over. It doesn’t "
    "say who made the copy, or why."
)
_WRITTEN = _("Anybody can write such words into a file or take them out. Without a trusted signature they only claim.")

_VERDICTS = [
    Verdict(
        Case.DRAWN_HERE,
        _("Drawn on this site and unchanged since"),
        _("A model drew this picture here. The file holds this site’s signature, and not one byte of it was changed."),
        _("That a file is genuine does not make true what the picture shows."),
        "check",
        "ok",
    ),
    Verdict(
        Case.SIGNED_HERE,
        _("From this site and unchanged since"),
        _("Somebody sent this picture to the site, which signed the file that it gave out. It was not drawn here."),
        _("The signature says where the file comes from. How the picture was made before it came here it can’t prove."),
        "check",
        "ok",
    ),
    Verdict(
        Case.SAME_FILE,
        _("The same file as a post here"),
        _("Byte for byte it is a file of the post below. It holds no signature of this site that would tell more."),
        _("How the picture was made is for the label of the post to say, and for the evidence below it."),
        "check",
        "ok",
    ),
    Verdict(
        Case.CHANGED_COPY,
        _("Changed after it was signed, and looks like a post here"),
        _(
            "The signature in the file was made for other bytes than these. Believe nothing that the file says of "
            "itself; go by the post below."
        ),
        _("It does not say what was changed: it may be the picture, or no more than a text beside it."),
        "warn",
        "warn",
    ),
    Verdict(
        Case.BROKEN_COPY,
        _("Holds a signature that can’t be believed, and looks like a post here"),
        _(
            "The signature in the file does not stand the check; the reasons are below. Believe nothing that the file "
            "says of itself; go by the post below."
        ),
        _("A broken signature is no proof of fraud: programs that don’t know it damage it, and certificates run out."),
        "warn",
        "warn",
    ),
    Verdict(
        Case.COPY_OF_DRAWN,
        _("A copy of a picture drawn here; the file was changed or saved anew"),
        _("The picture is that of the post below, which this site drew. The file holds no signature of this site."),
        _BY_LOOK,
        "layers",
        "ai",
    ),
    Verdict(
        Case.COPY_OF_SENT,
        _("The picture of a post here, in another file"),
        _("Somebody posted this picture here; the post below says what is known of it. It was not drawn here."),
        _("Which of the two files came first, and who made the picture, nobody can tell from them."),
        "layers",
        "ai",
    ),
    Verdict(
        Case.CHANGED,
        _("Changed after it was signed"),
        _("The file holds a signature, but for other bytes than these. What it says need not be true of this picture."),
        _("It does not say what was changed: it may be the picture, or no more than a text beside it."),
        "warn",
        "warn",
    ),
    Verdict(
        Case.BROKEN,
        _("Holds a signature that can’t be believed"),
        _("There is a signature in the file, but it does not stand the check. The reasons are below."),
        _("A broken signature is no proof of fraud: programs that don’t know it damage it, and certificates run out."),
        "warn",
        "warn",
    ),
    Verdict(
        Case.AI_VOUCHED,
        _("Says that AI made it, and a trusted signature stands behind that"),
        _("The file is as it was when it was signed by somebody whom this site trusts."),
        _("It proves who says so and that nobody changed it since, not that the picture shows something true."),
        "label-generated",
        "ai",
    ),
    Verdict(
        Case.AI_SAID,
        _("Says that AI made it"),
        _("The file holds what an image generator, or a program that marks its pictures, writes into them."),
        _WRITTEN,
        "label-generated",
        "ai",
    ),
    Verdict(
        Case.PARTLY_AI_SAID,
        _("Says that AI had a part in it"),
        _("By what stands in the file, a person and a model both worked on this picture."),
        _WRITTEN,
        "label-composite",
        "ai",
    ),
    Verdict(
        Case.HUMAN_VOUCHED,
        _("Says that no AI made it, and a trusted signature stands behind that"),
        _("The file is as it was when it was signed by somebody whom this site trusts."),
        _("It proves who says so, not that it is true: a camera can be pointed at a screen."),
        "label-human",
        "ok",
    ),
    Verdict(
        Case.HUMAN_SAID,
        _("Says that no AI made it, but nobody vouches for that"),
        _("Such words stand in the file. Without a trusted signature they weigh little."),
        _WRITTEN,
        "label-unknown",
        "plain",
    ),
    Verdict(
        Case.SIGNED,
        _("Signed, but says nothing of AI"),
        _("The file is as it was when it was signed. The signature does not tell how the picture was made."),
        _("Neither that AI made it nor that a person did."),
        "shield",
        "plain",
    ),
    Verdict(
        Case.RESEMBLES,
        _("Looks similar to a picture here"),
        _("The file itself says nothing. A post here looks like it, but may be another picture or a variation."),
        _("Likeness alone is no proof of anything. Look at the post below and compare."),
        "search",
        "plain",
    ),
    Verdict(
        Case.NOTHING,
        _("Nothing is known: that proves nothing"),
        _("The file says nothing of its origin, and no public post here looks like it."),
        _("What says that AI made a picture is lost with a screenshot. It may be AI’s, a person’s work or a photo."),
        "help",
        "plain",
    ),
]
VERDICTS = {verdict.case: verdict for verdict in _VERDICTS}

_DRAWN = {"c2pa.created", "c2pa.edited"}


@dataclass(frozen=True)
class Claim:
    """What a file says of its picture: the `level` that its marks speak for, None where none does; `vouched`: a trusted
    signature says so; `human`: something in it, however weak, says that no AI made it."""

    level: AiLevel | None = None
    vouched: bool = False
    human: bool = False


def verdict_of(signature: Signature | None, claim: Claim, matches: list[Match]) -> Verdict:
    """The answer for a file with this signature that claims so much; `matches` are what the viewer may know of."""
    return VERDICTS[_of_site(signature) or _of_matches(signature, matches) or _of_file(signature, claim, matches)]


def _of_site(signature: Signature | None) -> Case | None:
    if signature is None or signature.state != OWN:
        return None
    # What somebody only wrote on is edited, too, but nothing is said there of where it comes from.
    drawn = any(action.name in _DRAWN and action.source_type for action in signature.actions)
    return Case.DRAWN_HERE if drawn else Case.SIGNED_HERE


def _of_matches(signature: Signature | None, matches: list[Match]) -> Case | None:
    copies = [match for match in matches if match.is_copy]
    if not copies:
        return None
    if any(match.how == How.FILE for match in copies):
        return Case.SAME_FILE
    if signature is not None and signature.state == "invalid":
        # Before anything confident: whoever changed the file wants the likeness to speak for it.
        return Case.CHANGED_COPY if signature.changed else Case.BROKEN_COPY
    return Case.COPY_OF_DRAWN if any(match.drawn_here for match in copies) else Case.COPY_OF_SENT


def _of_file(signature: Signature | None, claim: Claim, matches: list[Match]) -> Case:
    if signature is not None and signature.state == "invalid":
        return Case.CHANGED if signature.changed else Case.BROKEN
    if claim.level == AiLevel.GENERATED:
        return Case.AI_VOUCHED if claim.vouched else Case.AI_SAID
    if claim.level in (AiLevel.COMPOSITE, AiLevel.ASSISTED):
        return Case.PARTLY_AI_SAID
    if claim.level == AiLevel.HUMAN:
        return Case.HUMAN_VOUCHED
    if claim.human:
        return Case.HUMAN_SAID
    if signature is not None:
        return Case.SIGNED
    return Case.RESEMBLES if matches else Case.NOTHING
