"""A manifest is signed into a file: the last thing that is done to it."""

import json
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import c2pa

from gallery.provenance.c2pa.authority import Credentials, SigningError
from gallery.provenance.c2pa.manifest import SOURCE_ID


@dataclass(frozen=True)
class Ingredient:
    """A picture that another one was made from: the bytes of its file, their media type, its name, words about it.

    A manifest in those bytes goes along whole, so hand over the file that everybody may have.
    """

    data: bytes
    mime: str
    title: str
    description: str = ""


def sign(
    data: bytes,
    mime: str,
    manifest: dict[str, Any],
    credentials: Credentials,
    *,
    source: Ingredient | None = None,
    anchors: str = "",
) -> bytes:
    """The file `data` with `manifest` signed into it; a manifest that it has already is replaced.

    `source` is the manifest's only ingredient; by `anchors` (PEM) the signature of a manifest in it is judged. No
    thumbnails: they cost up to two megabytes. Raises `SigningError`.
    """
    try:
        with (
            c2pa.Context(settings=c2pa.Settings.from_dict(_settings(anchors))) as context,
            c2pa.Signer.from_info(_signer(credentials)) as signer,
            c2pa.Builder(manifest, context=context) as builder,
        ):
            if source is not None:
                about = {"title": source.title, "relationship": "parentOf", "label": SOURCE_ID}
                if source.description:
                    about["description"] = source.description
                builder.add_ingredient(json.dumps(about), source.mime, BytesIO(source.data))
            out = BytesIO()
            builder.sign(signer, mime, BytesIO(data), out)
            return out.getvalue()
    except (c2pa.C2paError, OSError, ValueError, RuntimeError) as error:
        raise SigningError(str(error)[:500]) from error


def _signer(credentials: Credentials) -> c2pa.C2paSignerInfo:
    return c2pa.C2paSignerInfo(
        alg=credentials.alg.encode(),
        sign_cert=credentials.chain.encode(),
        private_key=credentials.key.encode(),
        ta_url=None,
    )


def _settings(anchors: str) -> dict[str, Any]:
    # What was just written is not read again, and nothing is fetched from addresses that an ingredient names.
    verify = {"verify_after_sign": False, "remote_manifest_fetch": False, "ocsp_fetch": False}
    chosen: dict[str, Any] = {"version": 1, "builder": {"thumbnail": {"enabled": False}}, "verify": verify}
    if anchors:
        chosen["trust"] = {"user_anchors": anchors}
        verify["verify_trust"] = True
    return chosen
