"""What must stay hidden is looked for in every byte that others get, of every page, file, header and error.

Six things of one member hold words that occur nowhere else: an explicit post, a removed one, a post whose prompt
is hidden, a take that was never published, a draft, and a wiki page that was deleted. A visitor and another member
ask for everything there is.
"""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import unquote

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from gallery.bulk_updates.requests import propose
from gallery.community import favourite_groups, opinions, saved_searches
from gallery.models import (
    Asset,
    BulkUpdateRequest,
    Case,
    Comment,
    FavouriteGroup,
    Post,
    SavedSearch,
    Statement,
    UploadDraft,
    User,
)
from gallery.models.asset import FORMATS, AssetFile, Variant
from gallery.models.moderation import ModerationKind
from gallery.models.review import CaseKind, SiteRule
from gallery.moderation.acts import remove, rerate, restore
from gallery.moderation.cases import open_case
from gallery.moderation.statements import appeal
from gallery.moderation.voices import report
from gallery.uploads import save_draft
from generation.models import PromptStyle, Take, Wildcard
from tagging.models import Tag
from tagging.wiki import Written, set_deleted, write_page
from tests.factories import (
    make_asset,
    make_checkpoint,
    make_image,
    make_mask,
    make_post,
    make_recipe,
    make_request,
    make_take,
    make_user,
    start_job,
)
from tests.gallery.uploads.files import by_webui, drafted
from tests.test_permission_matrix import routes

# Some ask the site a thousand times: minutes on a busy machine.
pytestmark = pytest.mark.timeout(1800)

PNG = b"\x89PNG\r\n\x1a\n"
SEED = 3141592653


@dataclass
class Hidden:
    """The things, and the secrets that no other may read."""

    maker: User
    explicit: Post
    removed: Post
    quiet: Post
    take: Take
    edit: Take
    running: Any
    public: list[Post]
    draft: UploadDraft
    receipt: str

    @cached_property
    def secrets(self) -> dict[str, bytes]:
        """What to look for, by what it is."""
        words = {
            "prompt of the explicit post": "zxprompte",
            "negative prompt of the explicit post": "zxnegativee",
            "title of the explicit post": "zxtitlee",
            "commentary of the explicit post": "zxcommentarye",
            "tag of the explicit post": "zxtage",
            "prompt of the removed post": "zxpromptr",
            "title of the removed post": "zxtitler",
            "commentary of the removed post": "zxcommentaryr",
            "tag of the removed post": "zxtagr",
            "prompt that is hidden": "zxprompth",
            "negative prompt that is hidden": "zxnegativeh",
            "prompt of the take": "zxpromptt",
            "negative prompt of the take": "zxnegativet",
            "prompt of the running picture": "zxpromptq",
            "prompt of the draft's file": "zxpromptd",
            "name of the draft's file": "zxname.png",
            "reason to rate the explicit post": "zxreasone",
            "reason to remove the removed post": "zxreasonr",
            "appeal for the removed post": "zxappealr",
            "title of the draft": "zxtitled",
            "source of the draft": "zxsource.example",
            "key of the draft's picture": self.draft.asset.key,
            "seed that is hidden": str(SEED),
            "name of a style": "zxstylename",
            "words of a style": "zxstylewords",
            "name of a wildcard": "zxwildcard",
            "name of the private list": "zxprivatelist",
            "a saved search": "zxsavedsearch",
            "label of a saved search": "zxlabel",
            "text of the deleted wiki page": "zxwikitext",
            "other name of the deleted wiki page": "zxwikiname",
            "Japanese name of the deleted wiki page": "秘密の頁",
            "comment on the explicit post": "zxcommentone",
            "comment on the removed post": "zxcommenttwo",
            "removed comment": "zxcommentthree",
            "what somebody reported": "zxreported",
            "what a check found": "zxfound",
            "key of the explicit post's picture": self.explicit.asset.key,
            "key of the removed post's picture": self.removed.asset.key,
            "key of the take's picture": self.take.asset.key,
        }
        for name, post in (("explicit", self.explicit), ("removed", self.removed)):
            # With what stands around it, for a number alone may be anything.
            words[f"address of the {name} post"] = reverse("gallery:post", args=[post.pk]) + '"'
            words[f"address of the {name} post, query behind it"] = reverse("gallery:post", args=[post.pk]) + "?"
            words[f"number of the {name} post in JSON"] = f'"id": {post.pk}, "created_at"'
            words[f"number of the {name} post as a remix"] = f"remix={post.pk}"
        for asset in (self.explicit.asset, self.removed.asset, self.take.asset):
            for file in asset.files.all():
                words[f"digest of {file.variant}.{file.format} of asset {asset.pk}"] = file.sha256
            words[f"digest of the pixels of asset {asset.pk}"] = asset.pixel_sha256
        original = AssetFile.objects.get(asset=self.quiet.asset, variant=Variant.ORIGINAL)
        words["digest of the original with the hidden prompt"] = original.sha256
        return {name: word.encode() for name, word in words.items()}


