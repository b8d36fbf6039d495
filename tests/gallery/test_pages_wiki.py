"""The wiki's pages: who may write, what a reader is told of a tag, and that no text is lost."""

import html

import pytest
from django.test import Client

from gallery.links.pages import wiki_url
from gallery.wiki.text import excerpt, render_wiki
from tagging.models import Category, Tag, TagAlias, WikiPage
from tagging.wiki import Written, set_deleted, set_locked, state_of, write_page
from tests.factories import make_post, make_user

pytestmark = pytest.mark.django_db


def text(response):
    return html.unescape(response.content.decode())


def sign_in(user):
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def mika():
    return make_user("mika")


@pytest.fixture
def moderator():
    return make_user("moderator", role="moderator")


def write(editor, title="long_hair", body="Hair below the shoulders.", names=()):
    return write_page(editor, title, Written(body, tuple(names)), seen="")


def form(page=None, **changed):
    return {"title": "long_hair", "body": "New.", "other_names": "", "seen": state_of(page)} | changed


def test_a_page_shows_its_text_names_tag_and_newest_posts(client, mika):
    posts = [make_post(tags=["long_hair"]), make_post(tags=["long_hair"], rating="e")]
    Tag.objects.filter(name="long_hair").update(category=Category.META)
    write(mika, names=["長い髪"])
    write(mika, "hair", "See [[long hair]].")
    page = text(client.get("/wiki/long_hair"))
    assert "Hair below the shoulders." in page
    assert "長い髪" in page
    assert "tag--meta" in page
    assert f'href="/posts/{posts[0].pk}?q=long_hair"' in page
    assert f"/posts/{posts[1].pk}" not in page
    assert 'href="/wiki/hair"' in page


def test_a_tag_on_hidden_posts_alone_is_told_of_nowhere_on_its_page(client, mika, moderator):
    make_post(tags=["zxsecret"], rating="e")
    Tag.objects.filter(name="zxsecret").update(category=Category.CHARACTER)
    write(mika, "zxsecret", "Text.")
    for browser in (client, sign_in(mika)):
        page = text(browser.get("/wiki/zxsecret"))
        assert "Text." in page
        assert "tag--character" not in page
        assert "The tag" not in page
    assert "tag--character" in text(sign_in(moderator).get("/wiki/zxsecret"))


def test_a_page_that_nobody_wrote_is_404_with_the_way_to_write_it(client):
    response = client.get("/wiki/no_such_page")
    assert response.status_code == 404
    assert "/wiki/_edit?title=no_such_page" in text(response)
    assert client.get("/wiki/Long%20Hair")["Location"] == "/wiki/long_hair"
    for bad in ("/wiki/-a", "/wiki/rating:g", "/wiki/%E7%8C%AB", "/wiki/a*b", "/wiki/a%00b", "/wiki/_page"):
        assert client.get(bad).status_code == 404


@pytest.mark.parametrize(
    "title", ["a/b", "fate/stay_night", "..", "foo/../bar", "?", "a#b", "100%", ":3", "a+b", "c++"]
)
def test_every_title_has_an_address_that_leads_to_it(client, mika, title):
    write(mika, title, "About signs.")
    response = client.get(wiki_url(title))
    assert response.status_code == 200
    assert response.context["title"] == title


