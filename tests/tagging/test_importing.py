"""Vocabularies from elsewhere: what is taken over, what is refused, and that doing it again changes nothing."""

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tagging.edit import ensure_tags
from tagging.importing import Kind, Report, UnreadableFile, import_tags
from tagging.models import Category, Tag, TagAlias, TagImplication, TagVersion
from tagging.relations import create_alias, create_implication

pytestmark = pytest.mark.django_db

LIST = """\
1girl,0,6008644,"1girls,sole_female"
hatsune_miku,4,100000,"miku,初音ミク,/hm"
vocaloid,3,120000,
bad__name,0,5,
odd,9,5,
miku_(lookalike),4,3,"hatsune_miku"
"""
ALIASES = """\
id,antecedent_name,consequent_name,status
1,neko,cat,active
2,kitty,neko,active
3,old,gone,deleted
4,cat,kitten,active
"""
IMPLICATIONS = """\
antecedent_name,consequent_name,status
kitten,cat,active
cat,animal,active
kitten,animal,active
animal,kitten,active
tiger,cat,retired
"""


def take(text: str, kind: Kind | None = None, **options) -> Report:
    return import_tags(io.StringIO(text), kind, **options)


def names(report: Report) -> set[str]:
    return {name for _line, name, _why in report.refused}


def everything() -> tuple[set, set, set]:
    return (
        set(Tag.objects.values_list("name", "category", "in_vocabulary", "is_deprecated")),
        set(TagAlias.objects.values_list("antecedent", "consequent__name")),
        set(TagImplication.objects.values_list("antecedent__name", "consequent__name")),
    )


def test_a_list_for_completion_brings_tags_and_aliases_and_no_counts():
    report = take(LIST)
    assert set(Tag.objects.values_list("name", "category")) == {
        ("1girl", Category.GENERAL),
        ("hatsune_miku", Category.CHARACTER),
        ("vocaloid", Category.COPYRIGHT),
        ("miku_(lookalike)", Category.CHARACTER),
    }
    assert set(Tag.objects.values_list("post_count", "general_count", "in_vocabulary")) == {(0, 0, True)}
    aliases = dict(TagAlias.objects.values_list("antecedent", "consequent__name"))
    assert aliases == {"1girls": "1girl", "sole_female": "1girl", "miku": "hatsune_miku"}
    assert (report.rows, report.tags_made, report.aliases_made) == (6, 4, 3)
    assert names(report) == {"bad__name", "odd", "初音ミク", "/hm", "hatsune_miku"}


def test_doing_it_again_changes_nothing():
    for text, kind in ((LIST, None), (ALIASES, Kind.ALIASES), (IMPLICATIONS, Kind.IMPLICATIONS)):
        take(text, kind)
    before = everything()
    for text, kind in ((LIST, None), (ALIASES, Kind.ALIASES), (IMPLICATIONS, Kind.IMPLICATIONS)):
        again = take(text, kind)
        assert (again.tags_made, again.aliases_made, again.implications_made) == (0, 0, 0)
    assert everything() == before


def test_a_dry_run_says_the_same_and_changes_nothing():
    before = everything()
    assert take(LIST, dry_run=True).tags_made == 4
    assert everything() == before


def test_an_export_of_tags_is_read_by_its_heading():
    take("id,name,post_count,category,is_deprecated\n7,Long Hair,5,0,f\n8,bad_idea,2,general,true\n9,someone,2,1,f\n")
    assert set(Tag.objects.values_list("name", "category", "is_deprecated")) == {
        ("long_hair", Category.GENERAL, False),
        ("bad_idea", Category.GENERAL, True),
        ("someone", Category.ARTIST, False),
    }


def test_aliases_never_chain_and_inactive_ones_stay_out():
    report = take(ALIASES, Kind.ALIASES)
    assert dict(TagAlias.objects.values_list("antecedent", "consequent__name")) == {"neko": "cat", "kitty": "cat"}
    assert names(report) == {"cat"}


def test_implications_close_no_circle_and_repeat_nothing():
    report = take(IMPLICATIONS, Kind.IMPLICATIONS)
    edges = set(TagImplication.objects.values_list("antecedent__name", "consequent__name"))
    assert edges == {("kitten", "cat"), ("cat", "animal")}
    assert names(report) == {"animal"}
    assert report.implications_known == 1


def test_edges_that_imported_ones_make_superfluous_go():
    create_implication("kitten", "animal")
    take("antecedent_name,consequent_name\nkitten,cat\ncat,animal\n", Kind.IMPLICATIONS)
    edges = set(TagImplication.objects.values_list("antecedent__name", "consequent__name"))
    assert edges == {("kitten", "cat"), ("cat", "animal")}


def test_what_people_made_here_stays():
    create_alias("miku", "somebody_else")
    create_implication("1girls", "girl")
    tag = ensure_tags(["vocaloid"])[0]
    TagVersion.objects.create(tag=tag, number=1, category=Category.GENERAL)
    ensure_tags(["hatsune_miku"])
    Tag.objects.filter(name="sole_female").delete()
    ensure_tags(["sole_female"])
    Tag.objects.filter(name="sole_female").update(post_count=3)
    report = take(LIST)
    assert {"miku", "1girls", "sole_female"} <= names(report)
    assert Tag.objects.get(name="vocaloid").category == Category.GENERAL
    assert Tag.objects.get(name="hatsune_miku").category == Category.CHARACTER
    assert dict(TagAlias.objects.values_list("antecedent", "consequent__name")) == {"miku": "somebody_else"}


@pytest.mark.parametrize("text", ["", "hello\n", "a b c\n1,2,3\n"])
def test_a_file_of_another_kind_is_a_sentence(text):
    with pytest.raises(UnreadableFile):
        take(text)


def test_relations_without_a_kind_are_a_sentence():
    with pytest.raises(UnreadableFile, match="--kind"):
        take(ALIASES)


def test_the_command_tells_what_it_did_and_takes_the_kind_from_the_name(tmp_path: Path):
    file = tmp_path / "tag_aliases.csv"
    file.write_text(ALIASES)
    out = io.StringIO()
    call_command("import_tags", str(file), "--dry-run", stdout=out)
    assert "2 aliases made" in out.getvalue()
    assert "line 5: cat:" in out.getvalue()
    assert "dry run" in out.getvalue()
    assert not TagAlias.objects.exists()
    with pytest.raises(CommandError, match="can't be read"):
        call_command("import_tags", str(tmp_path / "nothing.csv"))
    file.write_bytes(b"\xff\xfe,0,1")
    with pytest.raises(CommandError, match="UTF-8"):
        call_command("import_tags", str(file))
