"""Takes that come: what is believed of them, what stays away and why, and nothing twice whatever happens."""

import io
import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from gallery import ingest
from gallery.models import Asset, LockedAway, Post, UploadAllowance, User
from gallery.models.post import AiEvidence, AiLevel
from gallery.storing import content_of
from generation import takes
from generation.imports import bringing, carrying_out, lineage, pictures, states
from generation.imports.carrying_out import bring_waiting
from generation.imports.lineage import without_circles
from generation.imports.report import report_of
from generation.models import AccountImport, BroughtTake, Mask, Take, Wildcard
from generation.models.take import TakeKind
from tests.factories import make_take, make_user
from tests.gallery.pictures.files import saved
from tests.gallery.uploads.files import by_webui, picture, plain
from tests.generation.imports.copies import brought, copy_of, copy_with, going_on, packed, row, sent, table

pytestmark = pytest.mark.django_db

WANTED: dict[str, Any] = {"tags": ["1girl"], "rating": "g"}


@pytest.fixture
def noa() -> User:
    return make_user("noa")


def mask_file(size: tuple[int, int] = (320, 240)) -> bytes:
    from PIL import Image

    image = Image.new("L", size, 0)
    image.paste(255, (0, 0, size[0] // 2, size[1]))
    return saved(image, "PNG")


def one_take(user: User) -> Take:
    return Take.objects.get(owner=user)


def reasons(run: AccountImport) -> list[str]:
    rows = BroughtTake.objects.filter(run=run, outcome="left_out").order_by("pk")
    return [reason["code"] for reason in rows.values_list("reason", flat=True)]


def test_a_recipe_from_outside_is_a_claim_and_the_label_what_the_file_proves(noa):
    brought(noa, copy_with([row(1)], {"takes/1.png": by_webui()}))
    post = takes.publish(noa, one_take(noa), **WANTED)
    assert (post.ai_level, post.ai_evidence) == (AiLevel.GENERATED, AiEvidence.METADATA)
    # The file's own word goes before the copy's.
    assert post.generation.prompt.startswith("1girl, red hair, smile")
    assert post.generation.source == "file"


def test_without_any_proof_it_is_its_owners_word(noa):
    brought(noa, copy_with([row(1)], {"takes/1.png": plain()}))
    take = one_take(noa)
    assert take.recipe["composite"] is True
    post = takes.publish(noa, take, **WANTED)
    assert (post.ai_level, post.ai_evidence) == (AiLevel.COMPOSITE, AiEvidence.DECLARED)
    assert (post.generation.source, post.generation.prompt) == ("typed", "1girl, red hair")


def test_without_proof_and_recipe_nobody_knows(noa):
    brought(noa, copy_with([row(1, recipe={})], {"takes/1.png": plain()}))
    post = takes.publish(noa, one_take(noa), **WANTED)
    assert (post.ai_level, post.ai_evidence) == (AiLevel.UNKNOWN, AiEvidence.NONE)
    assert not hasattr(post, "generation")


def test_letters_on_what_was_brought_are_no_proof_either(noa):
    brought(noa, copy_with([row(1)], {"takes/1.png": plain()}))
    base = one_take(noa)
    recipe = takes.recipe_of(base)
    asset = ingest.make_asset(noa, picture(3), recipe)
    lettered = Take.objects.create(
        kind=TakeKind.LETTERED, owner=noa, asset=asset, parent=base, recipe=base.recipe, lettering=[{"text": "a"}]
    )
    post = takes.publish(noa, lettered, **WANTED)
    assert post.ai_evidence == AiEvidence.DECLARED


def test_what_was_signed_here_proves_itself_when_it_comes_back(noa):
    mika = make_user("mika")
    make_take(mika)
    brought(noa, copy_of(mika))
    take = one_take(noa)
    assert take.recipe["composite"] is False
    assert takes.label_of(take)[1] in (AiEvidence.C2PA, AiEvidence.METADATA)
    post = takes.publish(noa, take, **WANTED)
    assert post.ai_level == AiLevel.GENERATED
    assert post.ai_evidence != AiEvidence.SITE_JOB


def test_the_same_copy_again_brings_nothing(noa):
    content = copy_with([row(1), row(2, parent_id=1)], {"takes/1.png": plain(1), "takes/2.png": plain(2)})
    brought(noa, content)
    run = brought(noa, content)
    assert run.state == "done"
    assert (Take.objects.count(), Asset.objects.count(), BroughtTake.objects.count()) == (2, 2, 2)
    spent = UploadAllowance.objects.get(user=noa)
    assert spent.files == 2


def test_a_newer_copy_brings_what_is_new_and_puts_it_in_its_place(noa):
    files = {f"takes/{number}.png": plain(number) for number in (1, 2, 3)}
    brought(
        noa, copy_with([row(1), row(3, parent_id=1)], {name: files[name] for name in ("takes/1.png", "takes/3.png")})
    )
    brought(noa, copy_with([row(1), row(2, parent_id=1), row(3, parent_id=2)], files))
    numbers = {one.key.partition("@")[0]: one.take_id for one in BroughtTake.objects.all()}
    parents = dict(Take.objects.values_list("pk", "parent"))
    assert parents == {numbers["t1"]: None, numbers["t2"]: numbers["t1"], numbers["t3"]: numbers["t2"]}


def test_two_takes_of_one_picture_are_one(noa):
    run = brought(noa, copy_with([row(1), row(2)], {"takes/1.png": plain(), "takes/2.png": plain()}))
    assert Take.objects.count() == 1
    report = report_of(run)
    assert (report.came, report.known, report.missing) == (1, 1, 0)


def test_a_chain_of_200_steps_comes_whole(noa):
    rows = [row(number, parent_id=number - 1 or None) for number in range(1, 201)]
    run = brought(
        noa, copy_with([one | {"erased_at": DAY, "purged_at": DAY} for one in rows[:-1]] + rows[-1:], PICTURE)
    )
    assert run.state == "done"
    depth, one = 1, Take.objects.get(erased_at=None)
    while one.parent is not None:
        depth, one = depth + 1, one.parent
    assert depth == 200


DAY = "2026-01-02T03:04:05+00:00"
PICTURE = {"takes/200.png": plain(200)}


def test_circles_are_opened_and_told(noa):
    rows = [row(1, parent_id=3), row(2, parent_id=1), row(3, parent_id=2), row(4, parent_id=4)]
    run = brought(noa, copy_with(rows, {f"takes/{number}.png": plain(number) for number in range(1, 5)}))
    assert run.state == "done"
    assert [note["code"] for note in run.notes] == ["bring_circle"]
    for take in Take.objects.all():
        steps, one = 0, take
        while one is not None and steps < 9:
            steps, one = steps + 1, one.parent
        assert steps < 9


def test_the_merger_of_two_takes_can_close_no_circle(noa):
    # 3 is the picture of 1 again: 2 below 1, and "3" below 2.
    rows = [row(1, parent_id=2), row(2, parent_id=3), row(3)]
    run = brought(noa, copy_with(rows, {"takes/1.png": plain(1), "takes/2.png": plain(2), "takes/3.png": plain(1)}))
    assert run.state == "done"
    line = dict(Take.objects.values_list("pk", "parent"))
    assert sorted(parent is None for parent in line.values()) == [False, True]


def test_without_circles_keeps_what_stood_there():
    assert without_circles({1: 2}, {2: 1, 3: 1}) == {3: 1}
    assert without_circles({}, {1: 1}) == {}
    assert without_circles({}, {1: 2, 2: 3, 3: 4}) == {1: 2, 2: 3, 3: 4}


def test_children_of_what_is_missing_stand_below_the_next_above(noa):
    rows = [row(1), row(2, parent_id=1), row(3, parent_id=2), row(4, parent_id=99)]
    files = {"takes/1.png": plain(1), "takes/2.png": b"no picture", "takes/3.png": plain(3), "takes/4.png": plain(4)}
    run = brought(noa, copy_with(rows, files))
    assert reasons(run) == ["upload_unreadable"] or len(reasons(run)) == 1
    keys = {one.key.partition("@")[0]: one.take for one in BroughtTake.objects.exclude(take=None)}
    assert keys["t3"].parent == keys["t1"]
    assert keys["t4"].parent is None


def test_a_take_without_its_picture_keeps_its_place_where_others_stand_below(noa):
    run = brought(noa, copy_with([row(1, width=64, height=48), row(2, parent_id=1), row(9)], {"takes/2.png": plain()}))
    child = Take.objects.get(erased_at=None)
    assert child.parent.erased_at is not None
    assert (child.parent.asset.width, child.parent.asset.height) == (64, 48)
    assert reasons(run) == ["bring_no_picture"]
    assert [note["code"] for note in run.notes] == ["bring_no_picture"]


def test_masks_come_once_and_odd_ones_stay_away(noa):
    rows = [
        row(1),
        row(2, parent_id=1, mask_id=5),
        row(3, parent_id=1, mask_id=5),
        row(4, parent_id=1, mask_id=6),
        row(5, parent_id=1, mask_id=7),
        row(6, parent_id=1, mask_id=8),
    ]
    files = {f"takes/{number}.png": plain(number) for number in range(1, 7)}
    black = saved(picture(0).point(lambda _value: 0), "PNG")
    files |= {"masks/5.png": mask_file(), "masks/6.png": mask_file((64, 64)), "masks/7.png": black}
    run = brought(noa, copy_with(rows, files))
    takes_here = {one.key.partition("@")[0]: one.take for one in BroughtTake.objects.all()}
    assert takes_here["t2"].mask == takes_here["t3"].mask
    assert takes_here["t2"].mask.owner == noa
    assert [takes_here[key].mask for key in ("t4", "t5", "t6")] == [None] * 3
    assert {note["code"] for note in run.notes} == {"bring_no_mask"}
    assert len(run.notes) == 3
    assert content_of(takes_here["t2"].mask.path) == content_of(Mask.objects.get(pk=takes_here["t2"].mask_id).path)


def test_what_is_of_another_kind_than_it_should_be_is_left_out_of_the_row(noa):
    odd = {
        "recipe": {
            "prompt": 7, "steps": "20", "cfg": 1e999, "seed": 10**30, "loras": [{"name": ["x"]}, {"name": "a\x00b"}, 3],
            "outpaint": [1, 2, "3", 4], "width": True, "sampler": "x" * 9999, "composite": "yes", "nonsense": [[[]]],
        },
        "flag": {}, "stars": 99, "note": "a\x00" + "n" * 9000, "to_fix": ["hand", "soul", 3], "margins": [1, 2],
        "lettering": [{"text": "x" * 9000, "size": 1e308, "deep": {"a": {}}, "UPPER": 1}, "no", None] * 40,
        "stack": "zz", "mask_id": "5", "parent_id": -1, "flagged_at": "yesterday", "archived_at": 5,
    }  # fmt: skip
    # What JSON's own numbers can say, and no float holds.
    lines = table([row(1, **odd)]).replace(b"Infinity", b"1e999")
    brought(noa, packed({"takes.json": lines, "takes/1.png": plain()}))
    take = one_take(noa)
    recipe = takes.recipe_of(take)
    assert (recipe.prompt, recipe.steps, recipe.cfg, recipe.seed, recipe.width) == ("", None, None, None, None)
    assert (len(recipe.sampler), recipe.outpaint, [lora.name for lora in recipe.loras]) == (60, None, ["ab"])
    assert (take.flag, take.stars, take.to_fix, take.margins, len(take.note)) == ("none", 0, ["hand"], None, 2000)
    assert len(take.stack) == 64
    assert len(take.lettering) <= 50
    assert take.lettering[0] == {"text": "x" * 2000}
    post = takes.publish(noa, take, **WANTED)
    assert Post.objects.get() == post


@pytest.mark.parametrize(
    "bad",
    [
        None, 7, "x", [], {}, {"id": 1}, {"id": "1", "created_at": DAY}, {"id": 10**30, "created_at": DAY},
        {"id": 1, "created_at": "2999-01-01T00:00:00+00:00"}, {"id": 1, "created_at": "2026-01-02"},
        {"id": True, "created_at": DAY}, {"id": 1, "created_at": "9" * 50}, {"id": 1, "created_at": "2026-13-45"},
    ],
    ids=str,
)  # fmt: skip
def test_rows_that_say_nothing_are_counted(noa, bad):
    run = brought(noa, copy_with([bad, row(2)], {"takes/1.png": plain(1), "takes/2.png": plain(2)}))
    assert run.state == "done"
    assert Take.objects.count() == 1
    assert run.notes == [{"code": "bring_bad_rows", "params": {"count": 1}}]


def test_lines_that_are_no_json_are_counted(noa):
    lines = b"[\n" + b"[" * 90_000 + b",\n" + b'{"id": NaN},\n' + json.dumps(row(2)).encode() + b"\n]\n"
    run = brought(noa, packed({"takes.json": lines, "takes/2.png": plain(2)}))
    assert Take.objects.count() == 1
    assert run.notes[0]["params"] == {"count": 2}


def test_known_files_are_held_back_and_a_moderator_hears_of_it(noa, monkeypatch):
    monkeypatch.setattr("gallery.refusals.arrivals.known_by", lambda asset: ["list"])
    run = brought(noa, copy_with([row(1)], {"takes/1.png": plain()}))
    assert reasons(run) == ["upload_held_back"]
    assert not Take.objects.exists()
    assert LockedAway.objects.get().asset.owner == noa


def test_the_fixed_rule_reads_what_the_copy_says_too(noa):
    told = row(1)["recipe"] | {"prompt": "loli, nsfw, sex"}
    run = brought(noa, copy_with([row(1, recipe=told)], {"takes/1.png": plain()}))
    assert reasons(run) == ["upload_held_back"]
    assert LockedAway.objects.count() == 1
    # Again: it stays where it is.
    again = brought(noa, copy_with([row(1, recipe=told)], {"takes/1.png": plain()}))
    assert reasons(again) == ["upload_held_back"]
    assert LockedAway.objects.count() == 1


def test_what_is_beyond_the_days_allowance_comes_the_next_day(noa, settings):
    settings.UPLOADS_PER_DAY = 2
    content = copy_with([row(n) for n in (1, 2, 3)], {f"takes/{n}.png": plain(n) for n in (1, 2, 3)})
    run = brought(noa, content)
    assert (run.state, Take.objects.count(), run.fence) == ("waiting", 2, 0)
    assert timezone.now() < run.not_before < timezone.now() + timedelta(days=1, minutes=1)
    assert bring_waiting(going_on) == 0
    assert Take.objects.count() == 2
    UploadAllowance.objects.update(day=date(2020, 1, 1))
    AccountImport.objects.update(not_before=timezone.now())
    assert bring_waiting(going_on) == 1
    assert Take.objects.count() == 3
    assert not list(settings.IMPORTS_DIR.iterdir())


def test_whoever_is_banned_meanwhile_gets_no_further(noa):
    from gallery.models.review import SiteRule
    from gallery.moderation.sanctions import ban

    sent(noa, copy_with([row(1)], {"takes/1.png": plain()}))
    ban(make_user(role="owner"), noa, until=timezone.now() + timedelta(days=1), rule=SiteRule.SPAM, reason="A flood.")
    bring_waiting(going_on)
    run = AccountImport.objects.get()
    assert (run.state, Take.objects.count()) == ("failed", 0)
    assert "banned" in run.trouble["code"]


@pytest.mark.parametrize("at", ["picture", "row", "edges"])
def test_a_crash_in_the_middle_leaves_nothing_half_and_goes_on(noa, monkeypatch, at):
    content = copy_with([row(1), row(2, parent_id=1)], {"takes/1.png": plain(1), "takes/2.png": plain(2)})
    sent(noa, content)

    class Killed(BaseException):
        pass

    def die(*_args: Any, **_kwargs: Any) -> None:
        raise Killed

    where = {
        "picture": (bringing, "check_words"),
        "row": (BroughtTake.objects, "update_or_create"),
        "edges": (lineage, "without_circles"),
    }
    with monkeypatch.context() as patch:
        patch.setattr(*where[at], die)
        with pytest.raises(Killed):
            bring_waiting(going_on)
    assert Take.objects.count() == BroughtTake.objects.count()
    assert AccountImport.objects.get().state == "working"
    assert bring_waiting(going_on) == 0  # it may still be alive
    AccountImport.objects.update(touched_at=timezone.now() - states.LOST_AFTER - timedelta(seconds=1))
    assert bring_waiting(going_on) == 1
    assert (Take.objects.count(), Asset.objects.count()) == (2, 2)
    assert Take.objects.exclude(parent=None).count() == 1
    assert UploadAllowance.objects.get(user=noa).files == 2


def test_who_was_given_up_writes_nothing_any_more(noa, monkeypatch):
    sent(noa, copy_with([row(1)], {"takes/1.png": plain(1)}))
    checked = bringing.check_words

    def slow(*args: Any) -> None:
        AccountImport.objects.update(fence=9)  # another took it for lost
        checked(*args)

    monkeypatch.setattr(bringing, "check_words", slow)
    bring_waiting(going_on)
    assert not Take.objects.exists()
    assert not BroughtTake.objects.exists()
    assert AccountImport.objects.get().state == "working"


def test_whoever_stops_leaves_it_to_the_next(noa):
    sent(noa, copy_with([row(1), row(2)], {"takes/1.png": plain(1), "takes/2.png": plain(2)}))
    stops = iter([False, False, True, True])
    assert bring_waiting(lambda: next(stops)) == 0
    assert (AccountImport.objects.get().state, Take.objects.count()) == ("waiting", 1)
    assert bring_waiting(going_on) == 1
    assert Take.objects.count() == 2


def test_a_full_disk_ends_it_and_the_same_file_again_goes_on(noa, monkeypatch, settings):
    content = copy_with([row(1), row(2)], {"takes/1.png": plain(1), "takes/2.png": plain(2)})
    kept, calls = pictures.keep_sent, []

    def full(*args: Any, **kwargs: Any) -> Any:
        from gallery.errors import NotNow

        calls.append(1)
        if len(calls) == 2:
            raise NotNow("upload_no_room")
        return kept(*args, **kwargs)

    monkeypatch.setattr(pictures, "keep_sent", full)
    run = brought(noa, content)
    assert (run.state, run.trouble["code"], Take.objects.count()) == ("failed", "bring_no_room", 1)
    assert not list(settings.IMPORTS_DIR.iterdir())
    assert brought(noa, content).state == "done"
    assert Take.objects.count() == 2


def test_a_file_that_is_gone_asks_for_it_again(noa):
    run = sent(noa, copy_with([row(1)], {"takes/1.png": plain(1)}))
    states.file_of(run).unlink()
    bring_waiting(going_on)
    run.refresh_from_db()
    assert (run.state, run.trouble["code"]) == ("failed", "bring_not_here")


def test_a_busy_machine_is_waited_for(noa, monkeypatch):
    from gallery.errors import NotNow

    def busy(*_args: Any, **_kwargs: Any) -> Any:
        raise NotNow("upload_busy")

    with monkeypatch.context() as patch:
        patch.setattr(pictures, "keep_sent", busy)
        run = brought(noa, copy_with([row(1)], {"takes/1.png": plain(1)}))
    assert (run.state, run.fence, run.not_before > timezone.now()) == ("waiting", 0, True)


def test_what_nobody_thought_of_is_told_and_what_came_stays(noa, monkeypatch):
    def broken(*_args: Any, **_kwargs: Any) -> Any:
        raise KeyError("surprise")

    monkeypatch.setattr(carrying_out, "link", broken)
    run = brought(noa, copy_with([row(1)], {"takes/1.png": plain(1)}))
    assert (run.state, run.trouble["code"], Take.objects.count()) == ("failed", "bring_failed", 1)


def test_styles_and_wildcards_of_the_same_name_stay_ones_own(noa):
    Wildcard.objects.create(owner=noa, name="hair", text="mine")
    tables = {
        "styles": [{"name": "Ink", "prompt": "ink"}, {"name": "", "prompt": "x"}, {"name": "No", "prompt": ""}, 7],
        "wildcards": [
            {"name": "hair", "text": "theirs"},
            {"name": "a b", "text": "x"},
            {"name": "eyes", "text": "# x"},
        ],
    }
    run = brought(noa, copy_with([], {}, **tables))
    assert Wildcard.objects.get(owner=noa).text == "mine"
    assert [note["code"] for note in run.notes] == ["bring_name_taken"]


def test_another_members_take_is_never_touched(noa):
    mika = make_user("mika")
    theirs = make_take(mika)
    created = theirs.created_at.isoformat()
    content = copy_with([row(theirs.pk, created_at=created), row(2, parent_id=theirs.pk)], {"takes/2.png": plain(2)})
    brought(noa, content)
    assert not Take.objects.filter(parent=theirs).exists()
    assert not BroughtTake.objects.filter(take=theirs).exists()


def test_a_copy_with_a_table_that_is_none_fails_as_a_whole(noa):
    run = brought(noa, packed({"takes.json": table([row(1)])}, changed={"takes.json": b"[]"}))
    assert (run.state, run.trouble["code"]) == ("failed", "bring_damaged")
    assert run.trouble["params"] == {"name": "takes.json"}


def test_pieces_fit_together(noa):
    content = copy_with([row(1)], {"takes/1.png": plain(1)})
    states.begin(noa, len(content), "a.zip 1")
    states.add_piece(noa, 0, io.BytesIO(content[:100]))
    # An older answer was lost: the same piece again changes nothing.
    assert states.add_piece(noa, 0, io.BytesIO(content[:100])).received_bytes == 100
    assert states.begin(noa, len(content), "a.zip 1").received_bytes == 100
    states.add_piece(noa, 100, io.BytesIO(content[100:]))
    assert bring_waiting(going_on) == 1
    assert Take.objects.count() == 1