def recipe(letter: str, **fields: Any) -> Any:
    """A recipe whose every text is a secret of the thing with that letter."""
    return make_recipe(
        prompt=f"1girl, zxprompt{letter}", negative_prompt=f"zxnegative{letter}", width=200, height=160, **fields
    )


def picture(maker: User, made: Any) -> Asset:
    """Unlike every other one, or two files would be the same and their digests no secret."""
    number = Asset.objects.count()
    return make_asset(maker, image=make_image(200, 160, (30 * number % 256, 90, 250 - 30 * number % 256)), recipe=made)


@pytest.fixture
def hidden(db: None, settings: Any, tmp_path: Any) -> Hidden:
    """See the module. Public posts stand before, between and after the hidden ones."""
    settings.MEDIA_ROOT = tmp_path
    settings.MAX_PUBLIC_RATING = "sensitive"
    maker = make_user("maker", shown_ratings="gsqe")
    make_checkpoint("small")
    public = [make_post(maker, asset=picture(maker, make_recipe()), tags=["1girl", "umbrella"])]

    def post(letter: str, *, words: bool = True, **fields: Any) -> Post:
        made = recipe(letter, seed=SEED)
        texts = {"title": f"zxtitle{letter}", "commentary": f"zxcommentary{letter}"} if words else {}
        tags = ["1girl", "umbrella"] + ([f"zxtag{letter}"] if words else [])
        return make_post(maker, asset=picture(maker, made), recipe=made, tags=tags, **texts, **fields)

    explicit = post("e", rating="e")
    public.append(make_post(maker, asset=picture(maker, make_recipe()), tags=["1girl", "umbrella"]))
    removed = post("r", status="removed")
    quiet = post("h", words=False, prompt_visibility="hidden")
    public.append(quiet)
    public.append(make_post(maker, asset=picture(maker, make_recipe()), tags=["1girl", "umbrella"]))
    take = make_take(maker, prompt="1girl, zxpromptt", negative_prompt="zxnegativet", width=192, height=192, seed=SEED)
    waiting = make_request(maker, prompt="1girl, zxpromptq", count=1).jobs.get()
    start_job(waiting, preview=b"RIFF zxpromptq")
    private = favourite_groups.create(maker, "zxprivatelist", is_public=False)
    opened = favourite_groups.create(maker, "open")
    for kept in (explicit, public[0]):
        opinions.favourite(maker, kept)
        favourite_groups.add_to_group(maker, opened.pk, kept)
        favourite_groups.add_to_group(maker, private.pk, kept)
    saved_searches.save(maker, "umbrella zxsavedsearch", ["zxlabel"])
    write_page(maker, "burnt_page", Written("zxwikitext of the house", ("zxwikiname", "秘密の頁")), seen="")
    write_page(maker, "links", Written("See [[burnt page]]."), seen="")
    set_deleted(maker, "burnt_page", True)
    propose(maker, title="Rain", script="update umbrella -> rain\nalias brolly -> umbrella", reason="")
    for below, text, state in (
        (explicit, "zxcommentone", "standing"),
        (removed, "zxcommenttwo", "standing"),
        (public[0], "zxcommentthree", "removed"),
        (public[0], f"See post #{explicit.pk} and post #{removed.pk}.", "standing"),
    ):
        Comment.objects.create(post=below, author=maker, post_author=maker, text=text, state=state)
    report(make_user("reporter"), public[0], "spam", "zxreported")
    open_case(CaseKind.SCAN, post=explicit, facts={"rules": [{"rule": "zxfound", "words": ["zxfound"]}]})
    edit = make_take(maker, prompt="1girl, zxpromptt", source_take=take.pk, mask=make_mask(maker, 192, 192).pk)
    PromptStyle.objects.create(owner=maker, name="zxstylename", prompt="zxstylewords")
    Wildcard.objects.create(owner=maker, name="zxwildcard", text="zxwildcardline")
    draft = drafted(maker, by_webui(text="1girl, zxpromptd\nSteps: 20, Sampler: Euler a"), "zxname.png")
    save_draft(draft, {"title": "zxtitled", "source": "https://zxsource.example/1"})
    receipt = decided_about(explicit, removed)
    return Hidden(maker, explicit, removed, quiet, take, edit, waiting, public, draft, receipt)


