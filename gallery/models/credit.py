"""Which post another one was made from: the credit that a remix gives."""

from django.db import models

from gallery.models.post import Post


class Remix(models.Model):
    """`post` was drawn from the recipe of `source`. Where `source` is gone, the row says that there was one.

    Who may read that is decided in `gallery.visibility`: whoever can open both.
    """

    post = models.OneToOneField(Post, on_delete=models.CASCADE, primary_key=True, related_name="remix")
    source = models.ForeignKey(Post, null=True, on_delete=models.SET_NULL, related_name="remixes")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(post=models.F("source")), name="remix_of_another_post")
        ]
        indexes = [models.Index(fields=["source", "-post"], name="remixes_of_post")]
