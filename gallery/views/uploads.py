"""Uploading: files become drafts, drafts become posts."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from gallery.accounts.signed_in import SignedInRequest
from gallery.cards import cards
from gallery.errors import Invalid, TooOften, UserFacingError
from gallery.limits.acts import Act
from gallery.limits.spending import spend
from gallery.models import Post, UploadDraft, User
from gallery.models.post import PostStatus
from gallery.ratings import Rating
from gallery.uploads import drafts as acts
from gallery.uploads import publish_set
from gallery.uploads.forms import DraftForm, SetForm
from gallery.uploads.pages import Batch, batches, draft_cards, draft_page, label_choices, limits, rating_choices
from gallery.uploads.suggesting import suggest_for_all
from gallery.uploads.words import evidence_lines
from gallery.visibility import ceiling

PAGE = ["GET", "HEAD", "POST"]
MOVES = {"earlier": -1, "later": 1}


@never_cache
@login_required
@require_http_methods(PAGE)
def upload(request: SignedInRequest) -> HttpResponse:
    """The place to drop files at, and the drafts. A form without a script sends several files at once; each is kept or
    refused by itself."""
    if request.method != "POST":
        return _upload_page(request)
    batch = acts.checked_batch(request.POST.get("batch", ""))
    kept, refused = list[UploadDraft](), list[dict[str, Any]]()
    files = [file for file in request.FILES.getlist("files") if file.name]
    address = request.POST.get("address", "").replace("\x00", "").strip()
    if not files and not address:
        refused.append({"name": "", "sentence": Invalid("no_files").message})
    try:
        # One was counted when the form came.
        spend(request, Act.UPLOAD, max(0, min(len(files), acts.MAX_FILES) - 1))
    except TooOften as error:
        refused.append({"name": "", **_told(error)})
        return _upload_page(request, batch=batch, refused=refused, address=address, status=error.status)
    for position, file in enumerate(files):
        try:
            if position >= acts.MAX_FILES:
                raise Invalid("too_many_files", limit=acts.MAX_FILES)
            sent = acts.keep_draft(request.user, file, file.size or 0, file.name or "", batch=batch, position=position)
            kept.append(sent)
        except UserFacingError as error:
            refused.append({"name": file.name, **_told(error)})
    if address:
        try:
            kept.append(acts.keep_fetched(request.user, address, batch=batch, position=len(files)))
            address = ""
        except UserFacingError as error:
            refused.append({"name": address[:200], **_told(error)})
    if refused:
        return _upload_page(request, batch=batch, kept=len(kept), refused=refused, address=address, status=422)
    if len(kept) == 1:
        return _see(reverse("gallery:draft", args=[kept[0].pk]))
    sentence = ngettext("%(count)d picture is here.", "%(count)d pictures are here.", len(kept))
    messages.success(request, sentence % {"count": len(kept)})
    return _see(reverse("gallery:upload"))


@login_required
@require_POST
def upload_file(request: SignedInRequest) -> JsonResponse:
    """One file, or an address, for the page's script: `card` is what the page shows of the draft, or `error` says why
    there is none, with `href` where the picture is posted already."""
    batch = acts.checked_batch(request.POST.get("batch", ""))
    text = request.POST.get("position", "")
    position = int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else 0
    file = request.FILES.get("file")
    try:
        if isinstance(file, UploadedFile):
            draft = acts.keep_draft(request.user, file, file.size or 0, file.name or "", batch=batch, position=position)
        elif "address" in request.POST:
            address = request.POST["address"].replace("\x00", "")
            draft = acts.keep_fetched(request.user, address, batch=batch, position=position)
        else:
            raise Invalid("no_files")
    except UserFacingError as error:
        told = _told(error)
        return JsonResponse({"error": told["sentence"], "href": told.get("href", "")}, status=error.status)
    shown = draft_cards(request.user, acts.open_drafts(request.user).filter(pk=draft.pk))
    card = render_to_string("gallery/parts/upload_draft.html", {"card": shown[0]}, request)
    return JsonResponse({"id": draft.pk, "card": card})


@never_cache
@login_required
@require_http_methods(PAGE)
def draft(request: SignedInRequest, draft_id: int) -> HttpResponse:
    """One picture and what is said about it; `act` is "save" or publishes. Once posted, this leads to its post."""
    shown = _own(request, draft_id)
    posted = Post.objects.filter(asset=shown.asset_id).first()
    if posted is not None:
        return _see(reverse("gallery:post", args=[posted.pk]))
    page = draft_page(request.user, shown)
    if page["card"].post is not None:
        # Posted meanwhile from another file: there is nothing to be said here any more.
        status = 422 if request.method == "POST" else 200
        return _draft_page(request, page, DraftForm.of(shown), status=status)
    if request.method != "POST":
        return _draft_page(request, page, DraftForm.of(shown))
    form = DraftForm(request.POST, level_known=page["level_known"])
    saving = request.POST.get("act") == "save"
    good = form.is_valid() if saving else form.ready()
    # Also when something is wrong: what is right of it is there when they come back.
    acts.save_draft(shown, form.typed())
    if saving and _wants_json(request):
        return _saved(form, good)
    if not good:
        return _draft_page(request, page, form, status=422)
    if saving:
        messages.success(request, _("Saved. It waits here until you post it."))
        return _see(reverse("gallery:draft", args=[shown.pk]))
    try:
        post = acts.publish_draft(shown)
    except UploadDraft.DoesNotExist as error:
        raise Http404 from error
    except UserFacingError as error:
        if not UploadDraft.objects.filter(pk=shown.pk).exists():
            return _gone(request, error)
        form.refuse(error)
        return _draft_page(request, page, form, status=error.status)
    _say_published(request, post, shown.rating)
    return _see(reverse("gallery:post", args=[post.pk]))


@never_cache
@login_required
@require_http_methods(PAGE)
def discard(request: SignedInRequest, draft_id: int) -> HttpResponse:
    """Asks first, then forgets the picture."""
    shown = _own(request, draft_id)
    if request.method == "POST" and acts.discard_draft(shown):
        messages.success(request, _("The draft is discarded."))
        return _see(reverse("gallery:upload"))
    # Also where another tab posts it at this moment.
    posted = Post.objects.filter(asset=shown.asset_id).first()
    if posted is not None:
        return _see(reverse("gallery:post", args=[posted.pk]))
    return render(request, "gallery/upload_discard.html", {"card": draft_cards(request.user, [shown])[0]})


@never_cache
@login_required
@require_http_methods(PAGE)
def upload_set(request: SignedInRequest, batch: str) -> HttpResponse:
    """The drafts that were sent together, posted as parent and children. What is refused stays, with its sentence.

    `act` is "save", "earlier:<draft>" or "later:<draft>" (that one changes its place), or publishes. Once all are
    posted, this leads to the first of them."""
    found = list(acts.open_drafts(request.user).filter(batch=batch))
    whole = Batch(batch, draft_cards(request.user, found))
    listed = [card.draft for card in whole.in_set]
    if not listed and found:
        return _see(reverse("gallery:upload"))
    if not listed:
        return _see(reverse("gallery:post", args=[_first_posted(request.user, batch).pk]))
    if request.method != "POST":
        return _set_page(request, SetForm.of(listed), whole)
    form = SetForm(request.POST, drafts=listed)
    act, _colon, moved = request.POST.get("act", "").partition(":")
    if act in MOVES:
        form.move(moved, MOVES[act])
    chosen = form.chosen()
    form.label_each()
    saving = act == "save" or act in MOVES
    good = form.is_valid() if saving else form.ready()
    # A set of which a part is posted may be finished with a single picture.
    if not saving and len(chosen) < 2 and not any(each.parent_id for each in chosen):
        form.refuse(Invalid("set_too_small"))
        good = False
    typed = [(each, form.typed(each)) for each in form.drafts]
    for each, data in typed:
        acts.save_draft(each, data)
    # What has no room in the set, or is posted already, stays behind it.
    acts.put_in_order([*form.drafts, *(each for each in found if each not in listed)])
    if saving and _wants_json(request):
        return _saved(form, good)
    if saving or not good:
        return _set_page(request, form, whole, status=200 if good else 422)
    made = publish_set(chosen)
    if not made.refused:
        count = len(made.posts)
        sentence = ngettext("%(count)d picture is posted.", "%(count)d pictures are posted as one set.", count)
        messages.success(request, sentence % {"count": count})
        if any(post.status == PostStatus.PENDING for post in made.posts):
            messages.info(request, _("Posted. A moderator looks at it before others see it."))
        return _see(reverse("gallery:post", args=[made.posts[0].pk]) if made.posts else reverse("gallery:upload"))
    held = [(each, error) for each, error in made.refused if not UploadDraft.objects.filter(pk=each.pk).exists()]
    gone = {each.pk for each in chosen} - {each.pk for each, error in made.refused if (each, error) not in held}
    if len(gone) == len(listed):
        return _gone(request, held[0][1])
    for _each, error in held:
        messages.error(request, error.message)
    made.refused = [pair for pair in made.refused if pair not in held]
    rest = SetForm(request.POST, drafts=[each for each in listed if each.pk not in gone])
    rest.is_valid()
    for each, error in made.refused:
        rest.refuse_each(each, error)
    return _set_page(request, rest, whole, status=422, posted=cards(made.posts, viewer=request.user))


def _first_posted(owner: User, batch: str) -> Post:
    """The first post of what was sent together: whoever comes back to a set, or sends it twice, is led there."""
    posts = Post.objects.filter(asset__draft__owner=owner, asset__draft__batch=batch)
    first = posts.order_by("asset__draft__position", "pk").first()
    if first is None:
        raise Http404
    return first


def _own(request: HttpRequest, draft_id: int) -> UploadDraft:
    """The draft, if it is the viewer's own; for everybody else there is none."""
    mine = UploadDraft.objects.filter(owner=request.user.pk).select_related("asset__arrival", "owner")
    try:
        return mine.prefetch_related("asset__files").get(pk=draft_id)
    except UploadDraft.DoesNotExist as error:
        raise Http404 from error