def decided_about(explicit: Post, removed: Post) -> str:
    """Acts in the log, statements and an appeal about the hidden posts; the receipt of a report of the removed one."""
    moderator = make_user("zxmoderator", role="moderator")
    rerate(moderator, explicit, "s", "zxreasons")
    rerate(moderator, explicit, "e", "zxreasone")
    restore(moderator, removed, "zxreasonr")
    receipt = report(AnonymousUser(), removed, "rights", "zxvoicer").receipt
    remove(moderator, removed, "zxreasonr", SiteRule.RIGHTS)
    appeal(removed.author, Statement.objects.get(post=removed), "zxappealr")
    return receipt


@pytest.fixture(params=["visitor", "other member"])
def viewer(request: Any, hidden: Hidden) -> Client:
    """A browser that must not learn anything; the member would like to see every rating."""
    client = Client()
    if request.param != "visitor":
        someone = make_user("other", shown_ratings="gsqe")
        client.force_login(someone, "django.contrib.auth.backends.ModelBackend")
    return client


SEARCHES = (
    "", "1girl", "umbrella", "1girl umbrella", "1girl -umbrella", "~1girl ~umbrella", "rating:e", "rating:g,s,q,e",
    "-rating:g", "status:any", "status:removed", "status:active", "user:maker", "user:maker rating:e",
    "user:maker status:any", "user:maker order:id", "comments:>0", "commenter:maker", "commenter:any status:any",
    "order:created_at", "id:>0", "model:tiny", "1*", "z*", "*x*",
    "um*",
)  # fmt: skip
STAFFS = ("queue", "queue_order", "worker_order", "queue_jobs", "manage_models")
TYPED = ("zx", "z", "zxta", "um", "1g", "tag", "a", "zxtbg", "zxt", "burnt", "秘密")
"""Beginnings of words, none of them a whole secret: what is sent comes back in the page."""


