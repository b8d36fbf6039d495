"""Lists of known files: how they are read, and what becomes of a picture that is in one. Shapes and own lists only."""

import hashlib
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from PIL import Image, ImageFilter

from gallery.errors import Invalid
from gallery.fetching import ANYWHERE
from gallery.ingest.assets import prepare
from gallery.models import AssetHash, Case, HashList, ListedHash, LockedAway, UploadDraft
from gallery.pictures.pdq import as_hex, pdq
from gallery.provenance import Label
from gallery.refusals.arrivals import known_picture
from gallery.refusals.hash_lists import BadList, hashes_in, lists_with, read_lists
from generation.engine import Finished
from generation.finishing import finish
from generation.models import Take
from tests.factories import make_post, make_recipe, make_request, make_user, start_job
from tests.gallery.uploads.files import drafted, picture, plain

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def listed(settings, tmp_path):
    """A function that writes lists and has them read."""

    def write(**lists):
        named = []
        for kind, text in lists.items():
            path = tmp_path / f"{kind}.txt"
            path.write_text(text, "utf-8")
            named.append((kind, str(path)))
        settings.HASH_LISTS = named
        return read_lists()

    return write


def looks(number=0):
    return AssetHash.objects.get(asset=drafted(make_user(), plain(number)).asset).pdq


def near(bits, turned):
    """A hash that differs in so many bits."""
    for place in range(turned):
        bits ^= 1 << (place * 8)
    return as_hex(bits)


def test_a_listed_file_is_held_back(listed):
    listed(sha256=f"# known\n{hashlib.sha256(plain(1)).hexdigest()}  picture.png\n")
    drafted(make_user(), plain(0))
    owner = make_user()
    with pytest.raises(Invalid) as refused:
        drafted(owner, plain(1))
    assert refused.value.code == "upload_held_back"
    assert "list" not in refused.value.message.lower()
    case = Case.objects.get()
    assert (case.urgency, case.person) == (9, owner)
    assert not UploadDraft.objects.filter(owner=owner).exists()


@pytest.mark.parametrize(("bits", "held"), [(0, True), (31, True), (32, False)])
def test_a_picture_like_a_listed_one_is_held_back(listed, bits, held):
    listed(pdq=near(looks(2), bits))
    owner = make_user()
    if held:
        with pytest.raises(Invalid):
            drafted(owner, plain(2))
    else:
        drafted(owner, plain(2))
    assert LockedAway.objects.filter(asset__owner=owner).exists() is held


def test_a_picture_that_was_just_drawn_is_known_mirrored_and_turned(listed):
    # Its edges lie beside the 64 points that the hash looks at, and are soft.
    soft = picture(5, (515, 387)).filter(ImageFilter.GaussianBlur(20))
    rows = listed(pdq=pdq(soft).hex)
    label = Label.of_drawn(make_recipe(), include_prompt=True)
    for way in (None, *Image.Transpose):
        image = soft if way is None else soft.transpose(way)
        assert known_picture(prepare(image, label)) == [rows[0].address], way
    assert known_picture(prepare(picture(4), label)) == []


def test_tables_and_remarks_are_read():
    digest = "ab" * 32
    assert list(hashes_in(f'hash,quality\n{digest.upper()},100\n\n# x\n"{digest}";1 # y')) == [digest, digest]
    with pytest.raises(BadList):
        list(hashes_in(f"{digest}\nnonsense"))


def test_a_list_that_cannot_be_read_keeps_what_it_had(listed, tmp_path):
    (row,) = listed(sha256="ab" * 32)
    for spoil in ("nonsense\nmore nonsense", "\n", "\x00\xff"):
        (tmp_path / "sha256.txt").write_text(spoil, "latin-1")
        (row,) = read_lists()
        assert row.trouble
        assert ListedHash.objects.count() == row.entries == 1
    (tmp_path / "sha256.txt").unlink()
    assert read_lists()[0].trouble
    assert lists_with(digests=["ab" * 32]) == [row]


def test_a_list_that_is_named_no_more_is_forgotten(listed, settings):
    listed(sha256="ab" * 32)
    settings.HASH_LISTS = []
    assert read_lists() == []
    assert not HashList.objects.exists()
    assert not ListedHash.objects.exists()


def test_a_list_behind_an_address(settings, monkeypatch):
    from gallery.refusals import hash_lists

    class Answer:
        content = ("cd" * 32).encode()

    asked = []
    monkeypatch.setattr(hash_lists, "fetch", lambda url, **more: asked.append((url, more["network"])) or Answer)
    settings.HASH_LISTS = [("sha256", "https://lists.example.org/known.txt")]
    assert read_lists()[0].entries == 1
    assert asked == [("https://lists.example.org/known.txt", ANYWHERE)]


def test_pictures_that_are_here_are_looked_through(listed):
    post = make_post(make_user())
    bare = post.asset.files.get(variant="bare")
    listed(sha256=bare.sha256)
    out = StringIO()
    call_command("hash_lists", look=True, stdout=out)
    assert "1 pictures" in out.getvalue()
    post.refresh_from_db()
    assert post.status == "quarantined"
    assert Case.objects.get().urgency == 9
    call_command("hash_lists", look=True, stdout=out)
    assert "0 pictures" in out.getvalue()


def test_the_command_says_what_cannot_be_read(settings):
    settings.HASH_LISTS = [("sha256", "/nowhere/list.txt")]
    with pytest.raises(CommandError):
        call_command("hash_lists", stdout=StringIO())


def test_a_listed_picture_that_was_drawn_becomes_no_take(listed):
    image = picture(6)
    listed(pdq=pdq(image).hex)
    request = make_request(make_user())
    job = request.jobs.select_related("request__checkpoint", "user").get()
    assert finish(job, start_job(job), Finished(job.pk, image, 4, (1,) * 4)) == "failed"
    job.refresh_from_db()
    assert (job.state, job.error_code) == ("failed", "held_back")
    assert not Take.objects.exists()
    assert LockedAway.objects.get().asset.owner == request.user
    assert Case.objects.get().urgency == 9
