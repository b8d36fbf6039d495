"""What is known of a file, as JSON."""

from typing import Any

from gallery.api.posts import Absolute, posts_as_json
from gallery.verifying import Checked
from gallery.verifying.signature import Signature
from gallery.verifying.since import Since
from gallery.visibility import Viewer


def checked_as_json(checked: Checked, viewer: Viewer, absolute: Absolute) -> dict[str, Any]:
    """`verdict`, `file`, `signature`, `generation`, `declared`, `texts` and `matches`: docs/api.md. Words are in the
    language that is active now; posts are told of as in every list."""
    look, said, verdict = checked.look, checked.said, checked.verdict
    posts = posts_as_json([match.line.post for match in checked.matches], viewer, absolute)
    return {
        "verdict": {
            "code": verdict.case.value,
            "title": str(verdict.title),
            "meaning": str(verdict.meaning),
            "limits": str(verdict.limits),
            "since": _since(checked.since) if checked.since else None,
        },
        "ai": {"level": checked.level.value, "label": str(checked.level.label)} if checked.level else None,
        "file": {
            "type": look.kind,
            "size": look.size_bytes,
            "width": look.width,
            "height": look.height,
            "sha256": look.file_sha256,
            "pixel_sha256": look.pixel_sha256,
            "pdq": f"{look.pdq.bits:064x}",
            "pdq_quality": look.pdq.quality,
        },
        "signature": _signature(checked.signature) if checked.signature else None,
        "declared": {**said.source.to_dict(), "meaning": said.source_words} if said.source else None,
        "generation": look.found.to_dict() if look.found else None,
        "texts": look.blocks.to_dict() if look.blocks else None,
        "matches": [
            {
                "post_id": match.line.post.pk,
                "by": match.how.value,
                "sureness": match.line.sureness.value,
                "score": match.line.score,
                "distance": match.line.near.distance,
                "turned": match.line.near.turned,
                "post": post,
            }
            for match, post in zip(checked.matches, posts, strict=True)
        ],
    }


def _since(since: Since) -> dict[str, Any]:
    return {
        "text": since.text,
        "post_id": since.post.pk,
        "level": since.level.value,
        "label": str(since.level.label),
        "evidence": since.post.ai_evidence,
    }


def _signature(signature: Signature) -> dict[str, Any]:
    manifest = signature.manifest
    return {
        "state": signature.state,
        "title": signature.title,
        "meaning": signature.meaning,
        "codes": [{"code": reason.code, "meaning": reason.meaning} for reason in signature.reasons],
        "signer": manifest.signer,
        "claim_generator": manifest.claim_generator,
        "manifest_title": manifest.title,
        "signed_at": manifest.signed_at or None,
        "actions": [
            {
                "action": action.name,
                "meaning": action.words,
                "digital_source_type": action.source_type or None,
                "digital_source_meaning": action.source_words or None,
            }
            for action in signature.actions
        ],
        "ingredients": list(manifest.ingredients),
    }