def addresses(hidden: Hidden) -> Iterator[str]:
    """Everything that can be asked for by GET, each route of the site at least once."""
    posts = [*hidden.public, hidden.explicit, hidden.removed]
    takes_and_requests = [
        ("generation:take", hidden.take.pk),
        ("generation:publish", hidden.take.pk),
        ("generation:letters", hidden.take.pk),
        ("generation:letters_preview", hidden.take.pk),
        ("generation:request", hidden.take.job.request_id),
        ("generation:request", hidden.running.request_id),
        ("generation:request_cancel", hidden.running.request_id),
        ("generation:job_cancel", hidden.running.pk),
        ("generation:job_preview", hidden.running.pk),
        ("generation:job_preview", hidden.take.job_id),
        ("generation:mask", hidden.edit.job.request.mask_id),
        ("generation:take", hidden.edit.pk),
        ("generation:lineage", hidden.take.pk),
        ("generation:lineage", hidden.edit.pk),
        ("generation:take_marks", hidden.take.pk),
        ("generation:keep", hidden.take.pk),
        *((f"generation:{name}", 1) for name in ("lab_page", "lab_cancel", "lab_grid")),
    ]
    for extension in ("png", "jpg", "webp", "avif"):
        yield reverse("generation:take_file", args=[hidden.take.pk, extension])
    yield from (reverse("generation:layers", args=[hidden.take.pk, extension]) for extension in ("ora", "psd"))
    yield from (reverse(name, args=[number]) for name, number in takes_and_requests)
    listing = reverse("gallery:posts")
    for query in SEARCHES:
        yield f"{listing}?tags={query}"
        yield f"{listing}?tags={query}&page=b{hidden.removed.pk}"
        yield f"{reverse('gallery:post', args=[hidden.quiet.pk])}?q={query}"
    for query in SEARCHES:
        for name in ("api_posts", "api_counts"):
            yield f"{reverse(f'gallery:{name}')}?tags={query}"
        yield f"{reverse('gallery:api_posts')}?tags={query}&page=b{hidden.removed.pk}"
    for post in posts:
        yield reverse("gallery:api_post", args=[post.pk])
        yield reverse("gallery:api_similar", args=[post.pk])
        yield f"{reverse('gallery:api_iqdb_queries')}?post_id={post.pk}"
        yield f"{listing}?tags=similar:{post.pk}"
        yield f"{listing}?page=b{post.pk}"
        yield f"{listing}?page=a{post.pk}"
    for text in TYPED:
        yield f"{reverse('gallery:api_tags')}?search[name_matches]={text}*"
        yield f"{reverse('gallery:complete')}?q={text}"
        yield f"{reverse('gallery:posts')}?tags={text}"
        yield f"{reverse('gallery:posts')}?tags={text}q+1girl"
        yield f"{reverse('generation:estimate')}?prompt={text}"
    for post in posts:
        acts = ("vote", "favourite", "put_in_list", "count_look", "post_tags", "post_history", "similar_strip")
        for name in ("post", "post_edit", "post_withdraw", "post_moderate", *acts):
            yield reverse(f"gallery:{name}", args=[post.pk])
        yield reverse("gallery:post_version", args=[post.pk, 1])
        for name in ("recipe_edit", "recipe_history", "ask_prompt", "api_generation_versions"):
            yield reverse(f"gallery:{name}", args=[post.pk])
        yield reverse("generation:remix_diff", args=[post.pk])
        yield f"{reverse('generation:canvas')}?source=post:{post.pk}"
        yield f"{reverse('generation:lab')}?remix={post.pk}"
        yield f"{listing}?tags=remixof:{post.pk}"
        yield reverse("gallery:recipe_revert", args=[post.pk, 1])
        for other in (hidden.public[0].pk, post.pk):
            yield f"{reverse('gallery:compare')}?a={post.pk}&b={other}"
            yield f"{reverse('gallery:compare')}?a={other}&b={post.pk}"
        yield f"{reverse('generation:create')}?remix={post.pk}&seed=same"
        yield f"{reverse('generation:create')}?remix={post.pk}"
        yield f"{reverse('generation:create')}?edit={post.pk}"
    for number in (hidden.take.pk, hidden.take.job_id, hidden.take.job.request_id, hidden.running.request_id):
        for name in ("take", "again", "request", "edit_take"):
            yield f"{reverse('generation:create')}?{name}={number}"
        for name in ("lab", "style_new"):
            yield f"{reverse(f'generation:{name}')}?take={number}"
        yield f"{reverse('generation:canvas')}?source=take:{number}"
    for name in ("draft", "draft_discard"):
        yield reverse(f"gallery:{name}", args=[hidden.draft.pk])
    yield reverse("gallery:upload_set", args=[hidden.draft.batch])
    yield from (reverse(f"gallery:{name}") for name in ("upload", "upload_file"))
    for asset in [post.asset for post in posts] + [hidden.take.asset, hidden.draft.asset]:
        for variant in Variant.values:
            for extension in FORMATS:
                yield reverse("gallery:media", args=[asset.key, variant, extension])
        for extension in ("png", "webp"):
            yield reverse("gallery:media", args=[asset.key, "original", extension]) + "?download"
            yield reverse("gallery:media", args=[asset.key, "original", extension]) + "?download&prompt=0"
    for name in ("maker", "other", "nobody", "zx"):
        for route in ("profile", "role", "favourites", "lists_of", "undo_edits", "report_user"):
            yield reverse(f"gallery:{route}", args=[name])
    for group in FavouriteGroup.objects.all():
        for name in ("list", "edit_list", "delete_list"):
            yield reverse(f"gallery:{name}", args=[group.pk])
    for saved in SavedSearch.objects.all():
        for name in ("open_saved", "relabel_saved", "delete_saved"):
            yield reverse(f"gallery:{name}", args=[saved.pk])
    for query in ("", "umbrella", "1girl umbrella", "zxtage", "rating:e"):
        for name in ("related_tags", "related_panel"):
            yield f"{reverse(f'gallery:{name}')}?q={query}"
    yield from (reverse(f"gallery:{name}") for name in ("saved", "saved_seen", "undelete_saved"))
    yield from (f"{reverse('gallery:changes')}?user={name}" for name in ("maker", "moderator", "nobody"))
    for name in ("1girl", "zx", "umbrella", "zxtag", "burnt_page"):
        yield reverse("gallery:tag", args=[name])
        yield reverse("gallery:wiki_page", args=[name])
        for route in ("tag_named", "tag_history", "tag_revert"):
            yield f"{reverse(f'gallery:{route}')}?name={name}"
        for field in ("added", "removed"):
            yield f"{reverse('gallery:changes')}?{field}={name}"
        yield f"{reverse('gallery:wiki_page_named')}?title={name}"
        yield f"{reverse('gallery:wiki_edit')}?title={name}"
        yield f"{reverse('gallery:wiki_history')}?title={name}"
        yield f"{reverse('gallery:wiki_history')}?title={name}&from=1&to=2"
    for query in ("", "?name=zx*", "?name=zx", "?name=*&order=newest", "?order=name&page=1", "?deprecated=no&wiki=no"):
        yield reverse("gallery:tags") + query
    for query in ("", "?q=zx", "?q=zx&text=1", "?q=burnt", "?q=house&text=1", "?order=title", "?order=created"):
        yield reverse("gallery:wiki") + query
    for query in SEARCHES:
        yield f"{reverse('gallery:random')}?tags={query}"
        yield f"{listing}?tags={query}&select=1"
    for name in ("tag_category", "tag_deprecate", "wiki_revert", "wiki_state", "tag_script"):
        yield reverse(f"gallery:{name}")
    plain = (
        "front",
        "settings",
        "moderation",
        "moderation_waiting",
        "review_queue",
        "review_next",
        "moderation_log",
        "moderation_dashboard",
        "transparency",
        "refusal_rules",
        "refusal_rule_new",
        "refusal_help",
        "filter_help",
        "duplicates",
        "about",
        "rules",
        "own_voices",
        "own_statements",
        "lists",
        "create_list",
        "search_help",
    )
    yield from (reverse(f"gallery:{name}") for name in plain)
    yield reverse("gallery:moderation_dashboard") + "?days=365"
    yield reverse("gallery:transparency") + "?format=json"
    yield from (reverse("gallery:transparency_of", args=[year]) for year in (timezone.now().year, 1999))
    for number in BulkUpdateRequest.objects.values_list("pk", flat=True):
        for act in ("", "_progress", "_vote", "_comment", "_decide"):
            yield reverse(f"gallery:bulk_update{act}", args=[number])
    for query in ("", "?status=pending", "?before=9"):
        yield reverse("gallery:bulk_updates") + query
    yield from (reverse(f"gallery:{name}") for name in ("bulk_update_new", "chores"))
    yield reverse("gallery:settle_pair", args=[1])
    yield from (reverse(f"gallery:{name}") for name in ("filters", "filter_new", "age_notice"))
    yield from (reverse(f"gallery:{name}", args=[1]) for name in ("filter_edit", "filter_delete", "filter_share"))
    yield reverse("gallery:filter_shared", args=["no-such-key"])
    yield reverse("gallery:mute", args=["maker"])
    yield from (reverse("gallery:show_post", args=[post.pk]) for post in posts)
    others = (
        "gallery:tag_floors",
        "gallery:label_disputes",
        "gallery:zone",
        "gallery:verify",
        "gallery:api_verify",
        "robots",
    )
    yield from (reverse(name) for name in others)
    yield reverse("gallery:refusal_rule", args=[1])
    for post in posts:
        yield reverse("gallery:post_label", args=[post.pk])
        yield reverse("gallery:post_rating", args=[post.pk])
        yield from (reverse(f"gallery:{name}", args=[post.pk]) for name in ("report_post", "flag_post"))
        yield reverse("gallery:label_dispute", args=[post.pk, 1])
        yield from (reverse(f"gallery:{name}", args=[post.pk]) for name in ("post_comments", "comments_open"))
        yield f"{reverse('gallery:api_comments')}?post_id={post.pk}"
    yield from (f"{reverse('gallery:moderation_log')}?kind={kind}" for kind in ModerationKind)
    for number in (*Statement.objects.values_list("pk", flat=True), 2**62):
        yield reverse("gallery:statement", args=[number])
    yield reverse("gallery:take_voice_back", args=[1])
    yield from (reverse("gallery:receipt", args=[token]) for token in ("no-such-token", hidden.receipt))
    for name in ("newest_comments", "api_comments"):
        yield reverse(f"gallery:{name}")
    yield from (f"{reverse('gallery:newest_comments')}?{query}" for query in ("by=maker", "on=mine", "before=99"))
    for number in Comment.objects.values_list("pk", flat=True):
        yield reverse("gallery:comment", args=[number])
        for act in ("edit", "withdraw", "vote", "report", "moderate"):
            yield reverse(f"gallery:{act}_comment", args=[number])
    for number in Case.objects.values_list("pk", flat=True):
        yield reverse("gallery:review_case", args=[number])
        yield reverse("gallery:review_act", args=[number])
    yield reverse("gallery:prompt_requests")
    yield reverse("gallery:answer_prompt", args=[1])
    yield reverse("gallery:sign_in_link", args=["no-such-token"])
    yield from (reverse(f"generation:{name}") for name in ("book", "create", "events", "import_takes", "import_piece"))
    yield from (reverse(f"generation:{name}") for name in ("takes", *STAFFS, "models"))
    yield reverse("generation:resource", args=["lora", "none"])
    yield reverse("generation:manage_model", args=["checkpoint", 1])
    desk = reverse("generation:takes")
    for asked in (f"page={hidden.take.pk + 1}.{hidden.take.pk + 1}", "q=status:any", "q=1girl", "all=1"):
        yield f"{desk}?{asked}"
    for part in ("page", "stack", "stage"):
        yield f"{desk}?part={part}&open={hidden.take.pk}&at={hidden.take.pk}"
        yield f"{desk}?view=strip&open={hidden.take.pk}&at={hidden.take.pk}"
    yield from (reverse("generation:complete_takes") + f"?q={begun}" for begun in ("1g", "z", "prompt:z", "lora:"))
    yield reverse("generation:compare") + f"?a={hidden.take.pk}&b={hidden.edit.pk}"
    yield from (reverse(f"generation:{name}") for name in ("mark", "undo_mark", "storage", "styles", "lab_estimate"))
    for name in ("style", "style_edit", "style_delete", "style_posts", "style_report", "style_moderate"):
        yield reverse(f"generation:{name}", args=["none"])
    yield reverse("generation:model", args=["small"])
    yield reverse("generation:model", args=["zx"])
    yield from (reverse(name) for name in ("health", "preferences", "account_login", "account_signup"))
    for name in ("account", "account_copy", "delete_account", "sessions", "privacy", "bans"):
        yield reverse(f"gallery:{name}")
    yield from (reverse(f"gallery:{name}", args=[1]) for name in ("ban", "strike"))
    yield reverse("gallery:account_copy_file", args=["no-such-key"])
    yield reverse("gallery:person_sanctions", args=["maker"])
    yield "/no/such/page"