def test_any_member_writes_and_a_visitor_signs_in_first(client, mika):
    assert client.get("/wiki/_edit?title=long_hair")["Location"].startswith("/accounts/login/")
    assert client.post("/wiki/_edit", form())["Location"].startswith("/accounts/login/")
    response = sign_in(mika).post("/wiki/_edit", form(title="Long Hair", body="a\r\nb", other_names="長い髪\r\nロング"))
    assert response["Location"] == "/wiki/long_hair"
    page = WikiPage.objects.get()
    assert (page.title, page.body) == ("long_hair", "a\nb")
    assert [name.name for name in page.other_names.order_by("position")] == ["長い髪", "ロング"]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"title": "猫"}, "Tags are written in Latin letters"),
        ({"title": "rating:g"}, "has a meaning in searches"),
        ({"body": "x" * 80_001}, "80001 characters"),
        ({"other_names": "\n".join(f"n{number}" for number in range(81))}, "There are 81 other names"),
        ({"other_names": "x" * 171}, "is too long"),
    ],
)
def test_what_cannot_be_saved_is_said_and_kept_in_the_form(mika, changed, sentence):
    response = sign_in(mika).post("/wiki/_edit", form(**changed))
    assert response.status_code == 422
    assert sentence in text(response)
    for value in changed.values():
        assert value in text(response)
    assert not WikiPage.objects.exists()


def test_a_conflict_shows_both_texts_and_saving_again_is_a_choice(mika):
    page = write(mika, body="First.")
    seen = state_of(page)
    nao = make_user("nao")
    write_page(nao, "long_hair", Written("Theirs."), seen=seen)
    browser = sign_in(mika)
    response = browser.post("/wiki/_edit", form(body="Mine.", seen=seen))
    assert response.status_code == 409
    assert response.context["form"]["body"].value() == "Mine."
    assert "Theirs." in text(response)
    assert "nao" in text(response)
    assert WikiPage.objects.get().body == "Theirs."
    again = response.context["form"]["seen"].value()
    assert browser.post("/wiki/_edit", form(body="Both.", seen=again)).status_code == 302
    assert WikiPage.objects.get().body == "Both."


def test_a_preview_saves_nothing(mika):
    response = sign_in(mika).post("/wiki/_edit", form(body="**strong**", preview="1"))
    assert "<strong>strong</strong>" in response.content.decode()
    assert "**strong**" in text(response)
    assert not WikiPage.objects.exists()


def test_locked_pages_are_for_moderators_and_deleted_ones_are_out_of_sight(client, mika, moderator):
    write(mika, body="Secret of the house.")
    set_locked(moderator, "long_hair", True)
    page = WikiPage.objects.get()
    answer = sign_in(mika).post("/wiki/_edit", form(page))
    assert answer.status_code == 422
    assert "locked" in text(answer)
    assert sign_in(moderator).post("/wiki/_edit", form(page, body="Secret of the house!")).status_code == 302
    set_deleted(moderator, "long_hair", True)
    for browser in (client, sign_in(mika)):
        response = browser.get("/wiki/long_hair")
        assert response.status_code == 404
        assert "Secret" not in text(response)
        assert browser.get("/wiki/_history?title=long_hair").status_code == 404
        assert "long_hair" not in text(browser.get("/wiki"))
    assert "Secret" in text(sign_in(moderator).get("/wiki/long_hair"))


def test_the_text_of_a_deleted_page_is_on_no_address_for_members(client, mika, moderator):
    page = write(mika, body="Zxsecret of the house.", names=["秘密", "zxname"])
    seen = state_of(page)
    write_page(mika, "hair", Written("See [[long hair]]."), seen="")
    Tag.objects.create(name="long_hair", in_vocabulary=True)
    set_deleted(moderator, "long_hair", True)
    asked = [
        *("/wiki/long_hair", "/wiki/_page?title=long_hair", "/wiki/_edit?title=long_hair"),
        *("/wiki/_history?title=long_hair", "/wiki/_history?title=long_hair&from=1&to=1", "/wiki/hair",
          "/wiki/_edit?title=Long+Hair"),
        *("/wiki", "/wiki?q=long&text=1", "/wiki?q=of+the+house&text=1", "/tags/long_hair", "/tags?name=*"),
        *("/complete?q=long", "/complete?q=%E7%A7%98", "/complete?q=long&mode=tags"),
    ]  # fmt: skip
    posts = [form(seen=seen), form(seen=""), form(seen="", preview="1"), {"title": "long_hair", "number": "1"}]
    for browser in (client, sign_in(mika)):
        answers = [browser.get(address, follow=True) for address in asked]
        answers += [browser.post("/wiki/_edit", data, follow=True) for data in posts]
        answers += [browser.post("/wiki/_revert", posts[-1], follow=True)]
        for answer in answers:
            assert answer.status_code < 500
            assert not any(word in text(answer) for word in ("Zxsecret", "秘密", "zxname")), answer.request
    assert "deleted" in text(sign_in(mika).get("/wiki/_edit?title=long_hair"))
    assert "Zxsecret" in text(sign_in(moderator).get("/wiki/_edit?title=long_hair"))


