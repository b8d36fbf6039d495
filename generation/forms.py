"""What the page for publishing is sent, as a form."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from gallery.forms import RefusableForm, TickedTags
from gallery.models.post import Post, PromptVisibility
from gallery.ratings import Rating
from gallery.tag_edits.terms import typed_words


class PublishForm(RefusableForm):
    """What the maker decides when a take becomes a post."""

    tags = forms.CharField(
        label=_("Tags"),
        required=False,
        max_length=8000,
        error_messages={"max_length": _("These are too many tags: %(show_value)d characters of %(limit_value)d.")},
    )
    # Words of the prompt that are no tags yet; each becomes one where it is ticked.
    words = forms.MultipleChoiceField(
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("“%(value)s” is not a word of this prompt.")},
    )
    # Tags that the tagger sees beyond the prompt's, to tick; tags of the prompt that it doesn't see, to tick away.
    more = TickedTags(required=False)
    left_out = TickedTags(required=False)
    rating = forms.ChoiceField(
        label=_("Rating"),
        choices=Rating.choices,
        error_messages={
            "required": _("Choose a rating, so that everyone sees only what they want to see."),
            "invalid_choice": _("This rating is unknown. Choose general, sensitive, questionable or explicit."),
        },
    )
    prompt_visibility = forms.ChoiceField(
        label=_("Prompt"),
        choices=PromptVisibility.choices,
        error_messages={
            "required": _("Choose who can read the prompt."),
            "invalid_choice": _("Choose who can read the prompt: everyone, those you allow, or only you."),
        },
    )
    title = forms.CharField(
        label=_("Title"),
        required=False,
        max_length=Post._meta.get_field("title").max_length,
        error_messages={"max_length": _("The title has %(show_value)d characters; at most %(limit_value)d fit.")},
    )
    commentary = forms.CharField(
        label=_("Commentary"),
        required=False,
        max_length=10_000,
        error_messages={"max_length": _("The commentary has %(show_value)d characters; at most %(limit_value)d fit.")},
    )

    def __init__(self, *args: Any, unknown_words: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["words"].choices = [(word, word) for word in unknown_words]  # type: ignore[attr-defined]

    def offer(self, more: list[str], missing: list[str]) -> None:
        """What the tagger would add, and what it would leave out."""
        for field, names in (("more", more), ("left_out", missing)):
            self.fields[field].choices = [(name, name) for name in names]  # type: ignore[attr-defined]

    def all_tags(self) -> list[str]:
        """The tags of the box but those left out, and all that was ticked, without repeats, in that order."""
        data = self.cleaned_data
        box = [name for name in typed_words(data["tags"]) if name not in data["left_out"]]
        return list(dict.fromkeys([*box, *data["more"], *data["words"]]))
