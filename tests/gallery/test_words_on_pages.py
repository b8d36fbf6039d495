"""Words that must say the same on every page: dates, who reads a prompt, and how two pictures are measured."""

import re
from datetime import UTC, datetime

import pytest
from django.template import Context, Template
from django.utils import translation

from gallery.models.post import PromptVisibility
from tests.factories import make_asset, make_image, make_post, make_recipe, make_user

pytestmark = pytest.mark.django_db
PASSWORD_BACKEND = "django.contrib.auth.backends.ModelBackend"
DAY = datetime(2026, 11, 5, 18, 4, tzinfo=UTC)


@pytest.mark.parametrize(("language", "day"), [("en", "5 Nov 2026"), ("ja", "2026年11月5日")])
@pytest.mark.parametrize("kind", ["DATE_FORMAT", "SHORT_DATE_FORMAT", "DATETIME_FORMAT", "SHORT_DATETIME_FORMAT"])
def test_a_date_is_written_in_one_way(language, day, kind):
    with translation.override(language):
        shown = Template("{{ day|date:'" + kind + "' }}").render(Context({"day": DAY}))
    assert re.sub(r",? 18:04$", "", shown) == day


def test_the_download_menu_says_of_a_prompt_on_request_what_the_page_says(client):
    recipe = make_recipe(prompt="a zebra")
    post = make_post(make_user(), recipe=recipe, prompt_visibility=PromptVisibility.ON_REQUEST)
    page = client.get(f"/posts/{post.pk}").content.decode()
    assert "The author shows the prompt to those who ask; these files do not hold it." in page
    assert "keeps the prompt private" not in page


def test_who_reads_a_prompt_is_asked_only_where_there_is_one(client):
    author = make_user()
    client.force_login(author, PASSWORD_BACKEND)
    told, silent = make_post(author, recipe=make_recipe(prompt="a zebra")), make_post(author, recipe=None)
    silent.__class__.objects.filter(pk=silent.pk)
    getattr(silent, "generation", None) and silent.generation.delete()
    asks = 'type="radio" name="prompt_visibility"'
    assert asks in client.get(f"/posts/{told.pk}/edit").content.decode()
    page = client.get(f"/posts/{silent.pk}/edit").content.decode()
    assert asks not in page
    assert 'type="hidden" name="prompt_visibility"' in page


def test_a_small_picture_is_compared_as_large_as_the_other(client):
    small = make_post(asset=make_asset(image=make_image(128, 128)))
    large = make_post(asset=make_asset(image=make_image(256, 512)))
    page = client.get("/posts/compare", {"a": small.pk, "b": large.pk}).content.decode()
    assert page.count('viewBox="0 0 512 512"') == 2
    assert len(re.findall(r'<image [^>]*width="512" height="512"', page)) == 2
