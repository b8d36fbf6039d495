"""Who may do what at every address: the table is held against the URL configuration, so no route can be forgotten.

A cell is a status; `in` is a redirect to the page for signing in.
"""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.tokens import default_token_generator
from django.contrib.sessions.models import Session
from django.core.signals import request_finished
from django.db import close_old_connections, connection, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from django.utils.http import int_to_base36, urlencode
from django.utils.text import slugify

from gallery.accounts.sign_in_link import make_link
from gallery.bulk_updates.requests import propose
from gallery.community import favourite_groups, saved_searches
from gallery.filters import acts as filters
from gallery.filters.spec import Rules, Said
from gallery.labels.disputes import dispute
from gallery.models import AccountExport, Asset, Comment, Download, DuplicatePair, Remix, Statement, User
from gallery.models.review import CaseKind, SiteRule
from gallery.moderation.acts import rerate
from gallery.moderation.cases import open_case
from gallery.moderation.sanctions import ban, strike
from gallery.moderation.voices import report
from gallery.recipes.asking import ask_for_prompt
from gallery.refusals.rules import Wanted, save_rule
from generation import events
from generation.models import StylePage
from tagging.models import Tag
from tagging.wiki import Written, set_deleted, set_locked, write_page
from tests.factories import (
    make_asset,
    make_checkpoint,
    make_image,
    make_lab,
    make_mask,
    make_post,
    make_recipe,
    make_request,
    make_resource,
    make_take,
    make_user,
    start_job,
)
from tests.gallery.uploads.files import drafted, plain

# Each of the large ones asks the site some thousands of times: minutes on a busy machine.
pytestmark = pytest.mark.timeout(1800)

VIEWERS = ("visitor", "maker", "other", "moderator", "admin", "owner")
"""`maker` is the member whose post, take or request it is; `other` is another member."""

World = dict[str, Any]


@dataclass(frozen=True)
class Row:
    """What one address answers to each of VIEWERS; a single word stands for all of them."""

    route: str
    get: str
    post: str
    args: Callable[[World], list[Any]] = lambda world: []
    what: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.route} {self.what}".strip()


def one(name: str) -> Callable[[World], list[Any]]:
    """The primary key of a thing of the world as the only argument."""
    return lambda world: [world[name].pk]


def slug(name: str) -> Callable[[World], list[Any]]:
    """The address of a thing of the world that has one of words."""
    return lambda world: [world[name].slug]


def dispute_of(name: str) -> Callable[[World], list[Any]]:
    """A post and the open dispute about its label."""
    return lambda world: [world[name].pk, world["dispute"].pk]


def file(name: str, variant: str, extension: str) -> Callable[[World], list[Any]]:
    """One file of a post's or take's picture."""
    return lambda world: [world[name].asset.key, variant, extension]


PUBLIC = "200"
MEMBERS = "in 200 200 200 200 200"
MAKER = "in 200 404 404 404 404"
ADMINS = "in 403 403 403 200 200"
NO_GET = "in 405 405 405 405 405"  # the page for signing in first, then 405
SEEN_BY_STAFF = "404 200 404 200 200 200"  # of a post that is in no list of a member's
DELETED = "404 404 404 200 200 200"  # of a wiki page, whoever wrote it
MINE_ALONE = "404 200 404 404 404 404"

ASKED = "in 302 302 302 302 302"  # first for the password once more
NONE = "in 404 404 404 404 404"  # nobody here has a second factor

EDIT = {"title": "New", "commentary": "", "tags": "1girl", "rating": "s", "prompt_visibility": "visible"}
PUBLISH = {"title": "", "commentary": "", "tags": "1girl", "rating": "g", "prompt_visibility": "visible"}
DRAFT = {"tags": "1girl", "rating": "g", "level": "human", "prompt_visibility": "visible"}
COMPARISON = {"prompt": "1girl", "model": "small", "key": "k", "x": "guidance", "x_values": "3, 5", "y": ""}
STYLE = {"kind": "style", "act": "save", "promptstyle-new-name": "Ink", "promptstyle-new-prompt": "ink"}
STYLE_PAGE = {"name": "Soft ink", "prompt": "soft ink", "audience": "everybody"}
HIDE = {"act": "hide", "rule": "hate", "reason": "It insults."}
PROPOSAL = {"act": "send", "title": "Cats", "script": "alias tabby -> cat", "reason": ""}
TYPED = {"seen": "1", "prompt": "2girls", "act": "save"}
RERATE = {"act": "rerate", "rating": "q", "reason": "It shows more."}
REMOVE = {"act": "remove", "rating": "", "reason": "Against the rules."}
RESTORE = {"act": "restore", "rating": "", "reason": "A mistake."}
DISPUTE = {"act": "dispute", "level": "assisted", "reason": "The sky is a model's."}
RULE = {"name": "Night", "effect": "warn", "places": ["prompt"], "terms": "moonless", "reason": "Too dark."}
DECLARE = {"act": "declare", "level": "assisted", "reason": ""}
DECIDE = {"act": "decide", "level": "assisted", "reason": "The sky is a model's."}
VOTE = {"act": "vote", "rating": "s"}
DISPUTE_RATING = {"act": "dispute", "rating": "q", "reason": "It shows more."}
VOICE = {"rule": "rights", "reason": "It is my drawing."}
SAY = {"act": "send", "text": "Lovely."}
UP = {"score": "1"}
RUDE = {"rule": "hate", "text": "It insults."}
REMOVE_COMMENT = {"act": "remove", "rule": "hate", "reason": "It insults."}
LOCK = {"act": "lock", "reason": "Argued over."}
STRIKE = {"act": "strike", "strike-rule": "spam", "strike-reason": "A flood."}
BAN = {"act": "ban", "rule": "spam", "reason": "A flood.", "length": "7", "scope": "visitors"}
UPHOLD = {"act": "uphold", "reason": "So it is."}
LETTERS = {
    "form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "0", "form-0-text": "zqb", "form-0-face": "gothic",
    "form-0-size": "12", "form-0-colour": "#ffffff", "form-0-outline": "#000000", "form-0-outline_width": "1",
    "form-0-x": "50", "form-0-y": "50", "form-0-align": "middle", "form-0-spacing": "1.3", "form-0-vertical": "0",
}  # fmt: skip
RECIPE = {
    "prompt": "1girl", "negative_prompt": "", "model": "small", "shape": "exact", "width": "64", "height": "64",
    "steps": "4", "sampler": "Euler", "guidance": "3", "seed": "1", "count": "1", "key": "matrix",
}  # fmt: skip

