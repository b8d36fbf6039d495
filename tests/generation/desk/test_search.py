"""A search of one's takes finds what the language says, counts it rightly, and explains what it can't read."""

from datetime import timedelta

import pytest
from django.utils import timezone

from gallery.errors import UserFacingError
from gallery.models import User
from generation.desk.pages import desk_page
from generation.desk.search import chip_counts, read, sentence_for
from generation.desk.terms import registry
from generation.models import Take
from tagging.edit import ensure_tags
from tagging.models import TagAlias
from tagging.query import QueryError
from tests.factories import make_post, make_take_row, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def mira() -> User:
    return make_user()


@pytest.fixture
def takes(mira: User) -> dict[str, Take]:
    """A dozen takes, each of its own kind."""
    now = timezone.now()
    made = {
        "girl": make_take_row(mira, "1girl, (long_hair:1.2), smile", recipe={"seed": 7, "sampler": "Euler a"}),
        "boy": make_take_row(mira, "1boy, short hair", flag="pick", stars=3, recipe={"steps": 30}),
        "sea": make_take_row(mira, "夕焼けの海, sunset", flag="reject", stars=1, width=1024, height=512),
        "hand": make_take_row(mira, "portrait", to_fix=["hand", "eyes"], note="the 50% left_hand"),
        "letters": make_take_row(mira, "poster", kind="lettered"),
        "archived": make_take_row(mira, "old portrait", archived_at=now),
        "binned": make_take_row(mira, "bad portrait", purged_at=now),
        "lora": make_take_row(mira, "robot", recipe={"loras": [{"name": "Add_Detail", "weight": 0.5}], "seed": None}),
        "odd": make_take_row(mira, "odd", recipe={"steps": "many", "cfg": None, "loras": "none", "model_name": None}),
    }
    made["child"] = make_take_row(mira, "1girl, blue eyes", parent=made["girl"])
    made["posted"] = make_take_row(mira, "posted", post=make_post(mira))
    made["erased"] = make_take_row(mira, "1girl", purged_at=now, erased_at=now)
    Take.objects.filter(pk=made["sea"].pk).update(created_at=now - timedelta(days=40))
    make_take_row(make_user(), "1girl, somebody else's")
    return made


CASES = {
    "1girl": "girl child",
    "LONG_HAIR": "girl",
    "long hair": "girl",
    "hair": "girl boy",
    "夕焼けの海": "sea",
    "海": "sea",
    "-hair portrait": "hand",
    "1girl or 1boy": "girl boy child",
    "~1girl ~1boy": "girl boy child",
    "1girl -(smile or sea)": "child",
    "sun*": "sea",
    "*_hair": "girl boy",
    "is:pick": "boy",
    "is:picked,rejected": "boy sea",
    "is:published": "posted",
    "is:unpublished portrait": "hand",
    "is:lettered": "letters",
    "is:archived": "archived",
    "portrait status:any": "hand archived binned",
    "is:binned": "binned",
    "status:archived": "archived",
    "stars:>=3": "boy",
    "stars:1,3": "boy sea",
    "-stars:0": "boy sea",
    "fix:hand": "hand",
    "fix:eyes,text": "hand",
    "fix:any": "hand",
    'note:"50% left_hand"': "hand",
    "note:5*left": "hand",
    "note:any": "hand",
    'prompt:"short hair"': "boy",
    "prompt:hair,1girl": "girl",
    "sampler:euler_a -hair 1girl": "child",
    "seed:7": "girl",
    "seed:none": "lora",
    "steps:>20": "boy",
    "lora:add_detail": "lora",
    "lora:add*": "lora",
    "lora:any": "lora",
    "model:none": "odd",
    "width:1024": "sea",
    "height:<100 1boy": "boy",
    "mpixels:>0.5": "sea",
    "ratio:2:1": "sea",
    "age:>30d": "sea",
    "date:today portrait": "hand",
    "parent:any": "child",
    "child:any": "girl",
    "negative:blurry robot": "lora",
}


