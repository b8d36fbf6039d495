"""Files of pictures, each behind the question whether this viewer may have it."""

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from gallery.downloads import EVERYBODY, NOWHERE, READERS_OWN, download_of, file_answer, post_label, reader_of, refused
from gallery.errors import Gone, UserFacingError
from gallery.filters import visitors
from gallery.filters.in_force import in_force
from gallery.ingest.signing import site_slug
from gallery.models import Asset, AssetFile, Download, Post, User
from gallery.models.asset import Variant
from gallery.provenance import FORMATS
from gallery.visibility import Viewer, blurred_among, may_read_prompt, reachable_posts, signed_in

LOADED = ("post__author", "post__generation", "drawn_over")


@require_safe
def media(request: HttpRequest, key: str, variant: str, extension: str) -> HttpResponse:
    """One file. 404 for what this viewer may not have, as for what does not exist.

    `original` is there in every format. It holds the whole recipe for those who may read the prompt, and neither
    prompts nor seed for all others, nor for who asks with `prompt=0`. Only what every visitor gets may be kept at all,
    and only to be asked about again by its ETag. A signed link (`sig`) stands for its maker's session, and is in no
    cache whatever it leads to.
    """
    signed = "sig" in request.GET
    viewer = _signer(request, key, variant, extension) if signed else request.user
    asset = Asset.objects.filter(key=key).select_related(*LOADED).first()
    if asset is None or variant == Variant.BARE:
        raise Http404
    post = getattr(asset, "post", None)
    public = post is not None and _reaches(AnonymousUser(), post)
    caches = EVERYBODY if public and not signed else NOWHERE
    if post is not None and not public and not _reaches(viewer, post):
        raise Http404
    if post is None and asset.owner_id != viewer.pk:
        raise Http404
    if post is not None and (signed or _may_have_filter(request)) and _withheld(viewer, post, variant):
        raise Http404
    try:
        if variant == Variant.ORIGINAL and post is not None:
            with_prompt = request.GET.get("prompt") != "0"
            if with_prompt:
                caches = _caches_of_prompt(post, caches)
            # Visitors first: what everybody may read is answered without asking for a session.
            with_prompt = with_prompt and any(may_read_prompt(one, post) for one in (AnonymousUser(), viewer))
            file = _original(post, extension, with_prompt=with_prompt, to_keep="download" in request.GET)
        else:
            file = _stored(asset, variant, extension)
    except (AssetFile.DoesNotExist, FileNotFoundError) as error:
        raise Http404 from error
    except UserFacingError as error:
        return refused(request, error)
    return file_answer(request, file, name=_download_name(post, file), caches=caches)


def _signer(request: HttpRequest, key: str, variant: str, extension: str) -> User:
    """Whose signed link this is. 404 for what is none, and for one of somebody else than the account signed in."""
    reader = reader_of(request.GET["sig"], key, variant, extension)
    if reader is None or (signed_in(request.user) and request.user.pk != reader.pk):
        raise Http404
    return reader


def _reaches(viewer: Viewer, post: Post) -> bool:
    return Post.objects.filter(reachable_posts(viewer), pk=post.pk).exists()


def _may_have_filter(request: HttpRequest) -> bool:
    """Without asking for a session, of most visitors."""
    return visitors.COOKIE in request.COOKIES or settings.SESSION_COOKIE_NAME in request.COOKIES


def _withheld(viewer: Viewer, post: Post, variant: str) -> bool:
    """Whether the viewer's own filter keeps this file from them: any of a post that it hides, all but the blurred one
    of a post that it blurs."""
    force = in_force(viewer)
    if force.hides_any and not _reaches(viewer, post):
        return True
    return variant != Variant.B360 and post.pk in blurred_among(viewer, [post])


def _caches_of_prompt(post: Post, caches: str) -> str:
    """Who may keep what stands at the address of the file with the prompt."""
    if not may_read_prompt(AnonymousUser(), post):
        return NOWHERE
    return READERS_OWN if caches == EVERYBODY else caches


def _original(post: Post, extension: str, *, with_prompt: bool, to_keep: bool) -> AssetFile | Download:
    """What was stored when the picture came in, as long as it says what the post says; else a file made for it.

    What somebody keeps names the post and says that it was published.
    """
    label = post_label(post, with_prompt=with_prompt)
    if not to_keep:
        variant = Variant.ORIGINAL if with_prompt else Variant.BARE
        stored = AssetFile.objects.filter(asset=post.asset, variant=variant, format=extension).first()
        if stored is not None and stored.says == label.says:
            return stored
    return download_of(post.asset, FORMATS[extension], label)


def _stored(asset: Asset, variant: str, extension: str) -> AssetFile:
    files = AssetFile.objects.filter(asset=asset, format=extension)
    found = files.filter(variant=variant).first()
    if found is None and variant == Variant.ORIGINAL:
        # What was sent has no recipe of ours inside: its bare file is all there is.
        found = files.filter(variant=Variant.BARE).first()
    if found is None and variant == Variant.ORIGINAL and _is_archived(asset):
        raise Gone("original_archived")
    if found is None:
        raise AssetFile.DoesNotExist
    return found


def _is_archived(asset: Asset) -> bool:
    """Whether the small files of a picture are all that is kept of it."""
    variants = set(AssetFile.objects.filter(asset=asset).values_list("variant", flat=True))
    return bool(variants) and not variants & {Variant.ORIGINAL, Variant.BARE}


def _download_name(post: Post | None, file: AssetFile | Download) -> str:
    """A plain ASCII name that says which post it is."""
    number = f"{site_slug()}-{post.pk}" if post else f"{site_slug()}-take"
    variant = getattr(file, "variant", Variant.ORIGINAL)
    size = "" if variant in (Variant.ORIGINAL, Variant.BARE) else f"-{variant}"
    # Two files of one name would be taken for the same.
    bare = not file.with_prompt if isinstance(file, Download) else variant == Variant.BARE
    without = bare and _has_prompt(post)
    return f"{number}{size}{'-no-prompt' if without else ''}.{file.format}"


def _has_prompt(post: Post | None) -> bool:
    """Whether the post's files hold a prompt for those who may read it."""
    label = post_label(post, with_prompt=True) if post is not None else None
    return label is not None and label.shown is not None and bool(label.shown.prompt)
