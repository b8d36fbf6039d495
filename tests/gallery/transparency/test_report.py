"""The report as a page for everybody and as a file."""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from gallery.models import RefusalCount, User
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _an_old_site() -> None:
    cache.clear()
    first = make_user("first")
    User.objects.filter(pk=first.pk).update(date_joined=datetime(timezone.now().year - 2, 3, 1, tzinfo=UTC))


def written(**options: object) -> str:
    out = StringIO()
    call_command("transparency_report", stdout=out, **options)
    return out.getvalue()


def test_the_last_whole_year_is_written_if_none_is_named():
    year = timezone.now().year
    text = written()
    assert f"Transparency report {year - 1}" in text
    assert "so far" not in text
    assert f"{year}-" in (this := written(year=year))
    assert "the year so far" in this


def test_a_new_site_has_this_year_so_far():
    User.objects.update(date_joined=timezone.now() - timedelta(seconds=1))
    assert "the year so far" in written(year=timezone.now().year)
    assert f"Transparency report {timezone.now().year}" in written()


@pytest.mark.parametrize("year", [1999, 9999, -1, 0])
def test_a_year_without_figures_is_refused(year):
    with pytest.raises(CommandError, match=f"none of {year}"):
        written(year=year)


def test_json_is_plain_figures():
    year = timezone.now().year - 1
    figures = json.loads(written(format="json"))
    assert (figures["year"], figures["complete"]) == (year, True)
    assert figures["notices"]["report"] == {"members": 0, "visitors": 0, "rules": {}}


@pytest.mark.parametrize("form", ["md", "html"])
def test_the_name_of_a_rule_is_no_markup(form):
    year = timezone.now().year - 1
    RefusalCount.objects.create(day=f"{year}-05-05", rule="a|b <script>x</script> [l](http://e.org)", number=12)
    text = written(format=form)
    assert "<script>" not in text
    if form == "md":
        (line,) = (line for line in text.splitlines() if "script" in line)
        assert line == "| a\\|b \\<script\\>x\\</script\\> \\[l\\](http://e.org) | 12 |"


def test_a_file_is_written_and_an_impossible_one_is_said(tmp_path):
    written(format="html", language="ja", output=tmp_path / "report.html")
    text = (tmp_path / "report.html").read_text()
    assert '<html lang="ja">' in text
    with pytest.raises(CommandError, match="can't be written"):
        written(output=tmp_path / "no" / "folder.md")


def test_the_page_shows_each_year_and_no_other():
    year, visitor = timezone.now().year, Client()
    page = visitor.get(reverse("gallery:transparency"))
    assert page.status_code == 200
    assert f"Transparency report {year}" in page.text
    for one in (year, year - 1, year - 2):
        assert reverse("gallery:transparency_of", args=[one]) in page.text
    before = visitor.get(reverse("gallery:transparency_of", args=[year - 1]))
    assert f"Transparency report {year - 1}" in before.text
    assert "So far" not in before.text
    for none in (year + 1, year - 3, 10**30):
        assert visitor.get(reverse("gallery:transparency_of", args=[none])).status_code == 404
    assert visitor.get(reverse("gallery:transparency"), {"format": "json"}).json()["year"] == year


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_page_has_every_section(language):
    page = Client().get(reverse("gallery:transparency"), headers={"Accept-Language": language})
    for key in ("reports", "decisions", "restrictions", "appeals", "sanctions", "refusals", "automated", "labels"):
        assert f'id="{key}"' in page.text