def _gone(request: HttpRequest, error: UserFacingError) -> HttpResponse:
    """After a refusal that took the picture along: there is no draft to come back to."""
    messages.error(request, f"{error.message} {Invalid('upload_held_back').message}")
    return _see(reverse("gallery:upload"))


def _wants_json(request: HttpRequest) -> bool:
    return request.accepts("application/json") and not request.accepts("text/html")


def _saved(form: DraftForm | SetForm, good: bool) -> JsonResponse:
    """What the script is told that saves what is typed: the fields that are wrong, each with its sentences."""
    problems = {name: [str(problem) for problem in found] for name, found in form.errors.items()}
    return JsonResponse({"problems": problems}, status=200 if good else 422)


def _told(error: UserFacingError) -> dict[str, Any]:
    """The sentence, and the post that it names."""
    if error.code == "already_posted":
        return {"sentence": error.message, "href": reverse("gallery:post", args=[error.params["id"]])}
    return {"sentence": error.message}


def _see(address: str) -> HttpResponse:
    response = redirect(address)
    response.status_code = 303
    return response


def _say_published(request: HttpRequest, post: Post, wanted: str) -> None:
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


def _upload_page(request: SignedInRequest, *, batch: str = "", status: int = 200, **more: Any) -> HttpResponse:
    context = {**limits(), "batch": batch or acts.new_batch(), "batches": batches(request.user), **more}
    return render(request, "gallery/upload.html", context, status=status)


