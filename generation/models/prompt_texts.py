"""Text that is kept for prompts: styles, which are added to them, and wildcards, which stand in them."""

from django.conf import settings
from django.db import models

MAX_STYLE = 2000
"""Characters of each text of a style."""
MAX_WILDCARD_LINES = 10_000


class PromptStyle(models.Model):
    """Text to add to the prompt and to what is left out. `{prompt}` stands for what is in the box already.

    Without an owner it is the site's, for everybody.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=60)
    prompt = models.TextField(blank=True, max_length=MAX_STYLE)
    negative_prompt = models.TextField(blank=True, max_length=MAX_STYLE)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="style_name_once", nulls_distinct=False),
            models.CheckConstraint(condition=~models.Q(prompt="", negative_prompt=""), name="style_says_something"),
        ]

    def __str__(self) -> str:
        return self.name


class Wildcard(models.Model):
    """A list of lines that `__name__` in a prompt draws one of. Names are in lower case.

    Without an owner it is the site's; somebody's own one of the same name goes before it. Blank lines and those that
    start with # are kept and not drawn.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=60)
    text = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="wildcard_name_once", nulls_distinct=False)
        ]

    def __str__(self) -> str:
        return f"__{self.name}__"

    @property
    def lines(self) -> list[str]:
        """What can be drawn."""
        stripped = (line.strip() for line in self.text.splitlines())
        return [line for line in stripped if line and not line.startswith("#")]