def test_every_route_of_the_site_is_asked(hidden: Hidden) -> None:
    from django.urls import resolve

    asked = {resolve(address.split("?")[0]).view_name for address in addresses(hidden) if address != "/no/such/page"}
    ours = {name for name, _pattern in routes() if not name.startswith(("account_", "mfa_", "usersessions_"))}
    assert ours - asked == set()


def readable(body: bytes) -> bytes:
    """A body with all its texts in the open: those that a PNG keeps compressed are added."""
    if not body.startswith(PNG):
        return body
    texts, at = [], len(PNG)
    while at < len(body):
        length, kind = int.from_bytes(body[at : at + 4]), body[at + 4 : at + 8]
        data = body[at + 8 : at + 8 + length]
        if kind in (b"zTXt", b"iTXt"):
            # After the keyword and its NUL: the method, or flag, method, language and translated keyword.
            rest = data.split(b"\0", 1)[1]
            packed = rest[1:] if kind == b"zTXt" else rest[2:].split(b"\0", 2)[2] if rest[:1] == b"\1" else b""
            texts.append(zlib.decompress(packed) if packed else b"")
        at += 12 + length
    return body + b"".join(texts)


def everything_said(response: Any) -> bytes:
    """Status line, headers, cookies and body; addresses also as they read unquoted."""
    head = "\n".join(f"{name}: {value}" for name, value in response.items()) + response.cookies.output()
    body = b"" if response.streaming else readable(response.content)
    text = head.encode() + b"\n\n" + body
    return text + unquote(text.decode("utf-8", "replace")).encode()