@pytest.mark.parametrize("query", CASES)
def test_a_search_finds_what_it_says(mira: User, takes: dict[str, Take], query: str):
    page = desk_page(mira, read(query, mira))
    names = {take.pk: name for name, take in takes.items()}
    assert {names[entry.take.pk] for entry in page.entries} == set(CASES[query].split())
    assert page.count == len(CASES[query].split())


def test_what_has_no_such_number_is_behind_the_minus_alone(mira: User, takes: dict[str, Take]):
    for query in ("steps:<=1000", "-steps:<=1000"):
        found = {entry.take.pk for entry in desk_page(mira, read(query, mira)).entries}
        assert (takes["odd"].pk in found) == query.startswith("-")


def test_relatives_by_number(mira: User, takes: dict[str, Take]):
    for query, name in ((f"parent:{takes['girl'].pk}", "child"), (f"child:{takes['child'].pk}", "girl")):
        assert [entry.take for entry in desk_page(mira, read(query, mira)).entries] == [takes[name]]
    other = make_take_row(make_user(), parent=takes["girl"])
    assert desk_page(mira, read(f"child:{other.pk}", mira)).count == 0


def test_another_name_of_a_tag_is_looked_for_as_that_tag_too(mira: User, takes: dict[str, Take]):
    TagAlias.objects.create(antecedent="maiden", consequent=ensure_tags(["1girl"])[0])
    assert desk_page(mira, read("maiden", mira)).count == 2


def test_an_empty_search_leaves_archive_and_bin_out_and_the_chips_count_what_they_find(
    mira: User, takes: dict[str, Take]
):
    counts = chip_counts(mira)
    queries = {
        "all": "", "picked": "is:pick", "undecided": "is:undecided", "rejected": "is:reject", "later": "fix:any",
        "published": "is:published", "archive": "status:archived", "bin": "status:binned",
    }  # fmt: skip
    assert counts == {name: desk_page(mira, read(query, mira)).count for name, query in queries.items()}
    assert (counts["all"], counts["archive"], counts["bin"]) == (9, 1, 1)


@pytest.mark.parametrize(
    ("query", "first", "last"),
    [("", "posted", "girl"), ("order:oldest", "girl", "posted"), ("order:stars", "boy", "girl"),
     ("order:stars_asc", "girl", "boy"), ("order:mpixels", "sea", "girl"), ("order:id", "girl", "posted")],
)  # fmt: skip
def test_orders(mira: User, takes: dict[str, Take], query: str, first: str, last: str):
    found = [entry.take for entry in desk_page(mira, read(query, mira)).entries]
    assert (found[0], found[-1]) == (takes[first], takes[last])


@pytest.mark.parametrize(
    "query",
    ["(", "stars:many", "rating:g", "fix:feet", "is:lovely", "order:score", "*", "a -", "id:99999999999999999999",
     "order:id order:stars", "seed:1e400", "width:", 'note:"', "date:2026-02-30", "x" * 4001, "a​b"],
)  # fmt: skip
def test_what_cannot_be_read_is_explained(mira: User, query: str):
    with pytest.raises(QueryError) as caught:
        read(query, mira)
    assert sentence_for(caught.value)


@pytest.mark.parametrize("query", ["_._", "prompt:,", " ".join(f"a{number}*" for number in range(11))])
def test_what_has_no_meaning_is_explained(mira: User, query: str):
    with pytest.raises(UserFacingError) as caught:
        read(query, mira)
    assert caught.value.message


def test_an_unknown_metatag_is_told_of_what_takes_have(mira: User):
    with pytest.raises(QueryError) as caught:
        read("score:3", mira)
    assert "takes have no score:" in sentence_for(caught.value)


@pytest.mark.parametrize(
    "kind", [kind for kind in registry.kinds() if kind.section == "takes"], ids=lambda kind: kind.name
)
def test_every_example_of_the_help_can_be_asked(mira: User, kind):
    for example in kind.examples:
        desk_page(mira, read(example, mira))
        desk_page(mira, read(f"-{example}", mira))
    assert kind.examples
    assert kind.summary()
