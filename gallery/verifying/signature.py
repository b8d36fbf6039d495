"""What a manifest (C2PA, "Content Credentials") says, in people's words.

Codes and actions: C2PA specification 2.2, "Validation states and codes" and "Actions". Source types: IPTC NewsCodes,
https://cv.iptc.org/newscodes/digitalsourcetype/.
"""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from gallery.provenance.c2pa import ManifestState

OWN = "own"
CHANGED = frozenset(
    {
        "assertion.dataHash.mismatch",
        "assertion.bmffHash.mismatch",
        "assertion.boxesHash.mismatch",
        "assertion.collectionHash.mismatch",
    }
)
"""The codes that say: these are not the bytes that were signed."""

_CHANGED = _("The file is not as it was when it was signed: at least one byte was changed afterwards.")
CODES: dict[str, Any] = {
    "assertion.dataHash.mismatch": _CHANGED,
    "assertion.bmffHash.mismatch": _CHANGED,
    "assertion.boxesHash.mismatch": _CHANGED,
    "assertion.collectionHash.mismatch": _CHANGED,
    "assertion.hashedURI.mismatch": _("A statement of the manifest was changed after it was signed."),
    "assertion.missing": _("A statement that the signature names is not in the file any more."),
    "claimSignature.mismatch": _("The signature belongs to something else than what it stands below."),
    "claimSignature.missing": _("The manifest names a signature that is not there."),
    "signingCredential.untrusted": _("Nobody whom this site trusts vouches for the signer. The name may be made up."),
    "signingCredential.expired": _("The signer’s certificate has run out, and nobody vouches for when it signed."),
    "signingCredential.revoked": _("The signer’s certificate was revoked."),
    "signingCredential.invalid": _("The signer’s certificate is not made for signing pictures."),
    "timeStamp.mismatch": _("The time stamp belongs to another signature."),
    "timeStamp.untrusted": _("Nobody whom this site trusts vouches for the time stamp."),
    "timeStamp.outsideValidity": _("The time stamp’s own certificate was not valid at that time."),
    "algorithm.unsupported": _("The signature is of a kind that can’t be checked here."),
    "unreadable": _("There is a manifest in the file, but it is too damaged to be read."),
    "tooLarge": _("The file is too large for its manifest to be checked."),
}
# By the beginning of a code that has no words of its own.
_KINDS: dict[str, Any] = {
    "assertion.": _("A statement of the manifest is not as the standard wants it."),
    "claim": _("The manifest’s claim is not as the standard wants it."),
    "signingCredential.": _("Something is wrong with the signer’s certificate."),
    "timeStamp.": _("Something is wrong with the time stamp."),
    "ingredient.": _("Something is wrong with what is said of a picture that this one was made from."),
    "manifest.": _("The manifest is not put together as the standard wants it."),
}
_OTHER = _("The check ended with this code, which has no plain words yet.")

ACTIONS: dict[str, Any] = {
    "c2pa.created": _("It was created"),
    "c2pa.opened": _("An existing picture was opened"),
    "c2pa.edited": _("It was edited"),
    "c2pa.published": _("It was published"),
    "c2pa.placed": _("Another picture was put into it"),
    "c2pa.removed": _("Something that had been put into it was taken out"),
    "c2pa.converted": _("It was saved in another format"),
    "c2pa.transcoded": _("It was encoded anew"),
    "c2pa.repackaged": _("It was packed into another file, its pixels left alone"),
    "c2pa.cropped": _("It was cropped"),
    "c2pa.resized": _("It was made larger or smaller"),
    "c2pa.orientation": _("It was turned or mirrored"),
    "c2pa.color_adjustments": _("Its colours or brightness were changed"),
    "c2pa.filtered": _("A filter was laid over it"),
    "c2pa.enhanced": _("It was enhanced, for example freed of noise"),
    "c2pa.drawing": _("Somebody drew in it"),
    "c2pa.redacted": _("Something said of it was taken out"),
    "c2pa.watermarked": _("A watermark was put into it"),
    "c2pa.unknown": _("Something was done that nobody recorded"),
}

