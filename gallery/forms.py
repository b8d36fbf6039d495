"""The forms of the gallery's pages. They keep what was typed; what is right is decided by the functions they feed."""

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.core.validators import ProhibitNullCharactersValidator
from django.utils.translation import gettext_lazy as _

from gallery.errors import UserFacingError
from gallery.models import Post
from gallery.models.post import AiLevel, PromptVisibility
from gallery.models.rating import STRICTER
from gallery.models.user import THRESHOLDS, Role, Zone
from gallery.posts import MAX_COMMENTARY, MAX_TITLE
from gallery.ratings import Rating
from gallery.tag_edits.terms import MAX_LENGTH, typed_words

Done = TypeVar("Done")

TAGS_HINT = _(
    "Separated by spaces; words of one tag are joined by “_”, as in long_hair. "
    "Commas are read, too: “tokyo night, rain” becomes tokyo_night rain."
)
# Which field a refusal belongs to; the rest stands above the form.
FIELD_OF_CODE = {
    "comment_empty": "text",
    "comment_too_long": "text",
    "bad_tag": "tags",
    "too_many_tags": "tags",
    "edit_too_long": "tags",
    "tag_deprecated": "tags",
    "too_many_new_tags": "tags",
    "too_many_changed_tags": "tags",
    "category_moderators": "tags",
    "category_in_bulk": "tags",
    "parent_unknown": "tags",
    "parent_circle": "tags",
    "too_many_children": "tags",
    "no_such_post": "tags",
    "no_such_group": "tags",
    "vote_on_own_post": "tags",
    "title_too_long": "title",
    "commentary_too_long": "commentary",
    "unknown_rating": "rating",
    "rating_fixed": "rating",
    "rating_locked": "rating",
    "vote_not_stricter": "rating",
    "floor_tag_unknown": "tag",
    "same_floor": "rating",
    "voice_text_needed": "reason",
    "appeal_text_needed": "reason",
    "unknown_rule": "rule",
    "bad_contact": "contact",
    "same_rating": "rating",
    "unknown_prompt_visibility": "prompt_visibility",
    "reason_needed": "reason",
    "reason_too_long": "reason",
    "ban_end_past": "day",
    "ban_end_far": "day",
    "ban_end_unknown": "day",
    "block_unreadable": "block",
    "block_with_more": "block",
    "block_too_wide": "block",
    "block_mapped": "block",
    "block_not_public": "block",
    "block_holds_yours": "block",
    "block_banned_already": "block",
    "unknown_scope": "scope",
    "unknown_ai_level": "level",
    "label_level_needed": "level",
    "same_label": "level",
    "label_against_evidence": "level",
    "label_against_recipe": "level",
    "dispute_reason_needed": "reason",
    "unknown_role": "role",
    "group_name_needed": "name",
    "group_name_too_long": "name",
    "group_name_unusable": "name",
    "group_name_taken": "name",
    "group_bad_number": "order",
    "group_order": "order",
    "source_too_long": "source",
    "refusal_name_needed": "name",
    "refusal_name_too_long": "name",
    "refusal_name_taken": "name",
    "refusal_note_too_long": "note",
    "refusal_effect_unknown": "effect",
    "refusal_place_needed": "places",
    "refusal_terms_needed": "terms",
    "refusal_terms_too_long": "terms",
    "refusal_bad_term": "terms",
}


class RefusableForm(forms.Form):
    """A form that can show why the function behind it said no."""

    def carry_out(self, act: Callable[[dict[str, Any]], Done]) -> tuple[Done | None, int]:
        """Do what a sent form asks for: `act` is given what was typed. What came of it, and the status of the page;
        None where nothing was sent, or was refused, which the form then shows."""
        if not self.is_bound:
            return None, 200
        if not self.is_valid():
            return None, 422
        try:
            return act(self.cleaned_data), 200
        except UserFacingError as error:
            self.refuse(error)
            return None, error.status

    def refuse(self, error: UserFacingError) -> None:
        """Put the sentence beside the field it is about."""
        field = FIELD_OF_CODE.get(error.code)
        self.add_error(field if field in self.fields else None, error.message)


class TickedTags(forms.MultipleChoiceField):
    """Tags to tick. Any is accepted, as any can be typed into the box; names are checked at publication."""

    widget = forms.CheckboxSelectMultiple

    def valid_value(self, value: str) -> bool:
        """The choices only say what the page offers."""
        return True

    def validate(self, value: list[str]) -> None:
        """Refuse what no database text can hold, as a typed field does."""
        super().validate(value)
        for name in value:
            ProhibitNullCharactersValidator()(name)


class _TagsBesideSeen:
    """A tag box that may be written with commas; what its writer saw there stands as it is."""

    cleaned_data: dict[str, Any]

    def words(self) -> list[str]:
        """The words of the box."""
        return typed_words(self.cleaned_data["tags"], self.cleaned_data.get("seen", "").split())