def found_in(hidden: Hidden, address: str, response: Any) -> list[str]:
    """The names of the secrets that this answer gives away.

    What stands in the address itself is sent back in links and forms, which tells nobody anything new.
    """
    said, asked = everything_said(response), unquote(address).encode()
    return [name for name, word in hidden.secrets.items() if word.rstrip(b'"?') not in asked and word in said]


def test_the_search_for_secrets_finds_them_where_they_are(hidden: Hidden) -> None:
    """Their own author, or of deleted pages and cases a moderator, reads all of them: a search that found nothing
    would prove nothing."""
    found: set[str] = set()
    for reader in (hidden.maker, make_user("moderator", role="moderator")):
        client = Client()
        client.force_login(reader, "django.contrib.auth.backends.ModelBackend")
        for address in addresses(hidden):
            if reader == hidden.maker or "/wiki" in address or "/moderation/" in address:
                found.update(found_in(hidden, address, client.get(address)))
    unwritten = "digest of (bare|the pixels)|address of .* behind"
    assert {name for name in hidden.secrets if not re.match(unwritten, name)} - found == set()


def test_no_answer_holds_a_secret(viewer: Client, hidden: Hidden) -> None:
    leaks: dict[str, list[str]] = {}
    for address in addresses(hidden):
        response = viewer.get(address)
        assert response.status_code != 500, address
        leaked = found_in(hidden, address, response)
        if leaked:
            leaks[address] = leaked
    assert leaks == {}


