"""How every address of the site is asked. An address without a row fails `test_matrix`; the package says what to write.

Addresses that show nothing of posts to anybody are asked all the same, without `tells`.
"""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from gallery.models import Case, FavouriteGroup
from tests.leaks.asking import PROBED, Ask, Row, about, each, files, of_tags, plain, searches, sent
from tests.leaks.queries import LOOSE, ON_PAGES, PROBES, PROGRAMS_PROBES
from tests.leaks.things import POSTS, THINGS, Thing, person
from tests.leaks.viewers import Viewer
from tests.leaks.world import World

EDIT = {"title": "New", "commentary": "", "tags": "1girl", "rating": "s", "prompt_visibility": "visible"}
PEOPLE = ("painter", "neighbour", "muted", "keeper", "bystander", "lone")
ALL_FILES = [
    ("180", "webp"), ("720", "webp"), ("b360", "webp"), ("180", "avif"), ("bare", "png"), ("original", "png"),
]  # fmt: skip


def dispute_of(world: World, thing: Thing) -> list[Any]:
    return [thing.pk, world.found["disputes"].get(thing.name, 2**40)]


def case_of(world: World, thing: Thing) -> list[Any]:
    return [world.found["cases"].get(thing.name, 2**40)]


def comment_of(world: World, thing: Thing) -> list[Any]:
    return [world.found["comments"].get(thing.name, 2**40)]


def pictures_sent(route: str, tells: bool) -> Row:
    """The picture of each thing, sent as a file of whoever asks."""

    def asks(world: World, viewer: Viewer) -> Any:
        for name in ("open", "explicit", "quarantined", "private take", "tag hidden by filter"):
            content = world.content[name]
            data = {"file": SimpleUploadedFile("a.png", content), "batch": "mine"}
            yield Ask(reverse(route), "post", data, sends=THINGS[name])

    return Row(route, asks, tells)


def opened_in_turn(world: World) -> list[Any]:
    probed = [thing.pk for thing in POSTS if thing.name in PROBED]
    cases = Case.objects.filter(kind__in=["appeal", "report"], post__in=probed)
    return list(cases.order_by("pk").values_list("pk", flat=True))


def own_and_others(world: World) -> list[Any]:
    return list(FavouriteGroup.objects.order_by("pk").values_list("pk", flat=True))


IDS = [str(thing.pk) for thing in POSTS]

