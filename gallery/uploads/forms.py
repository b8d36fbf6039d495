"""What is typed about pictures that were sent. Everything may be saved unfinished; a post asks for more."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from gallery.errors import Invalid, UserFacingError
from gallery.forms import RefusableForm, TickedTags
from gallery.labels.evidence import declarable
from gallery.models import UploadDraft
from gallery.models.post import AiLevel, PromptVisibility
from gallery.posts import MAX_COMMENTARY, MAX_TITLE
from gallery.ratings import Rating
from gallery.tag_edits.acts import MAX_SOURCE
from gallery.tag_edits.terms import MAX_LENGTH, typed_words, words_of
from gallery.uploads.evidence import evidence_of

_SHARED = ("rating", "prompt_visibility", "source", "title", "commentary")
_TOO_MANY_TAGS = {"max_length": _("These are too many tags: %(show_value)d characters of %(limit_value)d.")}
_RATING = {"invalid_choice": _("This rating is unknown. Choose general, sensitive, questionable or explicit.")}


class _UploadForm(RefusableForm):
    """What one picture and a set have in common. `level_known`: the file says itself how it was made."""

    tags = forms.CharField(label=_("Tags"), required=False, max_length=MAX_LENGTH, error_messages=_TOO_MANY_TAGS)
    rating = forms.ChoiceField(label=_("Rating"), choices=Rating.choices, required=False, error_messages=_RATING)
    level = forms.ChoiceField(choices=AiLevel.choices, required=False)
    prompt_visibility = forms.ChoiceField(label=_("Prompt"), choices=PromptVisibility.choices, required=False)
    source = forms.CharField(
        label=_("Source"),
        required=False,
        max_length=MAX_SOURCE,
        error_messages={"max_length": _("The source has %(show_value)d characters; at most %(limit_value)d fit.")},
    )

    title = forms.CharField(
        label=_("Title"),
        required=False,
        max_length=MAX_TITLE,
        error_messages={"max_length": _("The title has %(show_value)d characters; at most %(limit_value)d fit.")},
    )
    commentary = forms.CharField(
        label=_("Commentary"),
        required=False,
        max_length=MAX_COMMENTARY,
        error_messages={"max_length": _("The commentary has %(show_value)d characters; at most %(limit_value)d fit.")},
    )

    # Chips: what prompt and tagger suggest, and is ticked.
    more = TickedTags(required=False)

    def __init__(self, *args: Any, level_known: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.level_known = level_known

    def ready(self) -> bool:
        """Whether there is all that a post needs; what is missing stands beside its field."""
        valid = self.is_valid()
        if "rating" not in self.errors and not self.cleaned_data.get("rating"):
            self.add_error("rating", str(_("Choose a rating, so that everyone sees only what they want to see.")))
        if "level" not in self.errors and not self.cleaned_data.get("level") and not self.level_known:
            self.refuse(Invalid("draft_level_needed", unknown=AiLevel.UNKNOWN.label))
        return valid and not self.errors


class DraftForm(_UploadForm):
    """One picture."""

    @classmethod
    def of(cls, draft: UploadDraft, **more: Any) -> "DraftForm":
        """The form as the draft stands."""
        names = ("tags", "rating", "level", "prompt_visibility", "source", "title", "commentary")
        return cls(initial={name: getattr(draft, name) for name in names}, **more)

    def typed(self) -> dict[str, Any]:
        """What can be saved of it: every field that is right."""
        data = dict(self.cleaned_data)
        ticked = data.pop("more", [])
        if "tags" in data:
            data["tags"] = " ".join(dict.fromkeys([*typed_words(data["tags"]), *ticked]))
        if not data.get("prompt_visibility"):
            data.pop("prompt_visibility", None)
        return data


class SetForm(_UploadForm):
    """What several pictures share, tags and label of each; `drafts` stand in the order that the page sent them in.

    `level` is said of those whose file says nothing and that have none of their own. `evidence`: of each, by number.
    """

    def __init__(self, *args: Any, drafts: list[UploadDraft], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sent = self.data.getlist("order") if isinstance(self.data, QueryDict) else []
        places = {name: place for place, name in enumerate(sent)}
        self.drafts = sorted(drafts, key=lambda draft: places.get(str(draft.pk), len(places)))
        self.evidence = {draft.pk: evidence_of(draft.asset) for draft in drafts}
        for draft in drafts:
            self.fields[f"tags_{draft.pk}"] = forms.CharField(
                required=False, max_length=MAX_LENGTH, error_messages=_TOO_MANY_TAGS
            )
            self.fields[f"more_{draft.pk}"] = TickedTags(required=False)
            allowed = declarable(self.evidence[draft.pk].label)
            self.fields[f"level_{draft.pk}"] = forms.ChoiceField(
                required=False,
                choices=[
                    ("", ""),
                    *((level.value, level.label) for level in allowed),
                ],
                error_messages={"invalid_choice": _("The file shows that a model made more of it than that.")},
            )

    @classmethod
    def of(cls, drafts: list[UploadDraft], **more: Any) -> "SetForm":
        """The form as the drafts stand: what they agree in is shared."""
        each = {draft.pk: words_of(draft.tags) for draft in drafts}
        common = [word for word in each[drafts[0].pk] if all(word in words for words in each.values())]
        initial: dict[str, Any] = {"tags": " ".join(common)}
        for pk, words in each.items():
            initial[f"tags_{pk}"] = " ".join(word for word in words if word not in common)
        silent = [draft for draft in drafts if evidence_of(draft.asset).label is None]
        initial["level"] = _agreed(silent, "level")
        for draft in drafts:
            initial[f"level_{draft.pk}"] = "" if initial["level"] and draft in silent else draft.level
        return cls(initial=initial | {name: _agreed(drafts, name) for name in _SHARED}, drafts=drafts, **more)

    def silent(self) -> list[UploadDraft]:
        """The pictures whose file says nothing of how it was made."""
        return [draft for draft in self.drafts if self.evidence[draft.pk].label is None]

    def label_each(self) -> None:
        """Ask for a shared label where one of the chosen ones has neither evidence nor a label of its own."""
        self.is_valid()
        without = [
            draft
            for draft in self.chosen()
            if draft in self.silent() and not self.cleaned_data.get(f"level_{draft.pk}")
        ]
        self.level_known = not without

    def chosen(self) -> list[UploadDraft]:
        """The pictures that are ticked, in their order."""
        if not isinstance(self.data, QueryDict):
            return self.drafts
        ticked = set(self.data.getlist("picture"))
        return [draft for draft in self.drafts if str(draft.pk) in ticked]

    def move(self, pk: str, step: int) -> None:
        """Put the picture with that number one place on (1) or back (-1), as far as there is one."""
        place = next((place for place, draft in enumerate(self.drafts) if str(draft.pk) == pk), None)
        if place is not None and 0 <= place + step < len(self.drafts):
            self.drafts.insert(place + step, self.drafts.pop(place))

    def typed(self, draft: UploadDraft) -> dict[str, Any]:
        """What can be saved of one of the pictures: what is right, with the shared tags before its own; of one that is
        left out, its own tags alone."""
        said = self.cleaned_data
        own = f"tags_{draft.pk}"
        shares = draft in self.chosen()
        data = {}
        if shares:
            # What is empty was emptied where the pictures agreed; where they did not, each keeps what it has.
            data = {name: said[name] for name in _SHARED if name in said and (said[name] or _agreed(self.drafts, name))}
            if not data.get("prompt_visibility"):
                data.pop("prompt_visibility", None)
        level = said.get(f"level_{draft.pk}", "")
        if not level and shares and draft in self.silent():
            level = said.get("level", "")
        if f"level_{draft.pk}" in said and (level or shares):
            data["level"] = level
        if own in said and ("tags" in said or not shares):
            shared = [*typed_words(said["tags"]), *said.get("more", [])] if shares else []
            words = [*shared, *typed_words(said[own]), *said.get(f"more_{draft.pk}", [])]
            data["tags"] = " ".join(dict.fromkeys(words))
        return data

    def refuse_each(self, draft: UploadDraft, error: UserFacingError) -> None:
        """Put the sentence beside the picture that it is about."""
        self.add_error(f"tags_{draft.pk}", error.message)


def _agreed(drafts: list[UploadDraft], name: str) -> str:
    """What all of the drafts say, or nothing."""
    said = {str(getattr(draft, name)) for draft in drafts}
    return said.pop() if len(said) == 1 else ""