def test_hidden_things_answer_as_if_they_did_not_exist(viewer: Client, hidden: Hidden) -> None:
    """Status, headers and page are those of a number or key that nothing ever had."""

    def said(address: str, own: str) -> tuple[int, list[tuple[str, str]], str]:
        response = viewer.get(address)
        name_of_it = re.compile(rf"(?<=[/=]){own}\b|(?<=%3D){own}\b")
        text = name_of_it.sub("…", re.sub(r'csrfmiddlewaretoken" value="\w+"', "", response.text))
        headers = [(name, name_of_it.sub("…", value)) for name, value in response.items() if name != "Content-Length"]
        return response.status_code, sorted(headers), text

    missing = 2**40
    for post in (hidden.explicit, hidden.removed):
        about = ("post", "post_edit", "post_withdraw", "api_post", "recipe_edit", "recipe_history")
        for name in (f"gallery:{name}" for name in (*about, "api_generation_versions")):
            real, invented = (reverse(name, args=[number]) for number in (post.pk, missing))
            assert said(real, str(post.pk)) == said(invented, str(missing)), real
        for name in ("remix", "edit"):
            start = f"{reverse('generation:create')}?{name}="
            assert said(f"{start}{post.pk}", str(post.pk)) == said(f"{start}{missing}", str(missing))
    for asset in (hidden.explicit.asset, hidden.removed.asset, hidden.take.asset, hidden.draft.asset):
        for file in asset.files.all():
            real = reverse("gallery:media", args=[asset.key, file.variant, file.format])
            invented = real.replace(asset.key, "A" * len(asset.key))
            assert said(real, asset.key) == said(invented, "A" * len(asset.key)), real
    for name in ("gallery:draft", "gallery:draft_discard"):
        real, invented = (reverse(name, args=[number]) for number in (hidden.draft.pk, missing))
        assert said(real, str(hidden.draft.pk)) == said(invented, str(missing)), real
    for name in ("generation:take", "generation:publish"):
        real, invented = (reverse(name, args=[number]) for number in (hidden.take.pk, missing))
        assert said(real, str(hidden.take.pk)) == said(invented, str(missing)), real


