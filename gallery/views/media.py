"""Files of pictures, each behind the question whether this viewer may have it."""

import re
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from gallery.models import Asset, AssetFile, Post
from gallery.models.asset import Variant
from gallery.visibility import Viewer, may_read_prompt, reachable_posts

CONTENT_TYPES = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp", "avif": "image/avif"}
# Nothing is kept without asking again each time: a moderator may hide a picture a second from now. `EVERYBODY` may be
# kept by shared caches too; an original with its recipe only by the reader's own.
EVERYBODY, READERS_OWN, NOWHERE = "public, no-cache", "private, no-cache", "private, no-store"


@require_safe
def media(request: HttpRequest, key: str, variant: str, extension: str) -> HttpResponse:
    """One file. 404 for what this viewer may not have, as for what does not exist.

    `original` is the file with the whole recipe for those who may read the prompt and the bare one for all
    others, as for pictures that were sent. Only what every visitor gets may be kept at all, and only to be asked about
    again by its ETag.
    """
    asset = Asset.objects.filter(key=key).select_related("post").first()
    if asset is None or variant == Variant.BARE:
        raise Http404
    post = getattr(asset, "post", None)
    public = post is not None and _reaches(AnonymousUser(), post)
    caches = EVERYBODY if public else NOWHERE
    if post is not None and not public and not _reaches(request.user, post):
        raise Http404
    if post is None and asset.owner_id != request.user.pk:
        raise Http404
    if variant == Variant.ORIGINAL and post is not None:
        if not may_read_prompt(AnonymousUser(), post):
            caches = NOWHERE
        elif public:
            caches = READERS_OWN
        if not may_read_prompt(request.user, post):
            variant = Variant.BARE
    files = AssetFile.objects.filter(asset=asset, format=extension)
    file = files.filter(variant=variant).first()
    if file is None and variant == Variant.ORIGINAL:
        # What was sent has no recipe of ours inside: its bare file is all there is.
        file = files.filter(variant=Variant.BARE).first()
    if file is None:
        raise Http404
    return _answer(request, file, name=_download_name(asset, post, file), caches=caches)


def _reaches(viewer: Viewer, post: Post) -> bool:
    return Post.objects.filter(reachable_posts(viewer), pk=post.pk).exists()


def _answer(request: HttpRequest, file: AssetFile, *, name: str, caches: str) -> HttpResponse:
    etag = quote_etag(file.sha256)
    response = get_conditional_response(request, etag=etag)
    if response is None:
        try:
            content = Path(settings.MEDIA_ROOT, file.path).read_bytes()
        except FileNotFoundError as error:
            raise Http404 from error
        response = HttpResponse(content, content_type=CONTENT_TYPES[file.format])
        disposition = "attachment" if "download" in request.GET else "inline"
        response["Content-Disposition"] = f'{disposition}; filename="{name}"'
    response["ETag"] = etag
    response["Cache-Control"] = caches
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _download_name(asset: Asset, post: Post | None, file: AssetFile) -> str:
    """A plain ASCII name that says which post it is."""
    site = re.sub(r"[^a-z0-9]+", "-", settings.SITE_NAME.lower()).strip("-") or "post"
    number = f"{site}-{post.pk}" if post else f"{site}-take"
    size = "" if file.variant in (Variant.ORIGINAL, Variant.BARE) else f"-{file.variant}"
    return f"{number}{size}.{file.format}"