def _draft_page(request: SignedInRequest, page: dict[str, Any], form: DraftForm, status: int = 200) -> HttpResponse:
    tags = (form["tags"].value() or "").split()
    more = {
        "form": form,
        "suggestion": page["suggested"].rating([*tags, *page["suggested"].tags]),
        "level": form["level"].value() or page["found_level"],
        "ticked": form["more"].value() or [],
    }
    return render(request, "gallery/upload_post.html", page | more, status=status)


def _set_page(request: SignedInRequest, form: SetForm, whole: Batch, status: int = 200, **more: Any) -> HttpResponse:
    evidence = [form.evidence[each.pk] for each in form.drafts]
    common, own = suggest_for_all([(each.asset, found) for each, found in zip(form.drafts, evidence, strict=True)])
    chosen = form.chosen()
    lines = [
        {
            "card": card,
            "field": form[f"tags_{card.draft.pk}"],
            "ticked": card.draft in chosen,
            "suggested": names,
            "chips": form[f"more_{card.draft.pk}"],
            "level": form[f"level_{card.draft.pk}"],
            "found": evidence_lines(card.draft.asset, form.evidence[card.draft.pk]),
            **label_choices([form.evidence[card.draft.pk]]),
        }
        for card, names in zip(draft_cards(request.user, form.drafts), own, strict=True)
    ]
    context = {
        "form": form,
        "lines": lines,
        "level": form["level"].value() or "",
        "ticked": form["more"].value() or [],
        "common": common,
        "in_set": any(each.parent_id for each in form.drafts),
        "has_prompts": any(found.recipe for found in evidence),
        "max_files": acts.MAX_FILES,
        "left": whole.left,
        "posted_already": [card for card in whole.cards if card.post is not None],
        "silent": len(form.silent()),
        **label_choices([]),
        **rating_choices(),
        **more,
    }
    return render(request, "gallery/upload_set.html", context, status=status)
