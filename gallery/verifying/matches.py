"""Public posts that a file is, or looks like; of those alone that this viewer may see."""

from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Q

from gallery.ingest.looking import Look
from gallery.ingest.store import address_of_content
from gallery.models import AssetFile, AssetOrigin, Download, Post
from gallery.models.asset import Variant
from gallery.models.post import AiEvidence
from gallery.similar.lines import LikePost, loaded
from gallery.similar.near import Near, near_among, sought_picture
from gallery.similar.sureness import Sureness
from gallery.visibility import Viewer, readable_prompts, visible_posts

MOST = 12


class How(StrEnum):
    """By what a post was recognised, surest first: its very file, its very pixels, or the look of it (PDQ)."""

    FILE = "file"
    PIXELS = "pixels"
    LOOK = "look"


@dataclass(frozen=True)
class Match:
    """A post, loaded for a card, with what it was recognised by."""

    line: LikePost
    how: How

    @property
    def drawn_here(self) -> bool:
        """Whether this site drew it, not somebody else's program."""
        return self.line.post.ai_evidence == AiEvidence.SITE_JOB

    @property
    def is_copy(self) -> bool:
        """Whether it is more than a likeness."""
        return self.line.sureness != Sureness.SIMILAR


def find_matches(viewer: Viewer, look: Look, *, limit: int = MOST) -> list[Match]:
    """The active posts that the viewer's own rating filter shows, in any zone, surest first.

    Removed posts and takes that nobody published are not among them: for everybody it is as if there were none.
    """
    # A zone is about what is offered; here somebody asks about one picture.
    visible = visible_posts(viewer, any_zone=True)
    near = near_among(visible, sought_picture(look.pdq, look.pixel_sha256), limit=limit)
    same = _same_file(viewer, visible, look, [one.post_id for one in near])
    listed = [Near(post_id, 0, turned=False) for post_id in same] + [one for one in near if one.post_id not in same]
    return [Match(line, _how(line, look, same)) for line in loaded(listed[:limit])]


def _how(line: LikePost, look: Look, same: list[int]) -> How:
    if line.post.pk in same:
        return How.FILE
    return How.PIXELS if line.post.asset.pixel_sha256 == look.pixel_sha256 else How.LOOK


def _same_file(viewer: Viewer, visible: Q, look: Look, near: list[int]) -> list[int]:
    """The posts that have this very file, or came in it: by downloads and arrivals among all, by the files that every
    picture has among those that look like it.

    Files that hold the prompt count for those alone who may read it: whoever can guess a prompt could else build the
    file, and would learn here that they guessed right.
    """
    digest = look.file_sha256
    files = AssetFile.objects.filter(sha256=digest, asset__post__in=near)
    downloads = Download.objects.filter(path=address_of_content(digest, look.kind))
    arrivals = AssetOrigin.objects.filter(file_sha256=digest)
    plain = [files.exclude(variant=Variant.ORIGINAL), downloads.filter(with_prompt=False)]
    telling = [files.filter(variant=Variant.ORIGINAL), downloads.filter(with_prompt=True), arrivals]
    assets = {rows_asset for rows in plain for rows_asset in rows.values_list("asset_id", flat=True)}
    secret = {rows_asset for rows in telling for rows_asset in rows.values_list("asset_id", flat=True)}
    mine = Q(asset__in=assets) | (Q(asset__in=secret) & readable_prompts(viewer))
    return list(Post.objects.filter(visible, mine).order_by("pk").values_list("pk", flat=True)[:MOST])
