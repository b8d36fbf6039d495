"""What the site says of a picture by now, where a file of it says something else: files are kept, labels change."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from gallery.ingest.signing import site_slug
from gallery.labels.evidence import level_of_source_type
from gallery.models import Post
from gallery.models.post import AiEvidence, AiLevel
from gallery.provenance import source_type_of
from gallery.verifying.matches import Match
from gallery.verifying.signature import OWN, Signature


@dataclass(frozen=True)
class Since:
    """The post that shows the file's picture, and the label that it has, which the file does not say."""

    post: Post

    @property
    def level(self) -> AiLevel:
        """The label of the post."""
        return AiLevel(self.post.ai_level)

    @property
    def text(self) -> str:
        """The warning, in a sentence."""
        if self.post.ai_evidence == AiEvidence.MODERATOR:
            return _("The site has since decided: %(label)s") % {"label": self.level.label}
        return _("The post of this picture says now: %(label)s") % {"label": self.level.label}


def said_since(signature: Signature | None, said: AiLevel | None, matches: list[Match]) -> Since | None:
    """What the post of this picture says by now if that is not what the file says; None where both agree.

    `said`: the level that stands in the file, believed or not. A file of this site's own that names none left it open;
    of any other file nothing follows from its silence.
    """
    own = signature is not None and signature.state == OWN
    copies = [match.line.post for match in matches if match.is_copy]
    if not copies or (said is None and not own):
        return None
    # Several posts may show the same picture: a file of this site names its own.
    title = signature.manifest.title if signature is not None and own else ""
    post = next((one for one in copies if f"{site_slug()}-{one.pk}" == title), copies[0])
    return None if (said or AiLevel.UNKNOWN) in _levels_in_files_of(post) else Since(post)


def _levels_in_files_of(post: Post) -> set[AiLevel]:
    """What can be read from a file that says this post's label: IPTC has fewer words than we have levels."""
    level = AiLevel(post.ai_level)
    written = {level_of_source_type(source_type_of(level, composite=composite)) for composite in (False, True)}
    return {level} | {other for other in written if other is not None}