def test_a_known_digest_gets_no_not_modified(viewer: Client, hidden: Hidden) -> None:
    for asset in (hidden.explicit.asset, hidden.removed.asset, hidden.take.asset):
        for file in asset.files.all():
            address = reverse("gallery:media", args=[asset.key, file.variant, file.format])
            for digest in (f'"{file.sha256}"', "*"):
                assert viewer.get(address, headers={"If-None-Match": digest}).status_code == 404


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("user:maker rating:e", 0),
        ("rating:e", 0),
        ("status:removed", 0),
        ("user:maker status:any", 4),
        ("user:maker", 4),
        ("umbrella", 4),
        ("umbrella -1girl", 0),
        ("zxtage", 0),
        ("zxtagr", 0),
        ("-zxtage", 4),
        ("~zxtage ~umbrella", 4),
    ],
)
def test_counts_are_of_what_the_viewer_may_see(viewer: Client, hidden: Hidden, query: str, count: int) -> None:
    page = viewer.get(reverse("gallery:posts"), {"tags": query})
    assert page.status_code == 200
    assert page.context["page"].count == count
    assert len(page.context["cards"]) == count
    assert page.text.count('class="tile__link"') == count


def test_previous_and_next_step_over_hidden_posts(viewer: Client, hidden: Hidden) -> None:
    newest_first = [post.pk for post in reversed(hidden.public)]
    for query in ("", "umbrella", "user:maker status:any", "order:created_at", "order:id"):
        order = newest_first[::-1] if query == "order:id" else newest_first
        for place, number in enumerate(order):
            page = viewer.get(reverse("gallery:post", args=[number]), {"q": query} if query else {})
            beside = [order[place - 1] if place else None, order[place + 1] if place + 1 < len(order) else None]
            links = [re.search(rf'href="/posts/(\d+)[^"]*" rel="{rel}"', page.text) for rel in ("prev", "next")]
            assert [int(link[1]) if link else None for link in links] == beside, (query, number)


def test_a_tag_of_hidden_posts_alone_is_like_one_that_nobody_ever_wrote(viewer: Client, hidden: Hidden) -> None:
    """Neither completion nor a search tells that it exists."""
    for name in ("zxtage", "zxtagr"):
        assert Tag.objects.filter(name=name).exists()
        invented = "zxtago"
        for route, field in (("gallery:complete", "q"), ("gallery:posts", "tags")):
            answers = [viewer.get(reverse(route), {field: word}) for word in (name, invented)]
            texts = [
                re.sub(r'csrfmiddlewaretoken" value="\w+"|random%3A\d+', "", answer.text).replace(word, "…")
                for answer, word in zip(answers, (name, invented), strict=True)
            ]
            assert texts[0] == texts[1], (route, name)


def test_a_hidden_prompt_stays_out_of_the_file_and_the_label_stays_in(viewer: Client, hidden: Hidden) -> None:
    response = viewer.get(reverse("gallery:media", args=[hidden.quiet.asset.key, "original", "png"]))
    said = readable(response.content)
    assert response.status_code == 200
    assert b"trainedAlgorithmicMedia" in said
    assert b"zx" not in said
    assert str(SEED).encode() not in said
    assert "no-store" in response["Cache-Control"]
