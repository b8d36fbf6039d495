"""Names of other keys that are in use, to choose from while typing."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import Func, TextField

from gallery.models import Post, PostGeneration
from gallery.models.post import PromptVisibility
from gallery.visibility import visible_posts

NEWEST_POSTS, MOST_KEYS = 2000, 60


def known_keys() -> list[str]:
    """The keys of the newest posts that everybody may see and whose prompt everybody may read, A–Z: the same for every
    viewer, and asked for anew each time, so that what is hidden now is told to nobody."""
    # The newest of all, not of those with keys: on a site that draws for itself these lie far apart.
    open_posts = Post.objects.filter(visible_posts(AnonymousUser()), prompt_visibility=PromptVisibility.VISIBLE)
    newest = list(open_posts.order_by("-id").values_list("id", flat=True)[:NEWEST_POSTS])
    keys = PostGeneration.objects.filter(post__in=newest).annotate(
        key=Func("rest", function="jsonb_object_keys", output_field=TextField())
    )
    return sorted(set(keys.values_list("key", flat=True)), key=str.casefold)[:MOST_KEYS]