class PostForm(RefusableForm, _TagsBesideSeen):
    """What the author of a post can change."""

    title = forms.CharField(label=_("Title"), max_length=MAX_TITLE, required=False)
    commentary = forms.CharField(
        label=_("Commentary"), max_length=MAX_COMMENTARY, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    tags = forms.CharField(
        label=_("Tags"),
        required=False,
        max_length=MAX_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "autocapitalize": "none"}),
        help_text=TAGS_HINT,
    )
    # What the author saw, so that what others change meanwhile stays.
    seen = forms.CharField(required=False, max_length=MAX_LENGTH, widget=forms.HiddenInput)
    rating = forms.ChoiceField(label=_("Rating"), choices=Rating.choices, widget=forms.RadioSelect)
    prompt_visibility = forms.ChoiceField(label=_("Prompt"), choices=PromptVisibility.choices, widget=forms.RadioSelect)

    @classmethod
    def of(cls, post: Post, tag_names: list[str]) -> "PostForm":
        """The form as the post stands."""
        return cls(
            initial={
                "title": post.title,
                "commentary": post.commentary,
                "tags": " ".join(tag_names),
                "seen": " ".join(tag_names),
                "rating": post.rating,
                "prompt_visibility": post.prompt_visibility,
            }
        )

    def values(self) -> dict[str, Any]:
        """The arguments of `gallery.posts.edit`."""
        values = self.cleaned_data | {"tags": self.words()}
        if "seen" not in self.data:  # a form that says nothing of it replaces the tags of now
            values["seen"] = None
        return values


class TagsForm(RefusableForm, _TagsBesideSeen):
    """The edit string of a post, with the tags that its writer saw."""

    seen = forms.CharField(required=False, max_length=MAX_LENGTH, widget=forms.HiddenInput)
    tags = forms.CharField(
        label=_("Tags"),
        required=False,
        max_length=MAX_LENGTH,
        help_text=TAGS_HINT,
    )

    @classmethod
    def of(cls, tag_names: list[str]) -> "TagsForm":
        """The form as the post stands."""
        names = " ".join(tag_names)
        return cls(initial={"tags": f"{names} " if names else "", "seen": names}, auto_id="tags_%s")


class WithdrawForm(RefusableForm):
    """Taking one's own post back."""

    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=2000,
        help_text=_("Stands in the log that moderators read."),
    )


class ModerationForm(RefusableForm):
    """A moderator's decision on a post."""

    RERATE, REMOVE, RESTORE, APPROVE = "rerate", "remove", "restore", "approve"

    act = forms.ChoiceField(
        label=_("Decision"),
        choices=[
            (RERATE, _("Change the rating")),
            (REMOVE, _("Remove the post")),
            (RESTORE, _("Restore the post")),
            (APPROVE, _("Approve the post")),
        ],
    )
    rating = forms.ChoiceField(label=_("New rating"), choices=Rating.choices, required=False, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Reason"),
        required=False,  # the function behind it asks for it, in the site's words
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Kept for ever in the moderation log."),
    )


class LabelForm(RefusableForm):
    """What a label should be, and why; whether a reason is needed says the function that it goes to."""

    level = forms.ChoiceField(choices=AiLevel.choices, required=False, widget=forms.RadioSelect)
    reason = forms.CharField(label=_("Reason"), required=False, widget=forms.Textarea(attrs={"rows": 3}))


class RatingForm(RefusableForm):
    """What a rating should be, and why; what of it is needed says the function that it goes to."""

    rating = forms.CharField(required=False)
    reason = forms.CharField(label=_("Reason"), required=False, widget=forms.Textarea(attrs={"rows": 3}))


class FloorForm(RefusableForm):
    """The least rating of posts that have a tag; empty for none."""

    tag = forms.CharField(
        label=_("Tag"),
        required=False,
        max_length=400,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}),
    )
    rating = forms.ChoiceField(
        label=_("At least"),
        required=False,
        choices=[(rating.value, rating.label) for rating in STRICTER] + [("", _("No minimum"))],
        initial=STRICTER[0],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(label=_("Reason"), required=False, widget=forms.Textarea(attrs={"rows": 2}))


class RoleForm(RefusableForm):
    """An admin's change of somebody's role."""

    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    reason = forms.CharField(label=_("Reason"), required=False)


class ListForm(RefusableForm):
    """One of a member's own lists; `seen` is the order as it was when the form was shown."""

    name = forms.CharField(label=_("Name"), required=False, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    is_public = forms.BooleanField(label=_("Everybody can see this list"), required=False)
    order = forms.CharField(
        label=_("Posts in their order"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "inputmode": "numeric"}),
        help_text=_("Numbers of posts. Move a number to move its post; delete it to take the post out of the list."),
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    drop_unseen = forms.BooleanField(label=_("Take out posts that I cannot see any more"), required=False)


class SettingsForm(forms.Form):
    """What a member wants to be shown. Only ratings the operator allows are offered."""

    shown_ratings = forms.MultipleChoiceField(
        label=_("Show posts rated"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one rating; without any, every list would be empty.")},
    )
    zone = forms.ChoiceField(label=_("Zone"), choices=Zone.choices, widget=forms.RadioSelect, required=False)
    private_favourites = forms.BooleanField(
        label=_("Keep my favourites private"),
        required=False,
        help_text=_("Nobody else can look at them or search by them. Each post still shows how many keep it."),
    )

    comment_threshold = forms.IntegerField(
        label=_("Fold comments with a score below"),
        min_value=THRESHOLDS[0],
        max_value=THRESHOLDS[1],
        required=False,
        help_text=_("One press shows such a comment. Left empty, it is the usual −5."),
    )

    def __init__(self, *args: Any, offered: list[Rating], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["shown_ratings"].choices = [(rating.value, rating.label) for rating in offered]  # type: ignore[attr-defined]
