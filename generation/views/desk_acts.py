"""What is done to takes from the desk: marks for one or many, archive and bin, and taking it back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from gallery.errors import Invalid, UserFacingError
from gallery.models import User
from generation.desk import keeping, marks
from generation.desk.marks import MAX_TAKES, Done
from generation.desk.pages import loaded, numbers
from generation.desk.search import read, sentence_for
from generation.models import Take
from generation.models.take import Fix, Flag
from generation.views.desk import UNDO
from generation.views.edge import MemberRequest, local_page
from generation.views.starting import id_in
from tagging.query import QueryError

FLAGS = {"pick": Flag.PICK, "reject": Flag.REJECT, "undecided": Flag.NONE}
TWO = 2
SHOWN_BEFORE_ARCHIVING = 24


@never_cache
@login_required
@require_POST
def mark(request: MemberRequest) -> HttpResponse:
    """Do `act` to the takes `ids` (or, with `scope=found`, to all that `q` finds), or what `one` says: `pick:12`.

    Scripts ask for JSON; a browser is led back to `next`, where the act can be undone.
    """
    act, _colon, single = request.POST.get("one", "").partition(":")
    act = act if single else request.POST.get("act", "")
    try:
        ids = [number] if (number := id_in(single)) else _chosen(request)
        if not ids:
            raise Invalid("take_none_chosen")
        if act == "compare":
            return _to_comparison(ids)
        if act == "archive":
            return _archive(request, ids)
        done = _done(request.user, act, ids, request)
    except QueryError as error:
        return _refused(request, sentence_for(error), 422)
    except UserFacingError as error:
        return _refused(request, error.message, error.status)
    return _answer(request, done, _said(act, done))


@never_cache
@login_required
@require_POST
def undo_mark(request: MemberRequest) -> HttpResponse:
    """Take an act back."""
    try:
        done = marks.undo(request.user, request.POST.get("token", ""))
    except UserFacingError as error:
        return _refused(request, error.message, error.status)
    said = ngettext("%(count)d take is as it was.", "%(count)d takes are as they were.", done.changed)
    return _answer(request, done, said % {"count": done.changed})


def _chosen(request: MemberRequest) -> list[int]:
    if request.POST.get("scope") == "found":
        return numbers(request.user, read(request.POST.get("q", "").replace("\x00", ""), request.user), MAX_TAKES + 1)
    texts = [text for field in request.POST.getlist("ids") for text in field.split(",", MAX_TAKES + 1)]
    return [number for text in texts if (number := id_in(text))]


def _done(user: User, act: str, ids: list[int], request: MemberRequest) -> Done:
    if act in FLAGS:
        return marks.flag(user, ids, FLAGS[act])
    if act == "stars":
        stars = request.POST.get("stars", "")
        return marks.rate(user, ids, int(stars) if stars.isascii() and stars.isdecimal() and len(stars) < 3 else -1)
    if act in ("fix_add", "fix_remove"):
        fixes = request.POST.getlist("fix")
        if not fixes:
            raise Invalid("take_fix_unknown")
        return marks.to_fix(user, ids, **{act.removeprefix("fix_"): fixes})
    if act == "bin":
        return keeping.to_bin(user, ids)
    if act == "unbin":
        return keeping.out_of_bin(user, ids)
    raise Invalid("take_act_unknown")


def _to_comparison(ids: list[int]) -> HttpResponse:
    chosen = list(dict.fromkeys(ids))
    if len(chosen) != TWO:
        raise Invalid("take_compare_two", count=len(chosen))
    return _away(f"{reverse('generation:compare')}?{urlencode({'a': chosen[0], 'b': chosen[1]})}")


def _archive(request: MemberRequest, ids: list[int]) -> HttpResponse:
    """Once it was said what is lost: this can't be undone. Of very many, so many at a time."""
    if request.POST.get("sure") != "1":
        some = loaded(request.user, ids[:SHOWN_BEFORE_ARCHIVING])
        context = {
            "ids": ids[:MAX_TAKES],
            "more": len(ids) > MAX_TAKES,
            "shown": list(some.values()),
            "next": _next(request),
        }
        return render(request, "generation/archive.html", context)
    done = keeping.archive(request.user, ids)
    said = [
        ngettext("%(count)d take is archived.", "%(count)d takes are archived.", done.count) % {"count": done.count}
    ]
    if done.published:
        said.append(
            ngettext("%(count)d published take stays whole.", "%(count)d published takes stay whole.", done.published)
            % {"count": done.published}
        )
    if done.busy:
        said.append(
            ngettext(
                "%(count)d take is being drawn over now; archive it afterwards.",
                "%(count)d takes are being drawn over now; archive them afterwards.",
                done.busy,
            )
            % {"count": done.busy}
        )
    messages.success(request, " ".join(said))
    return _away(_next(request))


def _said(act: str, done: Done) -> str:
    """What was done, in a sentence."""
    number = {"count": done.changed}
    if not done.changed and act == "bin" and any(take.post_id for take in done.takes):
        return _("A take that has a post is not put into the bin, also where the post was withdrawn.")
    if not done.changed:
        return _("Nothing was changed.")
    if act == "bin":
        return (
            ngettext("%(count)d take lies in the bin.", "%(count)d takes lie in the bin.", done.changed) % number
            + " "
            + _("It is kept there for 30 days.")
        )
    sentences = {
        "pick": ngettext("%(count)d take is picked.", "%(count)d takes are picked.", done.changed),
        "reject": ngettext("%(count)d take is rejected.", "%(count)d takes are rejected.", done.changed),
        "undecided": ngettext("%(count)d take is undecided.", "%(count)d takes are undecided.", done.changed),
        "stars": ngettext("%(count)d take has its stars.", "%(count)d takes have their stars.", done.changed),
        "unbin": ngettext("%(count)d take is out of the bin.", "%(count)d takes are out of the bin.", done.changed),
    }
    changed = ngettext("%(count)d take is changed.", "%(count)d takes are changed.", done.changed)
    return sentences.get(act, changed) % number


def _answer(request: MemberRequest, done: Done, said: str) -> HttpResponse:
    if _wants_json(request):
        return JsonResponse({"said": said, "undo": done.undo, "takes": [_marks_of(take) for take in done.takes]})
    if done.undo:
        request.session[UNDO] = {"said": said, "token": done.undo}
    else:
        messages.info(request, said)
    return _away(_next(request))


def _refused(request: MemberRequest, sentence: str, status: int) -> HttpResponse:
    if _wants_json(request):
        return JsonResponse({"error": sentence}, status=status)
    messages.error(request, sentence)
    return _away(_next(request))


def _marks_of(take: Take) -> dict[str, Any]:
    fixes = [str(Fix(name).label) for name in take.to_fix]
    return {
        "id": take.pk,
        "flag": take.flag,
        "stars": take.stars,
        "to_fix": take.to_fix,
        "fixes": fixes,
        "binned": take.purged_at is not None,
    }


def _wants_json(request: MemberRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def _next(request: MemberRequest) -> str:
    """Where the browser goes then: a page of this site."""
    return local_page(request) or reverse("generation:takes")


def _away(url: str) -> HttpResponse:
    response = redirect(url)
    response.status_code = 303
    return response
