"""Whether the catalogues are whole, the check that says so, and that Japanese pages show no English."""

import re
import shutil
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.utils import timezone

from config.translations import broken_placeholders, check_translations, untranslated
from gallery import moderation
from gallery.accounts.sign_in_link import make_link
from generation.models import WorkerStatus
from tagging.wiki import Written, state_of, write_page
from tests.factories import (
    PASSWORD,
    make_asset,
    make_checkpoint,
    make_post,
    make_recipe,
    make_request,
    make_resource,
    make_take,
    make_user,
    start_job,
)

CATALOGUE = settings.BASE_DIR / "locale/ja/LC_MESSAGES/django.po"
# Three words of Latin letters in a row are a sentence; prompts and lists of tags have commas between theirs.
SENTENCE = re.compile(r"\b[A-Za-z’']+(?: [A-Za-z’']+){2,}")
# Samplers and families of models keep their names: capitals throughout, which no sentence of the site has.
NAME = re.compile(r"[A-Z0-9][\w+]*(?: [A-Z0-9][\w+]*)*")
JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠]")
# Japanese separates with 、 and introduces with ：; these come from a template that joins pieces by itself.
ENGLISH_SIGNS = re.compile(r"[ぁ-んァ-ヶー一-龠][,:;] |, [ぁ-んァ-ヶ一-龠]")
SPOKEN = ("aria-label", "alt", "title", "placeholder")
OF_THE_AUTHOR = {"prompt-text", "request__prompt", "commentary", "written", "chip", "tag-pill", "tag"}
NO_TEXT = {"script", "style", "code", "kbd", "pre", "textarea"}
VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}


