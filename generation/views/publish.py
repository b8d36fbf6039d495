"""From a take to a post."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from gallery.errors import UserFacingError
from gallery.models import Post
from gallery.models.post import PostStatus, PromptVisibility
from gallery.rating import RatingSuggestion, suggest_rating
from gallery.ratings import ORDER, Rating
from gallery.tags.seen import seen_in
from gallery.visibility import ceiling
from generation import takes
from generation.forms import PublishForm
from generation.models import Take
from generation.views.edge import MemberRequest
from generation.views.takes import own_take


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: MemberRequest, take_id: int) -> HttpResponse:
    """The picture beside what its maker decides; publishing again leads to the post that is there."""
    take = own_take(request, take_id)
    if take.post_id:
        messages.info(request, _("This take is published already: this is its post."))
        return redirect("gallery:post", take.post_id)
    if (why := takes.why_not_whole(take)) is not None:
        messages.error(request, why.message)
        return redirect("generation:take", take.pk)
    prefill = takes.prefill(take)
    suggestion = suggest_rating(prefill.tags, takes.recipe_of(take).prompt)
    if request.method == "POST":
        form = PublishForm(request.POST, unknown_words=prefill.words)
        if form.is_valid():
            try:
                post = takes.publish(
                    request.user,
                    take,
                    tags=form.all_tags(),
                    rating=form.cleaned_data["rating"],
                    prompt_visibility=form.cleaned_data["prompt_visibility"],
                    title=form.cleaned_data["title"],
                    commentary=form.cleaned_data["commentary"],
                )
            except UserFacingError as error:
                form.refuse(error)
            else:
                _say_published(request, post, form.cleaned_data["rating"])
                response = redirect("gallery:post", post.pk)
                response.status_code = 303
                return response
        return _page(request, take, form, prefill.tags, suggestion, status=422)
    form = PublishForm(
        initial={
            "tags": " ".join(prefill.tags),
            "rating": suggestion.rating,
            "prompt_visibility": PromptVisibility.VISIBLE,
        },
        unknown_words=prefill.words,
    )
    return _page(request, take, form, prefill.tags, suggestion)


def _say_published(request: MemberRequest, post: Post, wanted: str) -> None:
    """Who can see it now, and why the rating is stricter where the rules made it so."""
    if post.rating != wanted:
        sentence = _("The rating is “%(rating)s”: the post’s tags or its prompt ask for at least that.")
        messages.warning(request, sentence % {"rating": post.get_rating_display()})
    if post.status == PostStatus.PENDING:
        messages.info(request, _("Posted. A moderator looks at it before others see it."))
    elif Rating(post.rating).strength > ceiling().strength:
        messages.info(request, _("Published. With this rating only you and the moderators can see it here."))
    else:
        messages.success(request, _("Published. Everyone whose filter admits it can see it now."))


def _page(
    request: MemberRequest,
    take: Take,
    form: PublishForm,
    prompt_tags: list[str],
    suggestion: RatingSuggestion,
    *,
    status: int = 200,
) -> HttpResponse:
    seen = seen_in(take.asset, prompt_tags)
    if seen:
        form.offer(seen.more, seen.missing)
    context = {
        "take": take,
        "level": takes.label_of(take)[0],
        "form": form,
        "seen": seen,
        "suggestion": suggestion,
        "ceiling": ceiling(),
        "ratings": [
            {
                "value": rating.value,
                "label": rating.label,
                "hint": rating.description,
                "above_ceiling": rating.strength > ceiling().strength,
            }
            for rating in ORDER
        ],
    }
    return render(request, "generation/publish.html", context, status=status)
