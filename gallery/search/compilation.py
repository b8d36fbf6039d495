"""What compiling one search needs to know besides the tree: who asks, when, and what the names in it stand for."""

from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Lower
from django.db.models.lookups import Exact
from django.utils import timezone

from gallery.community.favourite_groups import normalise_group_name, own_group, visible_groups
from gallery.errors import Invalid
from gallery.labels.zones import names_level
from gallery.models import FavouriteGroup, Post, PostGeneration, PostStats, User
from gallery.similar.near import near_among, sought_asset
from gallery.visibility import Viewer, reachable_posts, readable_prompts, signed_in, visible_posts
from tagging.query import Node
from tagging.query.values import Clock

# Each takes some ten milliseconds among a million hashes: so many in one search, saved ones included.
MAX_SIMILAR = 5


@dataclass
class Compilation:
    """One search of one viewer. `any_zone`: it asks for posts by their label, so that the viewer's zone is not laid
    over it. `any_filter`: nor is the viewer's filter, of which this search may be a rule."""

    viewer: Viewer
    clock: Clock
    any_zone: bool = False
    any_filter: bool = False
    _users: dict[str, int | None] = field(default_factory=dict)
    _similar: dict[int, dict[int, int]] = field(default_factory=dict)

    @classmethod
    def of(cls, tree: Node, viewer: Viewer) -> "Compilation":
        """For the whole of a search, asked for now."""
        return cls(viewer, Clock(timezone.localtime()), names_level(tree))

    @property
    def member(self) -> User | None:
        """The account that asks, if it may be used."""
        return self.viewer if isinstance(self.viewer, User) and signed_in(self.viewer) else None

    def seen(self, *, any_status: bool = False) -> Q:
        """What the search may find at all."""
        return visible_posts(self.viewer, any_status=any_status, any_zone=self.any_zone, any_filter=self.any_filter)

    @cached_property
    def relatives(self) -> QuerySet[Post]:
        """The posts that may show up as somebody's parent or child: no others exist for this viewer."""
        return Post.objects.filter(self.seen(any_status=True))

    @cached_property
    def prompts(self) -> Q:
        """The posts whose prompt, negative prompt, seed and LoRAs this viewer may read."""
        return readable_prompts(self.viewer)

    def user_id(self, name: str) -> int | None:
        """The account with this name in any case; names are unique so (a constraint)."""
        folded = name.casefold()
        if folded not in self._users:
            # Lower, as the unique index has it; Django's lookup in any case says UPPER.
            same = Exact(Lower("username"), Lower(Value(name.replace("\x00", ""))))
            self._users[folded] = User.objects.filter(same).values_list("pk", flat=True).first()
        return self._users[folded]

    def is_own_name(self, name: str) -> bool:
        """Whether `name` is that of the account that asks."""
        return self.member is not None and self.user_id(name) == self.member.pk

    def keeper(self, name: str) -> int | None:
        """The account with this name, if this viewer may know what it keeps."""
        user = self.user_id(name)
        if user is None or self.is_own_name(name):
            return user
        private = User.objects.filter(pk=user, private_favourites=True).exists()
        return None if private else user

    def similar_to(self, post_id: int) -> dict[int, int]:
        """The post (-1) and the posts that look like it, with the distance of each, as far as this viewer may see them.

        Raises Invalid, in the same words whether there is no such post or the viewer may not see it.
        """
        if post_id not in self._similar:
            if len(self._similar) == MAX_SIMILAR:
                raise Invalid("too_many_similar", limit=MAX_SIMILAR)
            post = Post.objects.filter(reachable_posts(self.viewer), pk=post_id).select_related("asset").first()
            if post is None:
                raise Invalid("no_such_post", id=post_id)
            found = near_among(self.seen(any_status=True), sought_asset(post.asset))
            self._similar[post_id] = {one.post_id: one.distance for one in found} | {post_id: -1}
        return self._similar[post_id]

    def list_named(self, name: str | int) -> FavouriteGroup | None:
        """A list by its number or name: the viewer's own, else somebody's public one, the oldest first."""
        mine = own_group(self.member, name) if self.member else None
        by = Q(pk=name) if isinstance(name, int) else Q(name__iexact=normalise_group_name(name.replace("\x00", "")))
        return mine or FavouriteGroup.objects.filter(visible_groups(self.viewer), by).order_by("pk").first()


def in_recipe(condition: Q) -> Q:
    """Posts whose recipe fulfils `condition`: a test that is right under NOT and OR, where a join would lose rows."""
    return Q(Exists(PostGeneration.objects.filter(condition, post=OuterRef("pk"))))


def in_stats(condition: Q) -> Q:
    """Posts whose sums of votes, favourites and views fulfil `condition`."""
    return Q(Exists(PostStats.objects.filter(condition, post=OuterRef("pk"))))