class Words(HTMLParser):
    """Collects what the site itself says on a page: texts and spoken attributes, without what people wrote."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.language = ""
        self._skipped: list[bool] = [False]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.language = given.get("lang", "")
        foreign = given.get("lang", "ja") != "ja"
        skipped = (
            self._skipped[-1] or foreign or tag in NO_TEXT or bool(OF_THE_AUTHOR & set(given.get("class", "").split()))
        )
        if not (self._skipped[-1] or foreign):
            # A single lower-case word in data-… is for a script, not for a reader.
            spoken = {name: value for name, value in given.items() if name in SPOKEN or name.startswith("data-")}
            if tag == "textarea":
                spoken.pop("placeholder", None)
            self.said += [value for value in spoken.values() if not re.fullmatch(r"[a-z_-]*", value)]
        if tag not in VOID:
            self._skipped.append(skipped)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._skipped.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            self._skipped.pop()

    def handle_data(self, data: str) -> None:
        if data.strip() and not self._skipped[-1]:
            self.said.append(" ".join(data.split()))


def english_in(page: str) -> list[str]:
    """Texts of a Japanese page that are English: sentences and signs of any origin, every source of the catalogue."""
    words = Words()
    words.feed(page)
    assert words.language == "ja"
    assert JAPANESE.search(" ".join(words.said))
    known = source_texts()
    return [
        text
        for text in words.said
        if text in known
        or ENGLISH_SIGNS.search(text)
        or (SENTENCE.search(text) and not JAPANESE.search(text) and not NAME.fullmatch(text))
    ]


@cache
def source_texts() -> set[str]:
    """The English texts that have a Japanese one."""
    return {entry.msgid for entry in polib.pofile(str(CATALOGUE)) if entry.msgstr != entry.msgid}


@pytest.fixture
def visitor() -> Client:
    """A browser that asks for Japanese."""
    return Client(headers={"accept-language": "ja"})


@pytest.fixture
def site(db) -> dict[str, list[str]]:
    """Every page with something on it, by who looks at it."""
    owner = make_user("owner", role="owner", shown_ratings="gs", email="owner@example.org")
    mika = make_user("mika", shown_ratings="gs")
    checkpoint = make_checkpoint(trigger_words=["glow"])
    lora = make_resource(trigger_words=["glow"], min_role="moderator")
    lora.allowed_users.add(mika)
    request = make_request(mika, checkpoint=checkpoint, count=2)
    start_job(request.jobs.earliest("pk"))
    request.jobs.filter(state="running").update(cancel_requested=True)
    now = timezone.now()
    device = {"device": "cuda:0", "device_class": "cuda", "memory_used": 1, "memory_total": 2}
    WorkerStatus.objects.create(name="gpu1", started_at=now, seen_at=now, **device)
    take = make_take(mika, hires_scale=1.5)
    asset = make_asset(mika)
    post = make_post(mika, asset=asset, tags=["sky", "night"], recipe=make_recipe(), commentary="はじめて描きました。")
    hidden = make_post(mika, tags=["sky"], prompt_visibility="hidden", title="夕焼け")
    removed = make_post(mika, tags=["sky"])
    moderation.remove(owner, removed, "重複しています。")
    page = write_page(owner, "sky", Written("空が描かれているもの。[[night]]も参照。"), seen="")
    write_page(mika, "sky", Written("空が見えるもの。", ("空",)), seen=state_of(page))
    everyone = [
        "/", "/posts", "/posts?tags=sky+-night", "/posts?tags=(sky", "/posts?tags=nosuchtag", "/posts?page=999",
        f"/posts/{post.pk}", f"/posts/{hidden.pk}", "/users/mika", "/about", "/nothing", "/create",
        f"/models/{checkpoint.slug}", "/help/search", "/tags", "/tags?name=nothing", "/tags/sky", "/tags/nothing",
        "/wiki", "/wiki/sky", "/wiki/nothing", "/wiki/_history?title=sky", "/posts?tags=s*&select=1",
    ]  # fmt: skip
    accounts = ["email/", "password/change/", "logout/", "reauthenticate/"]
    return {
        "": [
            *everyone,
            *(f"/accounts/{name}" for name in ("login/", "signup/", "password/reset/", "password/reset/done/")),
            "/accounts/password/reset/key/done/",
            f"/welcome/{make_link(owner)}",
            "/welcome/used",
        ],
        "mika": [
            *everyone,
            "/wiki/_edit",
            "/wiki/_edit?title=sky",
            "/settings",
            "/takes",
            f"/takes/{take.pk}",
            f"/takes/{take.pk}/publish",
            f"/requests/{request.pk}",
            f"/posts/{post.pk}/edit",
            f"/posts/{post.pk}/withdraw",
            "/moderation/log",
            *(f"/accounts/{name}" for name in accounts),
        ],
        "owner": [
            *("/moderation/log", f"/posts/{post.pk}", f"/posts/{removed.pk}", "/users/mika", "/takes"),
            *("/queue", "/models", f"/models/{checkpoint.slug}", f"/models/{lora.kind}/{lora.slug}", "/create/styles"),
            *("/manage/models", f"/manage/models/checkpoint/{checkpoint.pk}", f"/manage/models/{lora.kind}/{lora.pk}"),
        ],
    }


def test_no_page_shows_english_to_japanese_readers(visitor, site):
    found = {}
    for name, addresses in site.items():
        if name:
            assert visitor.login(username=name, password=PASSWORD)
        for address in addresses:
            response = visitor.get(address, follow=True)
            page = response.content.decode()
            if "<html" not in page:
                page = f'<html lang="ja">{page}</html>'
            if english := english_in(page):
                found[f"{name or 'visitor'} {address}"] = english
    assert not found


def test_forms_refuse_in_japanese(visitor, db):
    make_checkpoint()
    make_user("mika")
    answers = [
        visitor.post("/accounts/login/", {"login": "mika", "password": "wrong"}),
        visitor.post("/accounts/signup/", {"username": "mika", "password1": "abc", "password2": "x", "email": "no"}),
        visitor.post("/accounts/signup/", {"username": "-!", "password1": "12345678", "password2": "12345678"}),
    ]
    assert visitor.login(username="mika", password=PASSWORD)
    answers += [
        visitor.post("/create", {"prompt": "", "count": "99", "steps": "many", "width": "7"}),
        visitor.post("/settings", {}),
        visitor.post("/accounts/password/change/", {"oldpassword": "x", "password1": "1", "password2": "2"}),
    ]
    for answer in answers:
        page = answer.content.decode()
        assert 'class="errorlist' in page or 'role="alert"' in page
        assert english_in(page) == []


def test_mail_is_written_in_japanese(visitor, db):
    make_user("mika", email="mika@example.org")
    visitor.post("/accounts/password/reset/", {"email": "mika@example.org"})
    assert not SENTENCE.search(mail.outbox[0].subject)
    assert not SENTENCE.search(mail.outbox[0].body)
    assert "パスワード" in mail.outbox[0].body


def test_the_search_for_english_finds_it():
    page = '<html lang="ja"><p>こんにちは</p>{}</html>'
    assert english_in(page.format("<button>Save</button>")) == ["Save"]
    assert english_in(page.format("<p>Nobody translated this.</p>")) == ["Nobody translated this."]
    assert english_in(page.format('<img alt="A picture of nothing"><br>')) == ["A picture of nothing"]
    assert english_in(page.format('<button lang="en">English</button><pre>a b c d</pre>')) == []


def test_the_catalogue_is_whole_and_keeps_every_placeholder():
    catalogue = polib.pofile(str(CATALOGUE))
    assert untranslated(CATALOGUE) == []
    assert broken_placeholders(CATALOGUE) == []
    assert catalogue.metadata["Language"] == "ja"
    assert catalogue.metadata["Plural-Forms"] == "nplurals=1; plural=0;"
    assert "/" not in {path[0] for entry in catalogue for path, _line in entry.occurrences}


def write_catalogue(path: Path, entries: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    header = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\nPlural-Forms: nplurals=1; plural=0;\\n"\n\n'
    path.write_text(header + entries, encoding="utf-8")
    return path


def test_empty_and_uncertain_translations_are_missing(tmp_path):
    catalogue = write_catalogue(
        tmp_path / "django.po",
        'msgid "Whole"\nmsgstr "完全"\n\nmsgid "Empty"\nmsgstr ""\n\n#, fuzzy\nmsgid "Uncertain"\nmsgstr "不確か"\n\n'
        'msgid "%(n)d tag"\nmsgid_plural "%(n)d tags"\nmsgstr[0] ""\n\n#~ msgid "Gone"\n#~ msgstr ""\n',
    )
    assert untranslated(catalogue) == ["Empty", "Uncertain", "%(n)d tag"]


def test_a_translation_that_loses_or_invents_a_placeholder_is_found(tmp_path):
    catalogue = write_catalogue(
        tmp_path / "django.po",
        'msgid "by %(name)s"\nmsgstr "%(nmae)sさん"\n\nmsgid "{done} of {count}"\nmsgstr "{done}"\n\n'
        'msgid "%(a)s, %(b)s"\nmsgstr "%(b)sと%(a)s"\n\n'
        'msgid "One tag"\nmsgid_plural "%(n)d tags"\nmsgstr[0] "%(n)d個"\n\n'
        'msgid "%(n)d of %(name)s"\nmsgid_plural "%(n)d of %(name)s"\nmsgstr[0] "%(n)s／%(name)s"\n',
    )
    assert broken_placeholders(catalogue) == ["by %(name)s", "{done} of {count}", "%(n)d of %(name)s"]


@pytest.mark.skipif(shutil.which("xgettext") is None, reason="gettext is not installed (apt-get install gettext)")
def test_a_new_sentence_in_a_template_fails_the_check(tmp_path):
    (tmp_path / "manage.py").write_text(
        "import sys\nfrom django.conf import settings\nfrom django.core.management import execute_from_command_line\n"
        "settings.configure(BASE_DIR='.')\nexecute_from_command_line(sys.argv)\n"
    )
    (tmp_path / "templates").mkdir()
    page = tmp_path / "templates/page.html"
    page.write_text('{% load i18n %}{% translate "Known" %}')
    catalogue = write_catalogue(tmp_path / "locale/ja/LC_MESSAGES/django.po", 'msgid "Known"\nmsgstr "既知"\n')
    assert check_translations(tmp_path, ["ja"]) == []
    before = catalogue.read_bytes()
    page.write_text('{% load i18n %}{% translate "Known" %}{% translate "New here" %}')
    assert check_translations(tmp_path, ["ja"]) == ["ja: not translated: 'New here'"]
    assert catalogue.read_bytes() == before
    catalogue.unlink()
    assert "ja: there is no catalogue" in check_translations(tmp_path, ["ja"])