# fmt: off
ROWS = [
    # config and accounts: nothing of posts
    *(plain(name) for name in (
        "health", "robots", "preferences", "account_login", "account_signup", "account_inactive",
        "account_reauthenticate", "account_email", "account_email_verification_sent", "account_confirm_login_code",
        "account_change_password", "account_set_password", "account_reset_password", "account_reset_password_done",
        "account_reset_password_from_key_done", "account_logout",
    )),
    plain("account_confirm_email", args=("no-such-key",)),
    plain("account_reset_password_from_key", args=("1", "no-such-key")),
    plain("gallery:sign_in_link", args=("no-such-token",)),

    # lists
    plain("gallery:front", tells=True),
    searches("gallery:posts", "tags", ON_PAGES),
    searches("gallery:posts", "tags", ("umbrella", "order:score"),
             f"page=a{THINGS['removed'].pk}", f"page=b{THINGS['removed'].pk}"),
    plain("gallery:posts", "select=1", "lift=nothing-such-rule-at-all", "page=2", "page=9999999", tells=True),
    searches("gallery:api_posts", "tags", LOOSE),
    searches("gallery:api_posts", "tags", ("umbrella",), "limit=3", f"page=b{THINGS['explicit'].pk}&limit=2"),
    searches("gallery:api_counts", "tags", ON_PAGES, tells=False),
    searches("gallery:random", "tags", ("", "umbrella", "rating:e", "status:removed", "~veiled ~smeared")),
    about("gallery:posts", *(f"tags={probe}" for probe in PROBES), "page=b{pk}", like_missing=False),
    about("gallery:api_posts", *(f"tags={probe}" for probe in PROGRAMS_PROBES), "page=a{pk}&limit=2",
          like_missing=False),
    about("gallery:api_counts", "tags=id:{pk}", "tags=parent:{pk}", tells=False),
    plain("gallery:changes", *(f"user={person(name)}" for name in PEOPLE), "", "added=veiled", tells=True),
    *(plain(f"gallery:{name}", args=(person(of),), tells=of == ("painter" if name == "profile" else "keeper"))
      for name in ("profile", "favourites", "lists_of") for of in PEOPLE if name == "profile" or of != "lone"),
    plain("gallery:lists"),
    each("gallery:list", own_and_others, tells=True),
    each("gallery:edit_list", own_and_others, tells=True),
    each("gallery:delete_list", own_and_others),
    plain("gallery:saved", tells=False),
    plain("gallery:duplicates", tells=True),
    plain("generation:takes", f"page={THINGS['private take'].pk + 1}.{THINGS['private take'].pk + 1}", "", "all=1",
          "q=status:any", "q=umbrella", "view=strip", tells=True),
    about("generation:takes", "part=stage&at={pk}", "view=strip&at={pk}", "part=stack&open={pk}", "q=id:{pk}",
          "q=parent:{pk}", "q=child:{pk}", kinds=("take",), like_missing=False, tells=True),
    about("generation:compare", "a={pk}&b={pk}", "a={pk}&b={open}", "a={pk}", kinds=("take",),
          like_missing=False),
    plain("generation:complete_takes", "q=zq", "q=umb", "q=prompt:zq", "q=model:", "q=lora:", tells=True),
    plain("generation:storage"),
    sent("generation:mark", {"act": "pick", "ids": "0"}, {"act": "bin", "scope": "found", "q": "id:>0 is:lettered"}),
    sent("generation:undo_mark", {"token": "none"}),
    plain("generation:styles", "", "of=me", tells=True),
    each("generation:style", lambda world: world.found["styles"], tells=True),
    *(each(f"generation:style_{name}", lambda world: world.found["styles"])
      for name in ("edit", "delete", "report", "moderate")),
    each("generation:style_report", lambda world: world.found["styles"], method="post", rule="hate", reason="x"),
    each("generation:style_moderate", lambda world: world.found["styles"], method="post", act="hide", reason=""),
    each("generation:style_posts", lambda world: world.found["styles"], method="post", add=IDS[4]),
    each("generation:style_posts", lambda world: world.found["styles"], method="post", take_out=IDS[4]),
    plain("gallery:upload", tells=True),
    each("gallery:upload_set", lambda world: ["secret-set"], tells=True),

    # one post
    about("gallery:post", "", "q=umbrella", args=lambda world, thing: [thing.pk], every=True),
    about("gallery:api_post", every=True),
    about("gallery:post_history"),
    about("gallery:post_rating"),
    about("gallery:post_label"),
    about("gallery:recipe_history"),
    about("gallery:recipe_edit"),
    about("gallery:api_generation_versions"),
    about("gallery:post_tags"),
    about("gallery:post_edit"),
    about("gallery:post_withdraw"),
    about("gallery:similar_strip", fragment=True),
    about("gallery:similar_strip", tells=False),
    about("gallery:api_similar"),
    about("gallery:api_iqdb_queries", "post_id={pk}"),
    about("gallery:compare", "a={pk}&b={open}", "a={open}&b={pk}", like_missing=False),
    about("generation:create", "remix={pk}&seed=same", "edit={pk}"),
    about("generation:remix_diff", every=True),
    about("gallery:post_tags", post={"tags": "cat", "seen": ""}),
    about("gallery:post_version", post={"act": "revert"}, args=lambda world, thing: [thing.pk, 1]),
    about("gallery:post_rating", post={"act": "vote", "rating": "e"}),
    about("gallery:post_label", post={"act": "dispute", "level": "human", "reason": "x"}),
    about("gallery:label_dispute", post={"act": "reject", "reason": "x"}, args=dispute_of),
    about("gallery:recipe_edit", post={"seen": "1", "prompt": "2girls", "act": "save"}),
    about("gallery:recipe_revert", post={}, args=lambda world, thing: [thing.pk, 1]),
    about("gallery:ask_prompt", post={}),
    about("gallery:post_edit", post=EDIT),
    about("gallery:post_withdraw", post={}),
    about("gallery:post_moderate", post={"act": "remove", "rating": "", "reason": "x"}, like_missing=True),
    about("gallery:show_post", post={}),
    about("gallery:vote", post={"score": "1"}),
    about("gallery:favourite", post={"keep": "1"}),
    about("gallery:put_in_list", post={"name": "cats"}),
    about("gallery:count_look", post={}),
    about("gallery:draft", kinds=("draft",)),
    about("gallery:draft", kinds=("draft",), post={"act": "save", "tags": "cat"}),
    about("gallery:draft_discard", kinds=("draft",), tells=True),
    about("gallery:draft_discard", kinds=("draft",), post={}),
    about("generation:take", kinds=("take",)),
    about("generation:lineage", kinds=("take",)),
    about("generation:take_marks", post={"flag": "pick", "stars": "1"}, kinds=("take",)),
    about("generation:publish", kinds=("take",)),
    about("generation:publish", kinds=("take",), post=EDIT),
    about("generation:letters", kinds=("take",), tells=False),
    about("generation:letters", kinds=("take",), post={"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "0"}),
    about("generation:letters_preview", kinds=("take",), post={"text": "x"}),
    *(about("generation:layers", kinds=("take",), tells=False, args=lambda world, thing, ext=ext: [thing.pk, ext])
      for ext in ("ora", "psd")),
    about("generation:create", "take={pk}", "edit_take={pk}", kinds=("take",)),
    about("generation:canvas", "source=take:{pk}", kinds=("take",)),
    about("generation:canvas", "source=post:{pk}"),
    about("generation:keep", kinds=("take",), post={}),
    about("generation:style_new", "take={pk}", kinds=("take",)),
    *(about("generation:take_file", kinds=("take",), args=lambda world, thing, ext=ext: [thing.pk, ext])
      for ext in ("png", "jpg", "webp")),

    # files
    files("gallery:media", ALL_FILES),
    files("gallery:media", [("original", "png"), ("original", "jpg")], "prompt=0", "download&prompt=0", "sig=forged"),

    # tags, words, completion
    of_tags("gallery:tag", "/tags/{tag}", like_missing=True),
    of_tags("gallery:tag_named", "/tags/_tag?name={tag}", like_missing=True),
    of_tags("gallery:tag_history", "/tags/_history?name={tag}", tells=False, like_missing=True),
    of_tags("gallery:complete", "/tags/complete?q={start}"),
    of_tags("gallery:complete", "/tags/complete?q={start}&box=tags"),
    of_tags("gallery:api_tags", "/tags.json?search[name_matches]={start}*"),
    of_tags("gallery:tags", "/tags?name={start}*"),
    of_tags("gallery:related_tags", "/tags/related?q={tag}", tells=False),
    of_tags("gallery:posts", "/posts?tags={start}x", tells=False),
    of_tags("gallery:wiki_page", "/wiki/{tag}", like_missing=True, tells=False),
    searches("gallery:related_tags", "q", ("", "umbrella", "rating:e", "veiled", "status:any")),
    searches("gallery:related_panel", "q", ("", "umbrella", "rating:e", "veiled", "status:any")),
    plain("gallery:complete", "q=lora:zq", "q=lora:", "q=generator:", "q=user:", "q=fav:", "q=favgroup:", "q=search:",
          "q=source:", "q=model:", "q=zq", "q=parent:", tells=True),
    plain("gallery:tags", "name=zq*", "", "order=newest", "order=name", tells=True),
    plain("gallery:api_tags", "search[name_matches]=*", "search[name_matches]=zq*&limit=500", tells=True),
    *(plain("gallery:tag", args=(name,), tells=True) for name in ("umbrella", "veiled", "smeared")),
    plain("gallery:wiki", "", "q=zq&text=1", "q=rating&text=1"),
    *(plain("gallery:wiki_page", args=(name,), tells=True) for name in ("umbrella", "veiled")),
    plain("gallery:wiki_page_named", "title=umbrella"), plain("gallery:wiki_edit", "title=umbrella"),
    plain("gallery:wiki_history", "title=umbrella"),
    plain("gallery:tag_floors"), plain("gallery:search_help"), plain("gallery:refusal_help"), plain("gallery:chores"),
    plain("gallery:about"),
    *(plain(f"gallery:{name}") for name in (
        "tag_category", "tag_deprecate", "tag_revert", "wiki_revert", "wiki_state", "create_list", "saved_seen",
        "undelete_saved", "zone", "review_next",
    )),

    # forms that name posts, or that count them
    sent("gallery:tag_script", {"ids": IDS, "script": "cat"}, {"ids": IDS, "script": "parent:" + IDS[4]}, tells=True),
    sent("gallery:bulk_update_new", {"act": "preview", "title": "x", "reason": "",
                                     "script": "\n".join(f"update {thing.word('ta')} -> cat" for thing in POSTS)}),
    sent("gallery:bulk_update_new", {"act": "preview", "title": "x", "reason": "",
                                     "script": "mass update rating:e -> cat"}),
    sent("gallery:filter_new", {"name": "x", "hide": "zqbbbf*\nparent:" + IDS[4], "blur": ""}),
    sent("gallery:filters", {"hide": f"id:{IDS[4]}", "blur": f"similar:{IDS[4]}"}),
    pictures_sent("gallery:verify", True),
    pictures_sent("gallery:api_verify", True),
    pictures_sent("gallery:upload_file", False),
    sent("gallery:wiki_edit", {"title": "new_page", "body": f"post #{IDS[4]} {{{{rating:e}}}}", "act": "preview"}),
    sent("gallery:saved", {"query": f"id:{IDS[4]}", "labels": ""}),
    sent("gallery:create_list", {"name": "x", "is_public": "on"}),

    # moderators' work
    *(plain(f"gallery:{name}", tells=True) for name in (
        "review_queue", "moderation_log",
    )),
    plain("gallery:moderation_waiting"), plain("gallery:label_disputes"),
    plain("gallery:review_queue", "kind=report", "kind=flag", "kind=rating", "kind=label", "kind=appeal", "kind=post"),
    *(plain(f"gallery:{name}") for name in ("moderation", "refusal_rules", "refusal_rule_new")),
    plain("gallery:refusal_rule", args=(2**40,)),
    each("gallery:review_case", opened_in_turn, tells=True),
    about("gallery:review_act", args=case_of, post={"act": "claim"}, like_missing=False),
    each("gallery:settle_pair", lambda world: world.found["pairs"][:12], method="post"),

    # people's own
    plain("gallery:prompt_requests", tells=False),
    each("gallery:answer_prompt", lambda world: world.found["requests"], method="post", act="grant"),
    *(each(f"gallery:{name}", lambda world: world.found["saved"], method="post")
      for name in ("open_saved", "relabel_saved", "delete_saved")),
    *(plain(f"gallery:{name}") for name in ("settings", "age_notice", "filters", "filter_new")),
    *(each(f"gallery:{name}", lambda world: world.found["filters"])
      for name in ("filter_edit", "filter_delete", "filter_share")),
    plain("gallery:filter_shared", args=("no-such-key",)),
    *(plain(f"gallery:{name}", args=("painter",)) for name in ("role", "undo_edits", "mute")),

    # comments; everyone below who wrote one is "keeper"
    about("gallery:post_comments"),
    about("gallery:post_comments", post={"act": "send", "text": "Lovely."}),
    about("gallery:comments_open", post={"open": "0"}),
    plain("gallery:newest_comments", "", "by=keeper", "on=mine", tells=True),
    plain("gallery:api_comments", "", "limit=100", tells=True),
    about("gallery:api_comments", "post_id={pk}", like_missing=False),
    about("gallery:comment", args=comment_of, like_missing=False, tells=False),
    *(about(f"gallery:{act}_comment", args=comment_of, post=form, like_missing=False) for act, form in (
        ("edit", {"act": "send", "text": "x"}), ("withdraw", {}), ("vote", {"score": "1"}),
        ("report", {"rule": "spam", "text": "x"}), ("moderate", {"act": "remove", "rule": "spam", "reason": "x"}),
    )),

    # what people say to moderators and are told
    about("gallery:report_post"),
    about("gallery:report_post", post={"rule": "spam", "reason": "x"}),
    about("gallery:flag_post"),
    about("gallery:flag_post", post={"rule": "spam", "reason": "x"}),
    *(plain(f"gallery:{name}") for name in ("own_voices", "rules", "transparency", "filter_help", "privacy")),
    plain("gallery:own_statements", tells=True),
    each("gallery:statement", lambda world: world.found["statements"][::2], tells=True),
    each("gallery:take_voice_back", lambda world: world.found["voices"][::9], method="post"),
    about("gallery:receipt", args=lambda world, thing: [f"receipt-{thing.index}"], like_missing=False, tells=False),
    *(plain(f"gallery:{name}", args=("painter",)) for name in ("report_user", "person_sanctions")),
    plain("gallery:bans"),
    *(plain(f"gallery:{name}", args=(2**40,)) for name in ("ban", "strike")),
    plain("gallery:moderation_dashboard"),
    plain("gallery:transparency_of", args=(2026,)),

    # accounts
    *(plain(f"gallery:{name}") for name in ("account", "delete_account", "sessions", "account_copy")),
    plain("gallery:account_copy_file", args=("no-such-key",)),
    *(plain(name) for name in (
        "usersessions_list", "mfa_index", "mfa_authenticate", "mfa_reauthenticate", "mfa_activate_totp",
        "mfa_deactivate_totp", "mfa_view_recovery_codes", "mfa_generate_recovery_codes",
        "mfa_download_recovery_codes", "mfa_list_webauthn", "mfa_add_webauthn", "mfa_reauthenticate_webauthn",
    )),
    *(plain(name, args=(1,)) for name in ("mfa_remove_webauthn", "mfa_edit_webauthn")),

    # bulk updates
    plain("gallery:bulk_updates"),
    plain("gallery:bulk_update_new"),
    *(each(f"gallery:bulk_update{act}", lambda world: [world.found["bulk"]])
      for act in ("", "_progress", "_vote", "_comment", "_decide")),

    # drawing
    plain("generation:create", *(f"{name}={{}}".format(THINGS["private take"].pk) for name in ("again", "request"))),
    plain("generation:estimate", "prompt=zqb", "prompt=umbrella"),
    each("generation:request", lambda world: [world.found["take"].job.request_id, world.found["running"].request_id]),
    each("generation:request_cancel", lambda world: [world.found["running"].request_id]),
    each("generation:job_cancel", lambda world: [world.found["running"].pk]),
    each("generation:job_preview", lambda world: [world.found["take"].job_id, world.found["running"].pk], tells=True),
    plain("generation:lab", "", *(f"{name}={THINGS['private take'].pk}" for name in ("take", "again", "lab"))),
    each("generation:lab", lambda world: [[]], method="post", act="check", x="seed", x_values="1"),
    plain("generation:lab_estimate", "x=words&x_values=zqb", "x=guidance&x_values=3,5&prompt=umbrella"),
    each("generation:lab_page", lambda world: [world.found["lab"].pk], tells=True),
    *(each("generation:lab_page", lambda world: [world.found["lab"].pk], method="post", act=act)
      for act in ("redraw", "sheet", "remove")),
    each("generation:lab_cancel", lambda world: [world.found["lab"].pk], method="post"),
    each("generation:lab_grid", lambda world: [world.found["lab"].pk]),
    each("generation:mask", lambda world: [world.found["mask"].pk]),
    *(plain(f"generation:{name}") for name in (
        "book", "queue", "queue_order", "worker_order", "queue_jobs", "models", "manage_models", "import_takes",
        "import_piece",
    )),
    plain("generation:model", args=("small",)),
    plain("generation:resource", args=("lora", "none")),
    plain("generation:manage_model", args=("checkpoint", 1)),
]
# fmt: on

STREAMS = {"generation:events"}
"""Asked by a test of their own: what they say has no end."""