# fmt: off
ROWS = [
    # config
    Row("health",      PUBLIC, "405"),
    Row("preferences", "405",  "302", data={"theme": "dark", "language": "ja"}),
    Row("robots",      PUBLIC, "405"),

    # accounts: allauth's own pages
    Row("account_login",  "200 302 302 302 302 302", "200 302 302 302 302 302",
        data={"login": "nobody", "password": "wrong"}),
    Row("account_signup", "200 302 302 302 302 302", "200 302 302 302 302 302"),
    Row("account_logout", "302 200 200 200 200 200", "302"),
    Row("account_inactive", PUBLIC, "405"),
    Row("account_reauthenticate", MEMBERS, MEMBERS, data={"password": "wrong"}),
    Row("account_email",  MEMBERS, "in 302 302 302 302 302"),
    Row("account_email_verification_sent", PUBLIC, "405"),
    Row("account_confirm_email", PUBLIC, "404", lambda world: ["no-such-key"]),
    Row("account_confirm_login_code", "in 302 302 302 302 302", "in 302 302 302 302 302"),
    Row("account_change_password", MEMBERS, MEMBERS),
    Row("account_set_password", "in 302 302 302 302 302", "in 302 302 302 302 302"),
    Row("account_reset_password", PUBLIC, "200"),
    Row("account_reset_password_done", PUBLIC, "405"),
    Row("account_reset_password_from_key", PUBLIC, "200", lambda world: ["1", "no-such-key"], "unknown key"),
    Row("account_reset_password_from_key", "302", "302", lambda world: world["reset_key"], "a member's key"),
    Row("account_reset_password_from_key_done", PUBLIC, "405"),

    Row("mfa_index",         MEMBERS, NO_GET),
    Row("mfa_authenticate",  ASKED,   ASKED),
    Row("mfa_reauthenticate", ASKED, ASKED, data={"code": "000000"}),
    Row("mfa_activate_totp", ASKED, ASKED, data={"code": "000000"}),
    Row("mfa_deactivate_totp", NONE, NONE),
    Row("mfa_view_recovery_codes", NONE, NO_GET),
    Row("mfa_generate_recovery_codes", ASKED, ASKED),
    Row("mfa_download_recovery_codes", NONE, NONE),
    Row("mfa_list_webauthn", MEMBERS, NO_GET),
    Row("mfa_add_webauthn",  ASKED, ASKED),
    Row("mfa_reauthenticate_webauthn", ASKED, "in 302 302 302 302 302", data={"credential": "{}"}),
    Row("mfa_remove_webauthn", ASKED, ASKED, lambda world: [1]),
    Row("mfa_edit_webauthn", ASKED, ASKED, lambda world: [1]),
    Row("usersessions_list", MEMBERS, "in 302 302 302 302 302"),

    # gallery: looking
    Row("gallery:front",    PUBLIC, "405"),
    Row("gallery:posts",    PUBLIC, "405"),
    Row("gallery:complete", PUBLIC, "405"),
    Row("gallery:about",    PUBLIC, "405"),
    Row("gallery:profile",  PUBLIC, "405", lambda world: ["maker"]),
    Row("gallery:profile",  "404",  "405", lambda world: ["nobody"], "unknown"),
    Row("gallery:post", PUBLIC,        "405", one("public"),      "public"),
    Row("gallery:post", SEEN_BY_STAFF, "405", one("explicit"),    "explicit"),
    Row("gallery:post", SEEN_BY_STAFF, "405", one("removed"),     "removed"),
    Row("gallery:post", SEEN_BY_STAFF, "405", one("withdrawn"),   "withdrawn"),
    Row("gallery:post", "404",         "405", one("quarantined"), "quarantined"),
    Row("gallery:post", "404",         "405", lambda world: [2**62], "unknown"),

    # gallery: the JSON interface
    Row("gallery:api_posts",  PUBLIC, "405"),
    Row("gallery:api_counts", PUBLIC, "405"),
    Row("gallery:api_tags",   PUBLIC, "405"),
    Row("gallery:api_post", PUBLIC,        "405", one("public"),      "public"),
    Row("gallery:api_post", SEEN_BY_STAFF, "405", one("explicit"),    "explicit"),
    Row("gallery:api_post", SEEN_BY_STAFF, "405", one("removed"),     "removed"),
    Row("gallery:api_post", SEEN_BY_STAFF, "405", one("withdrawn"),   "withdrawn"),
    Row("gallery:api_post", "404",         "405", one("quarantined"), "quarantined"),
    Row("gallery:api_post", "404",         "405", lambda world: [2**62], "unknown"),
    Row("gallery:api_similar", PUBLIC,        "405", one("public"),      "public"),
    Row("gallery:api_similar", SEEN_BY_STAFF, "405", one("explicit"),    "explicit"),
    Row("gallery:api_similar", SEEN_BY_STAFF, "405", one("removed"),     "removed"),
    Row("gallery:api_similar", "404",         "405", one("quarantined"), "quarantined"),
    Row("gallery:api_similar", "404",         "405", lambda world: [2**62], "unknown"),
    Row("gallery:api_iqdb_queries", "422", "405"),
    # No row holds a file: what is answered to one is in tests/gallery/verifying.
    Row("gallery:verify",     PUBLIC, "422"),
    Row("gallery:api_verify", "405",  "422"),
    Row("gallery:api_iqdb_queries", "404", "405", what="unknown", query={"post_id": str(2**59)}),

    # gallery: files
    Row("gallery:media", PUBLIC,        "405", file("public", "original", "png"),      "public original"),
    Row("gallery:media", PUBLIC,        "405", file("public", "180", "webp"),          "public preview"),
    Row("gallery:media", PUBLIC,        "405", file("hidden", "original", "png"),      "original, prompt hidden"),
    Row("gallery:media", "404",         "405", file("public", "bare", "png"),          "bare"),
    Row("gallery:media", PUBLIC,        "405", file("public", "original", "jpg"),      "public JPEG"),
    Row("gallery:media", PUBLIC,        "405", file("public", "original", "webp"),     "public WebP"),
    Row("gallery:media", PUBLIC,        "405", file("public", "original", "avif"),     "public AVIF"),
    Row("gallery:media", PUBLIC,        "405", file("public", "original", "avif"),     "public AVIF, no prompt",
        query={"prompt": "0", "download": ""}),
    Row("gallery:media", PUBLIC,        "405", file("hidden", "original", "jpg"),      "JPEG, prompt hidden"),
    Row("gallery:media", SEEN_BY_STAFF, "405", file("explicit", "original", "webp"),   "explicit WebP"),
    Row("gallery:media", SEEN_BY_STAFF, "405", file("removed", "original", "jpg"),     "removed JPEG, no prompt",
        query={"prompt": "0"}),
    Row("gallery:media", "404",         "405", file("quarantined", "original", "avif"), "quarantined AVIF"),
    Row("gallery:media", "404",         "405", file("take", "original", "jpg"),        "take JPEG by its key"),
    Row("gallery:media", SEEN_BY_STAFF, "405", file("explicit", "original", "png"),    "explicit original"),
    Row("gallery:media", SEEN_BY_STAFF, "405", file("explicit", "180", "webp"),        "explicit preview"),
    Row("gallery:media", SEEN_BY_STAFF, "405", file("removed", "original", "png"),     "removed original"),
    Row("gallery:media", SEEN_BY_STAFF, "405", file("withdrawn", "180", "webp"),       "withdrawn preview"),
    Row("gallery:media", "404",         "405", file("quarantined", "original", "png"), "quarantined original"),
    Row("gallery:media", "404",         "405", file("quarantined", "180", "webp"),     "quarantined preview"),
    Row("gallery:media", MINE_ALONE,    "405", file("take", "original", "png"),        "take original"),
    Row("gallery:media", MINE_ALONE,    "405", file("take", "180", "webp"),            "take preview"),

    # gallery: tags and history of any post that one can see
    Row("gallery:post_tags", MEMBERS, "in 302 302 302 302 302", one("public"), "public", {"tags": "cat", "seen": ""}),
    Row("gallery:post_tags", "in 200 404 200 200 200", "in 302 404 302 302 302", one("explicit"), "explicit",
        {"tags": "cat", "seen": ""}),
    Row("gallery:post_tags", "in 200 404 200 200 200", "in 409 404 409 409 409", one("removed"), "removed",
        {"tags": "cat", "seen": ""}),
    Row("gallery:post_tags", "in 404 404 404 404 404", "in 404 404 404 404 404", one("quarantined"), "quarantined"),
    Row("gallery:similar_strip", "302", "405", one("public"), "public"),
    Row("gallery:similar_strip", "404 302 404 302 302 302", "405", one("explicit"), "explicit"),
    Row("gallery:similar_strip", "404 302 404 302 302 302", "405", one("removed"), "removed"),
    Row("gallery:similar_strip", "404", "405", one("quarantined"), "quarantined"),
    Row("gallery:post_history", PUBLIC,        "405", one("public"),      "public"),
    Row("gallery:post_history", SEEN_BY_STAFF, "405", one("explicit"),    "explicit"),
    Row("gallery:post_history", SEEN_BY_STAFF, "405", one("removed"),     "removed"),
    Row("gallery:post_history", "404",         "405", one("quarantined"), "quarantined"),
    Row("gallery:post_version", NO_GET, "in 302 302 302 302 302", lambda world: [world["public"].pk, 1], "public",
        {"act": "revert"}),
    Row("gallery:post_version", NO_GET, "in 302 404 302 302 302", lambda world: [world["explicit"].pk, 1], "explicit",
        {"act": "revert"}),
    Row("gallery:changes", PUBLIC, "405"),
    Row("gallery:tag_history", "404", "405", what="unknown"),
    Row("gallery:tag_revert", NO_GET, "in 404 404 404 404 404", what="unknown", data={"name": "zz", "number": "1"}),
    Row("gallery:undo_edits", NO_GET, "in 403 403 302 302 302", lambda world: ["other"], data={"hours": "24"}),

    # gallery: labels; `sent` is a post of the maker's that was not drawn here, `other` disputes its label
    Row("gallery:zone", "405", "302", data={"zone": "human"}),
    Row("gallery:post_label", PUBLIC,        "in 302 409 302 302 302", one("sent"), "dispute", DISPUTE),
    Row("gallery:post_label", PUBLIC,        "in 302 403 403 403 403", one("sent"), "declare", DECLARE),
    Row("gallery:post_label", PUBLIC,        "in 403 403 302 302 302", one("sent"), "decide", DECIDE),
    Row("gallery:post_label", PUBLIC,        "in 409 409 409 409 409", one("public"),   "locked", DISPUTE),
    Row("gallery:post_label", SEEN_BY_STAFF, "404 409 404 409 409 409", one("explicit"), "explicit", DISPUTE),
    Row("gallery:post_label", SEEN_BY_STAFF, "404 409 404 409 409 409", one("removed"),  "removed", DISPUTE),
    Row("gallery:post_label", "404",         "404",                    one("quarantined"), "quarantined", DISPUTE),
    Row("gallery:label_dispute", NO_GET, "in 404 302 403 403 403", dispute_of("sent"), "take back",
        {"act": "withdraw"}),
    Row("gallery:label_dispute", NO_GET, "in 404 403 302 302 302", dispute_of("sent"), "uphold", UPHOLD),
    Row("gallery:label_dispute", NO_GET, "in 404 404 404 404 404", lambda world: [1, 2**62], "unknown", UPHOLD),
    Row("gallery:label_disputes", "in 403 403 302 302 302", NO_GET),

    # gallery: ratings
    Row("gallery:post_rating", PUBLIC, "in 403 302 302 302 302", one("public"), "vote", VOTE),
    Row("gallery:post_rating", PUBLIC, "in 302 302 302 302 302", one("public"), "dispute", DISPUTE_RATING),
    Row("gallery:post_rating", PUBLIC, "in 403 403 302 302 302", one("public"), "lock", LOCK),
    Row("gallery:post_rating", PUBLIC, "in 403 403 409 409 409", one("public"), "unlock", LOCK | {"act": "unlock"}),
    Row("gallery:post_rating", PUBLIC, "in 403 302 302 302 302", one("public"), "take back", {"act": "unvote"}),
    Row("gallery:post_rating", PUBLIC, "in 302 302 302 302 302", one("public"), "take the dispute back",
        {"act": "undispute"}),
    Row("gallery:post_rating", PUBLIC, "in 400 400 400 400 400", one("public"), "nothing", {"act": "x"}),
    Row("gallery:post_rating", SEEN_BY_STAFF, "404 403 404 409 409 409", one("explicit"),    "explicit", VOTE),
    Row("gallery:post_rating", SEEN_BY_STAFF, "404 403 404 409 409 409", one("removed"),     "removed", VOTE),
    Row("gallery:post_rating", "404",         "404",                     one("quarantined"), "quarantined", VOTE),
    Row("gallery:tag_floors", PUBLIC, "in 403 403 302 302 302", data={"tag": "1girl", "rating": "s", "reason": "x"}),

    # gallery: one's own posts
    Row("gallery:post_edit", MAKER, "in 302 404 404 404 404", one("public"),      "public", EDIT),
    Row("gallery:post_edit", MAKER, "in 302 404 404 404 404", one("explicit"),    "explicit", EDIT),
    Row("gallery:post_edit", MAKER, "in 409 404 404 404 404", one("removed"),     "removed", EDIT),
    Row("gallery:post_edit", MAKER, "in 409 404 404 404 404", one("withdrawn"),   "withdrawn", EDIT),
    Row("gallery:post_edit", "in 404 404 404 404 404", "in 404 404 404 404 404", one("quarantined"),
        "quarantined", EDIT),
    Row("gallery:post_withdraw", MAKER, "in 302 404 404 404 404", one("public"),    "public"),
    Row("gallery:post_withdraw", MAKER, "in 302 404 404 404 404", one("explicit"),  "explicit"),
    Row("gallery:post_withdraw", MAKER, "in 409 404 404 404 404", one("removed"),   "removed"),
    Row("gallery:post_withdraw", MAKER, "in 409 404 404 404 404", one("withdrawn"), "withdrawn"),

    # gallery: how pictures were made; `sent` is a picture of `maker` that was not drawn here
    Row("gallery:recipe_edit", "in 403 403 403 403 403", "in 403 403 403 403 403", one("public"), "drawn here", TYPED),
    Row("gallery:recipe_edit", MEMBERS, "in 302 302 302 302 302", one("sent"), "sent", TYPED),
    Row("gallery:recipe_edit", "in 200 403 200 200 200", "in 302 403 302 302 302", one("sent, prompt hidden"),
        "sent, prompt hidden", TYPED),
    Row("gallery:recipe_edit", "in 404 404 404 404 404", "in 404 404 404 404 404", one("quarantined"), "quarantined"),
    Row("gallery:recipe_history", PUBLIC,        "405", one("public"),      "public"),
    Row("gallery:recipe_history", SEEN_BY_STAFF, "405", one("explicit"),    "explicit"),
    Row("gallery:recipe_history", "404",         "405", one("quarantined"), "quarantined"),
    Row("gallery:recipe_revert", NO_GET, "in 302 302 302 302 302", lambda world: [world["sent"].pk, 1], "sent"),
    Row("gallery:recipe_revert", NO_GET, "in 302 404 302 302 302", lambda world: [world["explicit"].pk, 1], "explicit"),
    Row("gallery:api_generation_versions", PUBLIC,        "405", one("public"),      "public"),
    Row("gallery:api_generation_versions", SEEN_BY_STAFF, "405", one("explicit"),    "explicit"),
    Row("gallery:api_generation_versions", "404",         "405", one("quarantined"), "quarantined"),
    Row("gallery:compare", PUBLIC, "405"),
    Row("gallery:compare", "404",  "405", what="unknown", query={"a": "1000000", "b": "1000001"}),
    Row("gallery:ask_prompt", NO_GET, "in 422 302 422 422 422", one("on request"), "on request"),
    Row("gallery:ask_prompt", NO_GET, "in 422 422 422 422 422", one("hidden"), "hidden"),
    Row("gallery:ask_prompt", NO_GET, "in 422 404 422 422 422", one("explicit"), "explicit"),
    Row("gallery:prompt_requests", MEMBERS, NO_GET),
    Row("gallery:answer_prompt", NO_GET, "in 302 404 404 404 404", one("prompt request"), data={"act": "grant"}),

    # gallery: opinions
    Row("gallery:vote", "405", "in 403 302 302 302 302", one("public"),      "public", {"score": "1"}),
    Row("gallery:vote", "405", "in 403 404 302 302 302", one("explicit"),    "explicit", {"score": "-1"}),
    Row("gallery:vote", "405", "in 409 404 409 409 409", one("removed"),     "removed", {"score": "1"}),
    Row("gallery:vote", "405", "in 404 404 404 404 404", one("quarantined"), "quarantined", {"score": "1"}),
    Row("gallery:favourite", "405", "in 302 302 302 302 302", one("public"),      "public", {"keep": "1"}),
    Row("gallery:favourite", "405", "in 302 404 302 302 302", one("explicit"),    "explicit", {"keep": "1"}),
    Row("gallery:favourite", "405", "in 409 404 409 409 409", one("removed"),     "removed", {"keep": "1"}),
    Row("gallery:favourite", "405", "in 404 404 404 404 404", one("quarantined"), "quarantined", {"keep": "1"}),
    Row("gallery:put_in_list", "405", "in 302 302 302 302 302", one("public"),   "public", {"name": "cats"}),
    Row("gallery:put_in_list", "405", "in 302 404 302 302 302", one("explicit"), "explicit", {"name": "cats"}),
    Row("gallery:put_in_list", "405", "in 409 404 409 409 409", one("removed"),  "removed", {"name": "cats"}),
    Row("gallery:count_look", "405", "204",                     one("public"),   "public"),
    Row("gallery:count_look", "405", "404 204 404 204 204 204", one("explicit"), "explicit"),
    Row("gallery:count_look", "405", "404 204 404 204 204 204", one("removed"),  "removed"),
    Row("gallery:count_look", "405", "404",                     one("quarantined"), "quarantined"),

    # gallery: comments; all of them are the maker's, on posts of the maker
    Row("gallery:newest_comments", PUBLIC, "405"),
    Row("gallery:api_comments",    PUBLIC, "405"),
    Row("gallery:post_comments", PUBLIC,        "in 302 302 302 302 302",  one("public"),      "public", SAY),
    Row("gallery:post_comments", SEEN_BY_STAFF, "404 302 404 302 302 302", one("explicit"),    "explicit", SAY),
    Row("gallery:post_comments", SEEN_BY_STAFF, "404 409 404 409 409 409", one("removed"),     "removed", SAY),
    Row("gallery:post_comments", "404",         "404",                     one("quarantined"), "quarantined", SAY),
    Row("gallery:comments_open", NO_GET, "in 302 404 404 404 404", one("public"), "public", {"open": "0"}),
    Row("gallery:comments_open", NO_GET, "in 302 404 404 404 404", one("explicit"), "explicit", {"open": "0"}),
    Row("gallery:comment", "302",                     "405", one("comment"),             "standing"),
    Row("gallery:comment", "404 302 404 302 302 302", "405", one("comment on explicit"), "explicit"),
    Row("gallery:comment", "404 302 404 302 302 302", "405", one("removed comment"),     "removed"),
    Row("gallery:comment", "404",                     "405", one("withdrawn comment"),   "withdrawn"),
    Row("gallery:edit_comment", MAKER, "in 302 404 404 404 404", one("comment"),         "standing", SAY),
    Row("gallery:edit_comment", MAKER, "in 409 404 404 404 404", one("removed comment"), "removed", SAY),
    Row("gallery:edit_comment", "in 404 404 404 404 404", "in 404 404 404 404 404", one("withdrawn comment"),
        "withdrawn", SAY),
    Row("gallery:withdraw_comment", MAKER, "in 302 404 404 404 404", one("comment"),         "standing"),
    Row("gallery:withdraw_comment", MAKER, "in 409 404 404 404 404", one("removed comment"), "removed"),
    Row("gallery:vote_comment", "405", "in 403 302 302 302 302", one("comment"),             "standing", UP),
    Row("gallery:vote_comment", "405", "in 403 404 302 302 302", one("comment on explicit"), "explicit", UP),
    Row("gallery:vote_comment", "405", "in 403 404 409 409 409", one("removed comment"),     "removed", UP),
    Row("gallery:vote_comment", "405", "in 404 404 404 404 404", one("withdrawn comment"), "withdrawn", UP),
    Row("gallery:report_comment", PUBLIC, "302 403 302 302 302 302", one("comment"), "standing", RUDE),
    Row("gallery:report_comment", SEEN_BY_STAFF, "404 403 404 302 302 302", one("comment on explicit"), "explicit",
        RUDE),
    Row("gallery:report_comment", SEEN_BY_STAFF, "404 403 404 409 409 409", one("removed comment"), "removed", RUDE),
    Row("gallery:moderate_comment", "in 403 403 200 200 200", "in 403 403 302 302 302", one("comment"), "standing",
        REMOVE_COMMENT),
    Row("gallery:moderate_comment", "in 403 404 200 200 200", "in 403 404 302 302 302", one("comment on explicit"),
        "explicit", REMOVE_COMMENT),
    Row("gallery:moderate_comment", "in 403 404 200 200 200", "in 403 404 302 302 302", one("removed comment"),
        "removed", {"act": "restore", "reason": "A mistake."}),

    Row("gallery:lists",       PUBLIC, "405"),
    Row("gallery:create_list", NO_GET, "in 302 302 302 302 302", data={"name": "cats", "is_public": "on"}),
    Row("gallery:list", PUBLIC,         "405", one("public list"),  "public"),
    Row("gallery:list", MINE_ALONE,     "405", one("private list"), "private"),
    Row("gallery:edit_list",   MAKER, "in 302 404 404 404 404", one("public list"),  "public", {"name": "cats"}),
    Row("gallery:edit_list",   MAKER, "in 302 404 404 404 404", one("private list"), "private", {"name": "cats"}),
    Row("gallery:delete_list", MAKER, "in 302 404 404 404 404", one("public list"),  "public"),
    Row("gallery:delete_list", MAKER, "in 302 404 404 404 404", one("private list"), "private"),
    Row("gallery:lists_of",   PUBLIC, "405", lambda world: ["maker"]),
    Row("gallery:lists_of",   "404",  "405", lambda world: ["nobody"], "unknown"),
    Row("gallery:favourites", PUBLIC, "405", lambda world: ["maker"]),
    Row("gallery:favourites", "404",  "405", lambda world: ["nobody"], "unknown"),

    Row("gallery:saved",          MEMBERS, "in 302 302 302 302 302", data={"query": "1girl", "labels": "cats"}),
    Row("gallery:saved_seen",     NO_GET,  "in 302 302 302 302 302"),
    Row("gallery:undelete_saved", NO_GET,  "in 302 302 302 302 302"),
    Row("gallery:open_saved",     NO_GET,  "in 302 404 404 404 404", one("saved search")),
    Row("gallery:relabel_saved",  NO_GET,  "in 302 404 404 404 404", one("saved search"), data={"labels": "dogs"}),
    Row("gallery:delete_saved",   NO_GET,  "in 302 404 404 404 404", one("saved search")),
    Row("gallery:related_tags",   PUBLIC,  "405"),
    Row("gallery:related_panel",  PUBLIC,  "405"),

    # gallery: moderators, admins, owners
    Row("gallery:post_moderate", NO_GET, "in 403 403 302 302 302", one("public"),      "re-rate public", RERATE),
    Row("gallery:post_moderate", NO_GET, "in 403 403 302 302 302", one("public"),      "remove public", REMOVE),
    Row("gallery:post_moderate", NO_GET, "in 403 404 302 302 302", one("explicit"),    "re-rate explicit", RERATE),
    Row("gallery:post_moderate", NO_GET, "in 403 404 302 302 302", one("removed"),     "restore removed", RESTORE),
    Row("gallery:post_moderate", NO_GET, "in 403 404 409 409 409", one("withdrawn"),   "restore withdrawn", RESTORE),
    Row("gallery:post_moderate", NO_GET, "in 404 404 404 404 404", one("quarantined"), "restore quarantined", RESTORE),
    Row("gallery:post_moderate", NO_GET, "in 403 403 403 302 302", one("moderators"),  "a moderator's own", REMOVE),
    Row("gallery:post_moderate", NO_GET, "in 403 403 302 302 403", one("owners"),      "an owner's own", REMOVE),
    # gallery: bulk updates and chores
    Row("gallery:chores",       MEMBERS, NO_GET),
    Row("gallery:bulk_updates", PUBLIC,  "405"),
    Row("gallery:bulk_update_new", MEMBERS, "in 302 302 302 302 302", data=PROPOSAL),
    Row("gallery:bulk_update_new", MEMBERS, "in 200 200 200 200 200", what="preview",
        data=PROPOSAL | {"act": "preview"}),
    Row("gallery:bulk_update",  PUBLIC, "405", one("bulk")),
    Row("gallery:bulk_update",  "404",  "405", lambda world: [2**62], "unknown"),
    Row("gallery:bulk_update_progress", PUBLIC, "405", one("bulk")),
    Row("gallery:bulk_update_vote",    NO_GET, "in 302 302 302 302 302", one("bulk"), data={"score": "1"}),
    Row("gallery:bulk_update_comment", NO_GET, "in 302 302 302 302 302", one("bulk"), data={"body": "Yes."}),
    Row("gallery:bulk_update_decide",  NO_GET, "in 403 403 302 302 302", one("bulk"), "approve", {"act": "approve"}),
    Row("gallery:bulk_update_decide",  NO_GET, "in 302 403 302 302 302", one("bulk"), "reject", {"act": "reject"}),
    Row("gallery:bulk_update_decide",  NO_GET, "in 403 403 403 302 302", one("large_bulk"), "approve a large one",
        {"act": "approve"}),

    Row("gallery:duplicates", "in 403 403 200 200 200", NO_GET),
    Row("gallery:settle_pair", NO_GET, "in 403 403 302 302 302", one("pair"), "tell apart", {"act": "apart"}),
    Row("gallery:settle_pair", NO_GET, "in 403 403 302 302 302", one("pair"), "make a parent", {"act": "older"}),
    Row("gallery:settle_pair", NO_GET, "in 403 403 422 422 422", one("pair"), "no act"),
    Row("gallery:settle_pair", NO_GET, "in 403 403 404 404 404", lambda world: [2**62], "unknown"),
    Row("gallery:settle_pair", NO_GET, "in 403 403 404 404 404", one("quarantined pair"), "of a quarantined post",
        {"act": "apart"}),
    Row("gallery:moderation", "in 403 403 200 200 200", NO_GET),
    Row("gallery:moderation_waiting", "in 403 403 302 302 302", NO_GET),
    Row("gallery:review_queue", "in 403 403 200 200 200", "in 403 403 302 302 302", what="of unknown cases",
        data={"outcome": "kept", "reason": "Fine.", "case": "999999999"}),
    Row("gallery:review_queue", "in 403 403 200 200 200", "in 403 403 422 422 422", what="nothing picked",
        data={"outcome": "kept", "reason": "Fine."}),
    Row("gallery:review_next", NO_GET, "in 403 403 302 302 302"),
    Row("gallery:review_case", "in 403 403 200 200 200", NO_GET, one("case")),
    Row("gallery:review_case", "in 403 403 404 404 404", NO_GET, lambda world: [2**62], "unknown"),
    Row("gallery:review_act", NO_GET, "in 403 403 302 302 302", one("case"), "claim", {"act": "claim"}),
    Row("gallery:review_act", NO_GET, "in 403 403 409 409 409", one("case"), "decide without a claim",
        {"outcome": "kept", "reason": "Fine."}),
    Row("gallery:review_act", NO_GET, "in 403 403 403 302 302", one("moderators case"), "claim a moderator's own",
        {"act": "claim"}),
    Row("gallery:review_act", NO_GET, "in 403 403 404 404 404", lambda world: [2**62], "unknown", {"act": "claim"}),
    Row("gallery:refusal_help", PUBLIC, "405"),
    Row("gallery:filter_help", PUBLIC, "405"),
    Row("gallery:refusal_rules", "in 403 403 200 200 200", "in 403 403 200 200 200", what="try a text",
        data={"text": "a castle", "place": "prompt"}),
    Row("gallery:refusal_rule_new", "in 403 403 403 200 200", "in 403 403 403 302 302", data=RULE),
    Row("gallery:refusal_rule_new", "in 403 403 403 200 200", "in 403 403 403 422 422", what="no words",
        data=RULE | {"terms": ""}),
    Row("gallery:refusal_rule", "in 403 403 403 200 200", "in 403 403 403 302 302", one("rule"), data=RULE),
    Row("gallery:refusal_rule", "in 403 403 403 200 200", "in 403 403 403 302 302", one("rule"), "delete",
        RULE | {"act": "delete"}),
    Row("gallery:refusal_rule", "in 403 403 403 404 404", "in 403 403 403 404 404", lambda world: [2**62], "unknown"),
    Row("gallery:moderation_log", PUBLIC, "405"),
    Row("gallery:moderation_log", "422", "405", what="unknown kind", query={"kind": "nonsense"}),
    Row("gallery:moderation_log", "422 422 422 200 200 200", "405", what="told to moderators alone",
        query={"kind": "quarantine"}),
    Row("gallery:person_sanctions", "in 403 403 200 200 200", "in 403 403 302 302 302", lambda world: ["other"],
        "strike", STRIKE),
    Row("gallery:person_sanctions", "in 403 403 200 200 200", "in 403 403 302 302 302", lambda world: ["other"],
        "ban", BAN),
    Row("gallery:person_sanctions", "in 403 403 200 200 200", "in 403 403 403 403 302", lambda world: ["admin"],
        "ban an admin", BAN),
    Row("gallery:person_sanctions", "in 403 403 200 200 200", "in 403 403 403 403 403", lambda world: ["owner"],
        "ban the owner", BAN),
    Row("gallery:person_sanctions", "in 403 403 404 404 404", "in 403 403 404 404 404", lambda world: ["nobody"],
        "unknown", BAN),
    Row("gallery:bans", "in 403 403 200 200 200", "in 403 403 302 302 302", data=BAN | {"block": "203.0.113.0/24"}),
    Row("gallery:ban", "in 403 403 200 200 200", "in 403 403 302 302 302", one("ban"), data={"reason": "Enough."}),
    Row("gallery:ban", "in 403 403 404 404 404", "in 403 403 404 404 404", lambda world: [2**62], "unknown"),
    Row("gallery:strike", "in 403 403 200 200 200", "in 403 403 302 302 302", one("strike"),
        data={"reason": "Enough."}),
    Row("gallery:strike", "in 403 403 404 404 404", "in 403 403 404 404 404", lambda world: [2**62], "unknown"),
    Row("gallery:moderation_dashboard", "in 403 403 200 200 200", NO_GET),
    Row("gallery:moderation_dashboard", "in 403 403 200 200 200", NO_GET, what="a year", query={"days": "365"}),
    Row("gallery:transparency", PUBLIC, "405"),
    Row("gallery:transparency", PUBLIC, "405", what="JSON", query={"format": "json"}),
    Row("gallery:transparency_of", PUBLIC, "405", lambda world: [timezone.now().year], "this year"),
    Row("gallery:transparency_of", "404", "405", lambda world: [1999], "before the site"),
    Row("gallery:role", NO_GET, "in 403 403 403 302 302", lambda world: ["other"], "to moderator",
        {"role": "moderator", "reason": "Trusted."}),
    Row("gallery:role", NO_GET, "in 403 403 403 403 302", lambda world: ["other"], "to admin",
        {"role": "admin", "reason": "Trusted."}),
    Row("gallery:role", NO_GET, "in 403 403 403 403 409", lambda world: ["owner"], "of the only owner",
        {"role": "member", "reason": "Enough."}),
    Row("gallery:role", NO_GET, "in 404 404 404 404 404", lambda world: ["nobody"], "of an unknown name",
        {"role": "member", "reason": "Who?"}),

    # gallery: uploading; `draft` is `maker`'s
    Row("gallery:upload",      MEMBERS, "in 422 422 422 422 422"),
    Row("gallery:upload_file", NO_GET,  "in 422 422 422 422 422"),
    Row("gallery:draft", MAKER, "in 303 404 404 404 404", one("draft"), "post", DRAFT),
    Row("gallery:draft", MAKER, "in 303 404 404 404 404", one("draft"), "save", DRAFT | {"act": "save"}),
    Row("gallery:draft", "in 404 404 404 404 404", "in 404 404 404 404 404", lambda world: [2**62], "unknown"),
    Row("gallery:draft_discard", MAKER, "in 303 404 404 404 404", one("draft")),
    Row("gallery:upload_set",    MAKER, "in 422 404 404 404 404", lambda world: ["of-the-maker"]),
    Row("gallery:media", MINE_ALONE, "405", file("draft", "original", "png"), "draft original"),
    Row("gallery:media", MINE_ALONE, "405", file("draft", "180", "webp"),     "draft preview"),

    # gallery: one's own account
    Row("gallery:settings",     MEMBERS, "in 302 302 302 302 302", data={"shown_ratings": ["g", "s"]}),
    Row("gallery:sign_in_link", PUBLIC,  "302", lambda world: [world["token"]], "good"),
    Row("gallery:sign_in_link", PUBLIC,  "410", lambda world: ["no-such-token"], "unknown"),

    Row("gallery:account",      MEMBERS, NO_GET),
    Row("gallery:sessions",     MEMBERS, "in 302 302 302 302 302", what="all others"),
    Row("gallery:sessions",     MEMBERS, "in 404 404 404 404 404", what="unknown", data={"session": str(2**62)}),
    Row("gallery:account_copy", MEMBERS, "in 302 409 302 302 302"),
    Row("gallery:account_copy_file", ASKED, NO_GET, lambda world: [world["copy"].key], "of other's"),
    Row("gallery:delete_account", MEMBERS, ASKED, data={"posts": "leave", "name": "maker"}),
    Row("gallery:privacy",      PUBLIC,  "405"),
    Row("gallery:age_notice",   "in 302 302 302 302 302", "in 302 302 302 302 302"),

    # gallery: what people say to moderators and are told; `voice` is `other`'s, `statement` the maker's
    Row("gallery:report_post", PUBLIC, "302 403 302 302 302 302", one("public"), "public", VOICE),
    Row("gallery:report_post", SEEN_BY_STAFF, "404 403 404 302 302 302", one("explicit"), "explicit", VOICE),
    Row("gallery:report_post", SEEN_BY_STAFF, "404 409 404 409 409 409", one("removed"), "removed", VOICE),
    Row("gallery:report_post", "404", "404", one("quarantined"), "quarantined", VOICE),
    Row("gallery:report_post", PUBLIC, "422", one("public"), "nothing", {"rule": "", "reason": ""}),
    Row("gallery:flag_post", MEMBERS, "in 403 302 302 302 302", one("public"), "public", VOICE),
    Row("gallery:flag_post", "in 200 404 200 200 200", "in 403 404 302 302 302", one("explicit"), "explicit", VOICE),
    Row("gallery:flag_post", "in 404 404 404 404 404", "in 404 404 404 404 404", one("quarantined"), "quarantined"),
    Row("gallery:report_user", PUBLIC, "302 403 302 302 302 302", lambda world: ["maker"], "", VOICE),
    Row("gallery:report_user", "404", "404", lambda world: ["nobody"], "unknown", VOICE),
    Row("gallery:own_voices", MEMBERS, NO_GET),
    Row("gallery:take_voice_back", NO_GET, "in 404 302 404 404 404", one("voice")),
    Row("gallery:receipt", PUBLIC, "405", lambda world: [world["receipt"]], "good"),
    Row("gallery:receipt", "404", "405", lambda world: ["no-such-token"], "unknown"),
    Row("gallery:own_statements", MEMBERS, NO_GET),
    Row("gallery:statement", MAKER, "in 302 404 404 404 404", one("statement"), "", {"reason": "It is not so."}),
    Row("gallery:rules", PUBLIC, "405"),

    # gallery: filters; `filter` is `maker`'s, and shared
    Row("gallery:filters",       PUBLIC,  "302"),
    Row("gallery:filter_new",    MEMBERS, "in 302 302 302 302 302", data={"name": "Calm", "hide": "spider"}),
    Row("gallery:filter_edit",   MAKER,   "in 302 404 404 404 404", one("filter"), "", {"name": "Calm", "seen": "1"}),
    Row("gallery:filter_delete", NO_GET,  "in 302 404 404 404 404", one("filter")),
    Row("gallery:filter_share",  NO_GET,  "in 302 404 404 404 404", one("filter"), "", {"share": "0"}),
    Row("gallery:filter_shared", PUBLIC,  "in 302 302 302 302 302", lambda world: [world["filter"].shared_key]),
    Row("gallery:filter_shared", "404",   "404", lambda world: ["no-such-key"], "unknown"),
    Row("gallery:show_post", "405", "302", one("public")),
    Row("gallery:show_post", "405", "404 302 404 302 302 302", one("explicit"), "explicit"),
    Row("gallery:show_post", "405", "404", one("quarantined"), "quarantined"),
    Row("gallery:mute", NO_GET, "in 302 302 302 302 302", lambda world: ["maker"], "", {"mute": "1"}),
    Row("gallery:mute", NO_GET, "in 404 404 404 404 404", lambda world: ["nobody"], "unknown", {"mute": "1"}),

    # gallery: tags and wiki; `maker` wrote the page “wikied”
    Row("gallery:tags",      PUBLIC, "405"),
    Row("gallery:tag",       PUBLIC, "405", lambda world: ["1girl"]),
    Row("gallery:tag",       "404",  "405", lambda world: ["no_such_tag"], "unknown"),
    Row("gallery:tag_named", "404",  "405"),
    Row("gallery:tag_named", PUBLIC, "405", what="asked for", query={"name": "wikied"}),
    Row("gallery:tag_category",  NO_GET, "in 302 302 302 302 302", data={"name": "1girl", "category": "5"}),
    Row("gallery:tag_category",  NO_GET, "in 404 404 404 404 404", what="unknown", data={"name": "no_such_tag"}),
    Row("gallery:tag_deprecate", NO_GET, "in 403 403 302 302 302", data={"name": "wikied", "deprecated": "1"}),
    Row("gallery:wiki",      PUBLIC, "405"),
    Row("gallery:wiki_page", PUBLIC, "405", lambda world: ["wikied"]),
    Row("gallery:wiki_page", "404",  "405", lambda world: ["no_such_page"], "unknown"),
    Row("gallery:wiki_page_named", "404", "405"),
    Row("gallery:wiki_page_named", PUBLIC, "405", what="asked for", query={"title": "wikied"}),
    Row("gallery:wiki_page_named", DELETED, "405", what="deleted", query={"title": "deleted"}),
    Row("gallery:wiki_edit", "in 404 404 200 200 200", "in 422 422 409 409 409", what="deleted",
        query={"title": "deleted"}, data={"title": "deleted", "body": "N"}),
    Row("gallery:wiki_edit", MEMBERS, "in 302 302 302 302 302", data={"title": "new_page", "body": "New."}),
    Row("gallery:wiki_edit", MEMBERS, "in 409 409 409 409 409", what="unseen", data={"title": "wikied", "body": "N"}),
    Row("gallery:wiki_edit", MEMBERS, "in 422 422 409 409 409", what="locked", data={"title": "locked", "body": "N"}),
    Row("gallery:wiki_history", "404", "405"),
    Row("gallery:wiki_history", PUBLIC, "405", what="asked for", query={"title": "wikied"}),
    Row("gallery:wiki_history", DELETED, "405", what="deleted", query={"title": "deleted"}),
    Row("gallery:wiki_revert", NO_GET, "in 404 404 302 302 302", what="deleted",
        data={"title": "deleted", "number": "1"}),
    Row("gallery:wiki_revert", NO_GET, "in 302 302 302 302 302", data={"title": "wikied", "number": "1"}),
    Row("gallery:wiki_state",  NO_GET, "in 403 403 302 302 302", data={"title": "wikied", "state": "locked"}),
    Row("gallery:search_help", PUBLIC, "405"),
    Row("gallery:random",      "302",  "405"),
    Row("gallery:tag_script",  NO_GET, MEMBERS, data={"ids": ["0"], "script": "smile"}),

    # generation
    Row("generation:create",   PUBLIC, "in 303 303 303 303 303", data=RECIPE),
    Row("generation:estimate", PUBLIC, "405"),
    Row("generation:canvas",   MEMBERS, "in 422 422 422 422 422"),
    Row("generation:canvas",   "in 404 404 404 404 404", "in 422 422 422 422 422", what="nobody's",
        query={"source": "take:1000000"}, data=RECIPE | {"source": "take:1000000", "task": "whole"}),
    Row("generation:keep",     NO_GET, "in 303 404 404 404 404", one("take")),
    Row("generation:book",     MEMBERS, "in 302 302 302 302 302", data=STYLE),
    Row("generation:events",   "204 200 200 200 200 200", "405"),
    Row("generation:request",        "in 302 404 404 404 404", NO_GET, one("request")),
    Row("generation:request_cancel", NO_GET, "in 303 404 404 404 404", one("request")),
    Row("generation:job_cancel",     NO_GET, "in 303 404 404 404 404", one("running")),
    Row("generation:job_preview",    MAKER,  NO_GET, one("running")),
    Row("generation:takes",   MEMBERS, NO_GET),
    Row("generation:take",    MAKER,   NO_GET, one("take")),
    Row("generation:mark",      NO_GET, "in 303 303 303 303 303", data={"act": "reject", "ids": ["0"]}),
    Row("generation:undo_mark", NO_GET, "in 303 303 303 303 303", data={"token": "none"}),
    Row("generation:compare",   MEMBERS, NO_GET),
    Row("generation:complete_takes", MEMBERS, NO_GET, query={"q": "s"}),
    Row("generation:storage",   MEMBERS, NO_GET),
    Row("generation:take_marks", NO_GET, "in 303 404 404 404 404", one("take"), data={"flag": "pick", "stars": "3"}),
    Row("generation:lineage",   MAKER, NO_GET, one("take")),
    Row("generation:take_file", MAKER, NO_GET, lambda world: [world["take"].pk, "jpg"]),
    Row("generation:take_file", "in 404 404 404 404 404", NO_GET, lambda world: [world["take"].pk, "gif"], "unknown"),
    Row("generation:layers",  MAKER,   NO_GET, lambda world: [world["take"].pk, "ora"]),
    Row("generation:layers",  MAKER,   NO_GET, lambda world: [world["take"].pk, "psd"], "as PSD"),
    Row("generation:layers",  NONE,    NO_GET, lambda world: [world["take"].pk, "xcf"], "unknown"),
    Row("generation:letters", MAKER,   "in 303 404 404 404 404", one("take"), data=LETTERS),
    Row("generation:letters_preview", NO_GET, MAKER, one("take"),
        data={name.removeprefix("form-0-"): value for name, value in LETTERS.items()}),
    Row("generation:publish", MAKER,   "in 303 404 404 404 404", one("take"), data=PUBLISH),
    Row("generation:mask",    MAKER,   NO_GET, one("mask")),
    Row("generation:remix_diff", PUBLIC,        "405", one("owners"),      "public"),
    Row("generation:remix_diff", SEEN_BY_STAFF, "405", one("explicit"),    "explicit"),
    Row("generation:remix_diff", SEEN_BY_STAFF, "405", one("removed"),     "removed"),
    Row("generation:remix_diff", "404",         "405", one("quarantined"), "quarantined"),
    Row("generation:remix_diff", "404",         "405", one("public"),      "no remix"),
    Row("generation:styles",    PUBLIC,     "405"),
    Row("generation:style",     PUBLIC,     "405", slug("style"),         "for everybody"),
    Row("generation:style",     MINE_ALONE, "405", slug("private style"), "private"),
    Row("generation:style",     "404",      "405", lambda world: ["none"], "unknown"),
    Row("generation:style_new", MEMBERS, "in 302 302 302 302 302", data=STYLE_PAGE),
    Row("generation:style_edit",   MAKER, "in 302 404 404 404 404", slug("style"), "for everybody", STYLE_PAGE),
    Row("generation:style_edit",   MAKER, "in 302 404 404 404 404", slug("private style"), "private", STYLE_PAGE),
    Row("generation:style_delete", MAKER, "in 302 404 404 404 404", slug("style"), "for everybody"),
    Row("generation:style_delete", MAKER, "in 302 404 404 404 404", slug("private style"), "private"),
    Row("generation:style", "404 200 404 200 200 200", "405", slug("hidden style"), "hidden"),
    Row("generation:style_report", PUBLIC, "302 403 302 302 302 302", slug("style"), "for everybody", VOICE),
    Row("generation:style_report", MINE_ALONE, "404 403 404 404 404 404", slug("private style"), "private", VOICE),
    Row("generation:style_report", SEEN_BY_STAFF, "404 403 404 409 409 409", slug("hidden style"), "hidden", VOICE),
    Row("generation:style_moderate", "in 403 403 200 200 200", "in 403 403 302 302 302", slug("style"), "for everybody",
        HIDE),
    Row("generation:style_moderate", "in 403 404 404 404 404", "in 403 404 404 404 404", slug("private style"),
        "private", HIDE),
    Row("generation:style_moderate", "in 403 404 200 200 200", "in 403 404 302 302 302", slug("hidden style"), "hidden",
        HIDE | {"act": "show"}),
    Row("generation:style_posts", NO_GET, "in 422 404 404 404 404", slug("style"), "add", {"add": "1"}),
    Row("generation:style_posts", NO_GET, "in 422 404 404 404 404", slug("private style"), "private", {"add": "1"}),
    Row("generation:style_posts", NO_GET, "in 404 404 404 404 404", slug("style"), "take out", {"take_out": "1"}),
    Row("generation:lab",          MEMBERS, "in 303 303 303 303 303", data=COMPARISON),
    Row("generation:lab_estimate", MEMBERS, NO_GET),
    Row("generation:lab_page", MAKER, "in 422 404 404 404 404", one("lab"), data={"act": "sheet"}),
    Row("generation:lab_cancel", NO_GET, "in 303 404 404 404 404", one("lab")),
    Row("generation:lab_grid", "in 302 404 404 404 404", NO_GET, one("lab")),
    Row("generation:import_takes", MEMBERS, "in 422 422 422 422 422"),
    Row("generation:import_piece", NO_GET,  "in 422 422 422 422 422"),
    Row("generation:queue",        ADMINS, NO_GET),
    Row("generation:queue_order",  NO_GET, "in 403 403 403 303 303", data={"order": "work"}),
    Row("generation:worker_order", NO_GET, "in 403 403 403 303 303", data={"worker": "none", "order": "pause"}),
    Row("generation:queue_jobs",   NO_GET, "in 403 403 403 303 303", data={"act": "first", "user": "0"}),
    Row("generation:model",   PUBLIC,  "405", lambda world: ["small"]),
    Row("generation:model",   "404",   "405", lambda world: ["none"], "unknown"),
    Row("generation:model",   "404 404 404 200 200 200", "405", lambda world: ["staff"], "for moderators"),
    Row("generation:models",  PUBLIC,  "405"),
    Row("generation:resource", PUBLIC, "405", lambda world: ["lora", "detail"]),
    Row("generation:resource", "404",  "405", lambda world: ["lora", "none"], "unknown"),
    Row("generation:resource", "404 404 404 404 404 200", "405", lambda world: ["vae", "owners"], "for the owner"),
    Row("generation:manage_models", "in 403 403 403 200 200", "in 403 403 403 422 422", data={"path": "../secret"}),
    Row("generation:manage_model",  "in 403 403 403 200 200", "in 403 403 403 302 302",
        lambda world: ["checkpoint", world["staff model"].pk], data={"act": "off"}),
]
# fmt: on


