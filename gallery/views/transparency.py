"""What the site did in a year, for everybody."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from gallery.transparency.figures import kept_figures, years
from gallery.transparency.sections import sections
from gallery.transparency.writing import period, title


@require_safe
def transparency(request: HttpRequest, year: int | None = None) -> HttpResponse:
    """The figures of a year that the site was there, this one if none is named; `format=json` gives them plain."""
    now = timezone.now()
    known = years(now)
    if year is not None and year not in known:
        raise Http404
    figures = kept_figures(known[0] if year is None else year, now)
    if request.GET.get("format") == "json":
        return JsonResponse(figures)
    context = {
        "title": title(figures),
        "period": period(figures),
        "figures": figures,
        "years": known,
        "sections": sections(figures),
    }
    return render(request, "gallery/transparency.html", context)
