"""What the manifest in a file says, and whether to believe it.

Codes are those of the C2PA specification, such as `assertion.dataHash.mismatch`: the file was changed after it was
signed (in AVIF `assertion.bmffHash.mismatch`).
"""

import json
import logging
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from io import BytesIO
from typing import Any, Self

import c2pa

logger = logging.getLogger(__name__)

MAX_BYTES = 64 * 2**20
LONGEST_TEXT = 300
MOST = 50
_UNTRUSTED = "signingCredential.untrusted"
# A manifest store is a JUMBF box of this type, in whatever the format keeps it in.
_MARK = b"c2pa"
_ELSEWHERE = "Remote: "


@dataclass(frozen=True)
class ManifestState:
    """What a manifest says. Every text is at most 300 characters long, and untrusted: its writer chose it.

    `state`: `trusted` (unchanged, signed by somebody whom this site trusts), `valid` (unchanged; nobody asked whom to
    trust), `untrusted` (unchanged, signed by somebody unknown), `invalid` (changed, broken or expired; `codes` say
    why). `signer` is the organisation of the signing certificate. `actions` are pairs of an action and its digital
    source type, which may be empty. `signed_at` is an ISO time where somebody vouches for it, else empty.
    """

    state: str
    codes: tuple[str, ...] = ()
    title: str = ""
    signer: str = ""
    claim_generator: str = ""
    actions: tuple[tuple[str, str], ...] = ()
    ingredients: tuple[str, ...] = ()
    signed_at: str = ""

    def to_dict(self) -> dict[str, Any]:
        """As JSON would bring it back."""
        return json.loads(json.dumps(asdict(self)))

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """What `to_dict` wrote."""
        return cls(
            state=data["state"],
            codes=tuple(data["codes"]),
            title=data["title"],
            signer=data["signer"],
            claim_generator=data["claim_generator"],
            actions=tuple((action, source) for action, source in data["actions"]),
            ingredients=tuple(data["ingredients"]),
            signed_at=data["signed_at"],
        )


def read_manifest(data: bytes, mime: str, anchors: str = "") -> ManifestState | None:
    """The state of the manifest in the file `data`, None if it holds none. Raises nothing, fetches nothing.

    `anchors`: PEM certificates of those whom to trust.
    """
    if len(data) > MAX_BYTES:
        return ManifestState("invalid", ("tooLarge",)) if _MARK in data else None
    try:
        read = _read(data, mime, anchors)
        return _state(*read) if read else None
    except Exception as error:
        # Whatever a made-up file makes the library raise, it is no reason to fail whoever looks at it.
        logger.info("A manifest can't be read: %s", str(error)[:LONGEST_TEXT])
        # A file may name an address where its manifest is said to be: nobody goes there, and in the file there is none.
        if str(error).startswith(_ELSEWHERE):
            return None
        return ManifestState("invalid", ("unreadable",)) if _MARK in data else None


def is_signed_by(data: bytes, mime: str, anchors: str, number: str = "") -> bool:
    """Whether `data` is unchanged and signed by a certificate below `anchors` (PEM); where a serial `number` is
    given (decimal digits), by the one that has it. Raises nothing, fetches nothing."""
    if not anchors or len(data) > MAX_BYTES:
        return False
    try:
        read = _read(data, mime, anchors)
        if read is None or _state(*read).state != "trusted":
            return False
        report = read[1]
        signature = report["manifests"][report["active_manifest"]].get("signature_info") or {}
        return not number or str(signature.get("cert_serial_number")) == number
    except Exception as error:
        logger.info("A manifest can't be read: %s", str(error)[:LONGEST_TEXT])
        return False


def _read(data: bytes, mime: str, anchors: str) -> tuple[str, dict[str, Any]] | None:
    """The library's word for the state and its whole report, None for a file without a manifest."""
    with c2pa.Context(settings=c2pa.Settings.from_dict(_settings(anchors))) as context:
        reader = c2pa.Reader.try_create(mime, BytesIO(data), context=context)
        if reader is None:
            return None
        with reader:
            return str(reader.get_validation_state() or ""), json.loads(reader.json())


def _settings(anchors: str) -> dict[str, Any]:
    verify: dict[str, Any] = {"remote_manifest_fetch": False, "ocsp_fetch": False, "verify_trust": bool(anchors)}
    return {"version": 1, "verify": verify} | ({"trust": {"user_anchors": anchors}} if anchors else {})


def _state(validation: str, report: dict[str, Any]) -> ManifestState:
    active = report.get("manifests", {}).get(report.get("active_manifest"), {})
    results = report.get("validation_results", {})
    codes = tuple(dict.fromkeys(_failures(results)))[:MOST]
    state = {"Trusted": "trusted", "Valid": "valid"}.get(validation, "invalid")
    if state == "valid" and _UNTRUSTED in codes:
        state = "untrusted"
    signature = active.get("signature_info") or {}
    generators = active.get("claim_generator_info") or [{"name": active.get("claim_generator")}]
    return ManifestState(
        state=state,
        codes=codes,
        title=_text(active.get("title")),
        signer=_text(signature.get("issuer") or signature.get("common_name")),
        claim_generator=" ".join(part for name in ("name", "version") if (part := _text(generators[0].get(name)))),
        actions=tuple(_actions(active))[:MOST],
        ingredients=tuple(_text(each.get("title")) for each in (active.get("ingredients") or [])[:MOST]),
        signed_at=_text(signature.get("time")),
    )


def _failures(results: dict[str, Any]) -> Iterable[str]:
    parts = [results.get("activeManifest") or {}]
    parts += [each.get("validationDeltas") or {} for each in results.get("ingredientDeltas") or []]
    for part in parts:
        for failure in part.get("failure") or []:
            yield _text(failure.get("code"))


def _actions(active: dict[str, Any]) -> Iterable[tuple[str, str]]:
    for assertion in active.get("assertions") or []:
        if str(assertion.get("label", "")).startswith("c2pa.actions"):
            for each in (assertion.get("data") or {}).get("actions") or []:
                yield _text(each.get("action")), _text(each.get("digitalSourceType"))


def _text(value: object) -> str:
    return str(value)[:LONGEST_TEXT].replace("\0", "") if value is not None else ""