def test_an_old_name_of_a_tag_leads_to_its_page_of_today(client, mika, moderator):
    make_post(tags=["long_hair"])
    write(mika)
    write(mika, "lond_hair", "A slip.")
    set_deleted(moderator, "lond_hair", True)
    write(mika, "hair", "See [[lond hair]], [[secret_alias]].")
    assert 'href="/wiki/lond_hair"' in text(client.get("/wiki/hair"))
    TagAlias.objects.create(antecedent="lond_hair", consequent=Tag.objects.get(name="long_hair"))
    make_post(tags=["zxsecret"], rating="e")
    TagAlias.objects.create(antecedent="secret_alias", consequent=Tag.objects.get(name="zxsecret"))
    assert client.get("/wiki/lond_hair")["Location"] == "/wiki/long_hair"
    assert client.get("/wiki/secret_alias").status_code == 404
    page = text(client.get("/wiki/hair"))
    assert '<a href="/wiki/long_hair">lond hair</a>' in page
    assert '<a class="unwritten" href="/wiki/secret_alias">' in page
    assert sign_in(moderator).get("/wiki/lond_hair").status_code == 200


def test_what_is_too_long_to_be_saved_is_not_rendered_either(mika):
    response = sign_in(mika).post("/wiki/_edit", form(body="**x** " * 20_000, preview="1"))
    assert response.status_code == 422
    assert "<strong>" not in response.content.decode()


def test_kept_html_follows_the_text_and_the_pages_it_links_to(client, mika):
    page = write(mika, "hair", "One [[long hair]].")
    assert "unwritten" in text(client.get("/wiki/hair"))
    write(mika, "long_hair")
    assert "unwritten" not in text(client.get("/wiki/hair"))
    write_page(mika, "hair", Written("Two."), seen=state_of(page))
    assert "Two." in text(client.get("/wiki/hair"))


def test_a_page_is_shown_without_the_pages_that_link_to_it_where_finding_them_takes_too_long(client, mika, monkeypatch):
    write(mika)
    write(mika, "hair", "See [[long hair]].")
    monkeypatch.setattr("gallery.views.wiki.LINKING_MS", 0)
    page = client.get("/wiki/long_hair")
    assert page.status_code == 200
    assert "took too long" in text(page)
    assert "Hair below the shoulders." in text(page)


def test_only_moderators_lock_and_delete(mika, moderator):
    write(mika)
    for state, field, value in (("locked", "is_locked", True), ("open", "is_locked", False),
                                ("deleted", "is_deleted", True), ("restored", "is_deleted", False)):  # fmt: skip
        data = {"title": "long_hair", "state": state}
        assert sign_in(mika).post("/wiki/_state", data).status_code == 403
        assert getattr(WikiPage.objects.get(), field) != value
        assert sign_in(moderator).post("/wiki/_state", data).status_code == 302
        assert getattr(WikiPage.objects.get(), field) == value
    assert sign_in(moderator).post("/wiki/_state", {"title": "long_hair", "state": "burnt"}).status_code == 404
    assert sign_in(moderator).post("/wiki/_state", {"title": "none", "state": "locked"}).status_code == 404


