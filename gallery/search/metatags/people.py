"""Who published, changed and voted."""

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from gallery.errors import NotAllowed
from gallery.models import PostVersion, PostVote
from gallery.search.compilation import Compilation, in_stats
from gallery.search.expressions import NOTHING
from gallery.search.metatags.kinds import Compile, metatag
from tagging.query.readers import user_name
from tagging.query.values import Presence, UserName


def _user(value: UserName, compilation: Compilation) -> Q:
    author = compilation.user_id(value.name)
    return NOTHING if author is None else Q(author_id=author)


def _updater(value: Presence | UserName, compilation: Compilation) -> Q:
    """Who changed the post after it was published."""
    changes = PostVersion.objects.filter(post=OuterRef("pk"), number__gt=1)
    if isinstance(value, Presence):
        return Q(Exists(changes)) if value.present else ~Q(Exists(changes))
    editor = compilation.user_id(value.name)
    return NOTHING if editor is None else Q(Exists(changes.filter(editor=editor)))


def _voter(score: int, column: str) -> Compile:
    def compile_voter(value: Presence | UserName, compilation: Compilation) -> Q:
        """A vote is told to its voter and to moderators; that there are votes, to everybody."""
        if isinstance(value, Presence):
            voted = in_stats(Q(**{f"{column}__gt": 0}))
            return voted if value.present else ~voted
        name = value.name
        member = compilation.member
        if member is None or not (member.is_moderator or member.username.casefold() == name.casefold()):
            raise NotAllowed("votes_are_private")
        voter = compilation.user_id(name)
        if voter is None:
            return NOTHING
        return Q(Exists(PostVote.objects.filter(user=voter, score=score, post=OuterRef("pk"))))

    return compile_voter


metatag(
    "user",
    user_name(),
    _user,
    section="people",
    summary=_("Who published the post."),
    examples=("user:ann",),
)
metatag(
    "updater",
    user_name(nullable=True),
    _updater,
    section="people",
    summary=_("Who changed the post after it was published."),
    examples=("updater:ann", "updater:none"),
    values=("any", "none"),
)
metatag(
    "upvote",
    user_name(nullable=True),
    _voter(1, "up_score"),
    section="people",
    aliases=("upvoter",),
    summary=_("What you voted up, with your own name; votes of others are theirs alone."),
    examples=("upvote:any",),
    values=("any", "none"),
)
metatag(
    "downvote",
    user_name(nullable=True),
    _voter(-1, "down_score"),
    section="people",
    aliases=("downvoter",),
    summary=_("What you voted down, with your own name; votes of others are theirs alone."),
    examples=("downvote:any",),
    values=("any", "none"),
)