def routes(patterns: list[Any] | None = None, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every address of the URL configuration, as `namespace:name`; a nameless one by what it matches.

    Without those of Django's admin, which tests/gallery/accounts/test_back_office.py asks, all of them.
    """
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver) and pattern.namespace == "admin":
            continue
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from routes(pattern.url_patterns, inner)
        else:
            yield f"{namespace}{pattern.name or pattern.pattern}", pattern


def test_the_table_knows_every_route_and_no_other():
    configured, listed = {name for name, _pattern in routes()}, {row.route for row in ROWS}
    assert configured - listed == set(), "addresses that nobody decided about: add rows"
    assert listed - configured == set(), "rows of addresses that are gone"


def test_no_two_routes_share_a_name_and_no_two_rows_either():
    names = [name for name, _pattern in routes()]
    assert sorted(names) == sorted(set(names))
    rows = [row.name for row in ROWS]
    assert sorted(rows) == sorted(set(rows))


# Programs without a session need no token there; who has one needs it as everywhere.
LOOKS_FOR_ITSELF = {"gallery:api_verify"}


def test_no_other_view_is_exempt_from_the_check_against_forged_requests():
    exempt = {name for name, pattern in routes() if getattr(pattern.callback, "csrf_exempt", False)}
    assert exempt == LOOKS_FOR_ITSELF


def build_world() -> World:
    """People and things: one of each kind that a row speaks of."""
    roles = {"maker": "member", "other": "member", "moderator": "moderator", "admin": "admin", "owner": "owner"}
    world: World = {name: make_user(name, role=role) for name, role in roles.items()}
    maker: User = world["maker"]
    make_checkpoint("small")
    world["staff model"] = make_checkpoint("staff", min_role="moderator")
    make_resource("detail")
    make_resource("owners", kind="vae", min_role="owner")
    posts = {
        "public": {},
        "explicit": {"rating": "e"},
        "removed": {"status": "removed"},
        "withdrawn": {"status": "withdrawn"},
        "quarantined": {"status": "quarantined"},
        "hidden": {"prompt_visibility": "hidden"},
        "on request": {"prompt_visibility": "on_request"},
        "sent": {"ai_evidence": "declared"},
        "sent, prompt hidden": {"ai_evidence": "declared", "prompt_visibility": "hidden"},
    }
    for name, fields in posts.items():
        world[name] = make_post(asset=_asset(maker), **fields)
    world["sent"] = make_post(asset=_asset(maker), ai_level="unknown", ai_evidence="declared")
    world["dispute"] = dispute(world["other"], world["sent"], "generated", "Six fingers.")
    world["prompt request"] = ask_for_prompt(make_user("asker"), world["on request"])
    world["moderators"] = make_post(world["moderator"])
    world["owners"] = make_post(world["owner"])
    world["case"] = open_case(CaseKind.REPORT, post=world["public"])
    world["moderators case"] = open_case(CaseKind.REPORT, post=world["moderators"])
    world["pair"] = DuplicatePair.objects.create(older=world["public"], newer=world["owners"], distance=4)
    world["quarantined pair"] = DuplicatePair.objects.create(
        older=world["public"], newer=world["quarantined"], distance=4
    )
    for name, post, state in (
        ("comment", "public", "standing"),
        ("comment on explicit", "explicit", "standing"),
        ("removed comment", "public", "removed"),
        ("withdrawn comment", "public", "withdrawn"),
    ):
        world[name] = Comment.objects.create(
            post=world[post], author=maker, post_author=maker, text="Lovely.", state=state
        )
    # So long ago that its author may comment again, and may still change it.
    Comment.objects.update(at=timezone.now() - timedelta(minutes=5))
    world["take"] = make_take(maker, width=192, height=192)
    world["mask"] = make_mask(maker)
    for remix in ("owners", "explicit", "removed", "quarantined"):
        Remix.objects.create(post=world[remix], source=world["public"])
    for name, audience in (("style", "everybody"), ("private style", "only_me"), ("hidden style", "everybody")):
        world[name] = StylePage.objects.create(owner=maker, slug=slugify(name), name=name, audience=audience)
    StylePage.objects.filter(pk=world["hidden style"].pk).update(hidden=True)
    world["draft"] = drafted(maker, plain(), batch="of-the-maker")
    world["request"] = make_request(maker, count=2)
    world["lab"] = make_lab(maker)
    world["running"] = world["request"].jobs.order_by("index").first()
    start_job(world["running"], preview=b"RIFF")
    world["public list"] = favourite_groups.create(maker, "open")
    world["private list"] = favourite_groups.create(maker, "mine alone", is_public=False)
    world["filter"] = filters.create(maker, "Mine", Said(rules=Rules(hide=("spider",))))
    filters.share(maker, world["filter"], shared=True)
    world["saved search"] = saved_searches.save(maker, "1girl")
    for title in ("wikied", "locked", "deleted"):
        write_page(maker, title, Written("Text."), seen="")
    set_deleted(world["moderator"], "deleted", True)
    set_locked(world["moderator"], "locked", True)
    Tag.objects.create(name="wikied", in_vocabulary=True)
    world["token"] = make_link(maker)
    world["voice"] = report(world["other"], world["moderators"], "spam", "Again and again.").voice
    world["receipt"] = report(AnonymousUser(), world["owners"], "rights", "My drawing.").receipt
    rerate(world["owner"], make_post(asset=_asset(maker)), "s", "It shows more.")
    world["statement"] = Statement.objects.get(person=maker)
    night = Wanted("Dusk", "refuse", ("prompt",), "moonlit")
    world["rule"] = save_rule(world["admin"], None, night, "Too dark.")
    world["banned"] = make_user("banned")
    world["strike"] = strike(world["admin"], world["banned"], SiteRule.SPAM, "A flood.")
    world["ban"] = ban(world["admin"], world["banned"], until=None, rule=SiteRule.SPAM, reason="A flood.")
    world["bulk"] = propose(maker, title="Cats", script="alias neko -> cat", reason="")
    world["large_bulk"] = propose(maker, title="Girls", script="update 1girl -> solo", reason="")
    world["copy"] = AccountExport.objects.create(
        user=world["other"], state="ready", size_bytes=1, expires_at=timezone.now() + timedelta(days=1)
    )
    # Somebody who does not sign in meanwhile, for that would spend the key.
    absent = make_user("absent")
    world["reset_key"] = [int_to_base36(absent.pk), default_token_generator.make_token(absent)]
    return world


def _asset(maker: User) -> Asset:
    # Large enough for a preview of its own beside the original.
    return make_asset(maker, image=make_image(200, 160), recipe=make_recipe())


@pytest.fixture
def world(db, settings, tmp_path) -> Iterator[World]:
    settings.MEDIA_ROOT = tmp_path
    yield build_world()
    # The listener behind the streams of events ended with its loop; its connection goes when it is forgotten.
    events._current = None
    gc.collect()


def browsers(world: World, **options: Any) -> dict[str, Client]:
    """A browser for each viewer, signed in."""
    opened = {viewer: Client(**options) for viewer in VIEWERS}
    for viewer, client in opened.items():
        client.handler = opened["visitor"].handler  # reading the list of static files is slow
        if viewer != "visitor":
            client.force_login(world[viewer], "django.contrib.auth.backends.ModelBackend")
    return opened


@contextmanager
def undone(client: Client) -> Iterator[None]:
    """What the browser does meanwhile, to the database and to its cookies, is undone."""
    cookies = SimpleCookie(client.cookies.output(header="", sep=";"))
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    client.cookies = cookies


def ask(client: Client, method: str, row: Row, world: World) -> str:
    """A cell of the table, as the site fills it."""
    address = reverse(row.route, args=row.args(world)) + (f"?{urlencode(row.query)}" if row.query else "")
    response = client.post(address, row.data) if method == "post" else client.get(address)
    if response.streaming:
        # A stream of events has no end: it is let go unread, without closing the test's connection.
        request_finished.disconnect(close_old_connections)
        response.close()
        request_finished.connect(close_old_connections)
    to_sign_in = response.status_code == 302 and response["Location"].startswith(reverse("account_login"))
    return "in" if to_sign_in else str(response.status_code)


def everything_kept() -> list[tuple[str, str]]:
    """A digest of each table but sessions and files made for downloads; two are equal if no row changed."""
    tables = [model._meta.db_table for model in apps.get_models() if model not in (Session, UserSession, Download)]
    one = "SELECT '{0}', md5(string_agg(row::text, '|' ORDER BY row::text)) FROM {0} AS row"
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(one.format(table) for table in tables))
        return sorted(cursor.fetchall())


def cells(text: str) -> dict[str, str]:
    """What a row says for each viewer."""
    words = text.split()
    return dict(zip(VIEWERS, words * len(VIEWERS) if len(words) == 1 else words, strict=True))


def test_everyone_gets_the_page_that_the_table_says_and_changes_nothing_by_looking(world):
    given, changed = {}, []
    for viewer, client in browsers(world).items():
        before = everything_kept()
        for row in ROWS:
            with undone(client):
                given[row.name, viewer] = ask(client, "get", row, world)
                if everything_kept() != before:
                    changed.append((row.name, viewer))
    assert given == {(row.name, viewer): cell for row in ROWS for viewer, cell in cells(row.get).items()}
    # That somebody opened a decision about themselves is noted: then it is no longer shown as unread.
    assert changed == [("gallery:statement", "maker")]


def test_everyone_may_do_what_the_table_says_and_a_refused_post_changes_nothing(world):
    given, changed = {}, []
    for viewer, client in browsers(world).items():
        before = everything_kept()
        for row in ROWS:
            with undone(client):
                answer = given[row.name, viewer] = ask(client, "post", row, world)
                if answer not in {"200", "204", "302", "303"} and everything_kept() != before:
                    changed.append((row.name, viewer, answer))
    assert given == {(row.name, viewer): cell for row in ROWS for viewer, cell in cells(row.post).items()}
    # What is typed for a set is kept as drafts, also where it can't be posted yet; it is its owner's.
    assert changed == [("gallery:upload_set", "maker", "422")]


def test_a_post_without_a_token_is_refused_everywhere_and_changes_nothing(world):
    given, changed = {}, []
    for viewer, client in browsers(world, enforce_csrf_checks=True).items():
        before = everything_kept()
        for row in ROWS:
            with undone(client):
                given[row.name, viewer] = ask(client, "post", row, world)
                if everything_kept() != before:
                    changed.append((row.name, viewer))
    let_in = {cell: status for cell, status in given.items() if status != "403"}
    # A method that there is not is told before; a visitor has no session that could be misused.
    assert set(let_in) == {(row.name, "visitor") for row in ROWS if row.route in LOOKS_FOR_ITSELF}
    assert changed == []