def test_a_page_of_history_that_is_none_is_not_there(client, mika):
    write_page(mika, "long_hair", Written("Long."), seen="")
    for page in ("0", "x", "9" * 30):
        assert client.get("/wiki/_history", {"title": "long_hair", "page": page}).status_code == 404


def test_history_shows_what_changed_and_any_version_comes_back(client, mika):
    page = write(mika, body="a red cat")
    write_page(make_user("nao"), "long_hair", Written("a blue cat", ("猫",)), seen=state_of(page))
    shown = client.get("/wiki/_history?title=long_hair").content.decode()
    assert "<mark>red</mark>" in shown
    assert "<mark>blue</mark>" in shown
    assert "猫" in shown
    assert "<mark>" not in client.get("/wiki/_history?title=long_hair&from=1&to=1").content.decode()
    assert client.get("/wiki/_history?title=long_hair&from=x&to=99").status_code == 200
    response = sign_in(mika).post("/wiki/_revert", {"title": "long_hair", "number": "1"})
    assert response["Location"] == "/wiki/long_hair"
    assert WikiPage.objects.get().body == "a red cat"
    answer = sign_in(mika).post("/wiki/_revert", {"title": "long_hair", "number": "x"}, follow=True)
    assert "no version 0" in text(answer)


def test_the_list_is_searched_by_title_other_name_and_text(client, mika):
    write(mika, "long_hair", "Below the shoulders.", ["長い髪"])
    write(mika, "short_hair", "Above them.")
    listed = {
        query: [
            row["page"].title for row in client.get("/wiki", {"q": query, "order": "title"} | extra).context["pages"]
        ]
        for query, extra in {"hair": {}, "長い": {}, "shoulders": {}, "SHOULDERS": {"text": "1"}}.items()
    }
    assert listed == {
        "hair": ["long_hair", "short_hair"], "長い": ["long_hair"], "shoulders": [], "SHOULDERS": ["long_hair"],
    }  # fmt: skip
    assert "/wiki/_edit?title=shoulders" in text(client.get("/wiki?q=shoulders"))
    assert client.get("/wiki?page=x").status_code == 422
    assert client.get("/wiki?page=1000&order=nonsense&q=%00").status_code == 200


def test_text_links_into_the_site_and_brings_no_markup(mika):
    write(mika, "long_hair")
    html_of = render_wiki(
        "[[Long Hair|hair]] [[short hair]] [[猫]] {{sky -night}} {{a|b}} post #12 `[[x]]` [post #3](https://example.org)"
    ).html
    assert '<a href="/wiki/long_hair">hair</a>' in html_of
    assert '<a class="unwritten" href="/wiki/short_hair">short hair</a>' in html_of
    assert "猫" in html_of
    assert html_of.count("<a") == 6
    assert '<a class="search-link" href="/posts?tags=sky+-night">sky -night</a>' in html_of
    assert '<a href="/posts/12">post #12</a>' in html_of
    assert "<code>[[x]]</code>" in html_of
    hostile = render_wiki('[["><script>x</script>]] {{"onclick="x}} <b>x</b> [[a](javascript:x)]] post #<i>1</i>').html
    assert "<script" not in hostile
    assert "<b>" not in hostile
    assert "javascript:x" not in hostile or "href" not in hostile.split("javascript:x")[0].rsplit("<", 1)[-1]


@pytest.mark.parametrize(
    "hostile", ["[[" * 40_000, "{{" * 40_000, "[[a]]" * 16_000, "post #1 " * 10_000, "[[a|" * 20_000]
)
def test_a_text_of_nothing_but_brackets_is_read_in_time(hostile):
    assert render_wiki(hostile).html


def test_an_excerpt_is_the_first_paragraph_without_marks():
    assert excerpt("# Title\n\nSee [[long_hair|hair]] and **this** & {{sky}}.\n\nMore.") == "See hair and this & sky."
    assert excerpt("") == ""
    assert len(excerpt("word " * 200)) <= 281