SOURCES: dict[str, Any] = {
    "trainedAlgorithmicMedia": _("made by AI"),
    "compositeWithTrainedAlgorithmicMedia": _("partly made by AI"),
    "compositeSynthetic": _("put together, synthetic parts among them"),
    "algorithmicallyEnhanced": _("enhanced by software"),
    "algorithmicMedia": _("made by software without training"),
    "digitalCapture": _("taken with a camera"),
    "computationalCapture": _("taken with a camera that computes"),
    "multiFrameComputationalCapture": _("taken with a camera that computes"),
    "compositeCapture": _("put together from photos"),
    "composite": _("put together from several things"),
    "digitalCreation": _("made by a person with software"),
    "digitalArt": _("drawn by a person with software"),
    "humanEdits": _("edited by a person"),
    "minorHumanEdits": _("slightly edited by a person"),
    "negativeFilm": _("scanned from film"),
    "positiveFilm": _("scanned from film"),
    "print": _("scanned from paper"),
    "screenCapture": _("taken from a screen"),
    "virtualRecording": _("recorded in a virtual world"),
    "dataDrivenMedia": _("drawn from data"),
    "softwareImage": _("drawn by software"),
}

STATES: dict[str, tuple[Any, Any]] = {
    OWN: (
        _("Signed by this site, and valid"),
        _("The file is byte for byte as it was when this site signed it."),
    ),
    "trusted": (
        _("Signed by somebody this site trusts, and valid"),
        _("The file is byte for byte as it was when it was signed, and the operator of this site trusts the signer."),
    ),
    "valid": (
        _("Signed, and unchanged since"),
        _("The file is as it was when it was signed. Who signed it was not checked."),
    ),
    "untrusted": (
        _("Signed by somebody unknown"),
        _("The file is as it was when it was signed, but anybody can sign, under any name."),
    ),
    "invalid": (
        _("The signature is not valid"),
        _("What it says need not be true of this file."),
    ),
}


@dataclass(frozen=True)
class Reason:
    """A code of the specification and what it means."""

    code: str
    meaning: str


@dataclass(frozen=True)
class Action:
    """What was done to the picture: the specification's name of it, words, and the same of the source type, which may
    be empty."""

    name: str
    words: str
    source_type: str
    source_words: str


@dataclass(frozen=True)
class Signature:
    """A manifest for people. `state`: `own`, or a state of `ManifestState`."""

    state: str
    title: str
    meaning: str
    reasons: tuple[Reason, ...]
    actions: tuple[Action, ...]
    manifest: ManifestState

    @property
    def changed(self) -> bool:
        """Whether the file was changed after it was signed."""
        return any(reason.code in CHANGED for reason in self.reasons)


def signature_of(manifest: ManifestState, *, own: bool) -> Signature:
    """The manifest in words of the language that is active now. `own`: this very site signed it."""
    state = OWN if own else manifest.state if manifest.state in STATES else "invalid"
    title, meaning = STATES[state]
    return Signature(
        state=state,
        title=str(title),
        meaning=str(meaning),
        reasons=tuple(Reason(code, _meaning(code)) for code in manifest.codes),
        actions=tuple(
            Action(name, str(ACTIONS.get(name, name)), source, source_words(source))
            for name, source in manifest.actions
        ),
        manifest=manifest,
    )


def source_words(address: str) -> str:
    """The words for an IPTC source type, by its address or the last part of it; that part where there are none."""
    word = address.strip().rstrip("/").rpartition("/")[2]
    return str(SOURCES.get(word, word))


def _action(name: str, source_type: str) -> Action:
    return Action(name, str(ACTIONS.get(name, name)), source_type, source_words(source_type))


def _meaning(code: str) -> str:
    if code in CODES:
        return str(CODES[code])
    return str(next((words for start, words in _KINDS.items() if code.startswith(start)), _OTHER))
