"""Pictures that people send."""

import io
import random
import struct
import zlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from PIL import Image

from gallery import ingest
from gallery.errors import Invalid
from gallery.ingest import keep_upload, picture_of, read_upload
from gallery.models import Asset, AssetFile, UploadAllowance
from gallery.pictures.decoding import clean, decode, detached
from gallery.pictures.headers import inspect
from tests.factories import make_asset, make_image, make_user
from tests.gallery.threads import at_once


def file_of(image: Image.Image, kind: str = "PNG", **options: Any) -> io.BytesIO:
    """The picture as a file."""
    out = io.BytesIO()
    image.save(out, kind, **options)
    out.seek(0)
    return out


def read(content: io.BytesIO) -> Image.Image:
    return read_upload(content, len(content.getvalue()))


def decoded(content: bytes) -> Image.Image:
    """The same as `read`, without a process for each file."""
    return clean(detached(decode(content, inspect(content))))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "AVIF"])
def test_still_pictures_of_four_kinds_are_read(kind: str) -> None:
    assert read(file_of(make_image(40, 30), kind)).size == (40, 30)


def test_a_picture_is_turned_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    image = Image.new("RGB", (40, 20), "black")
    image.paste("white", (0, 0, 20, 20))
    upright = read(file_of(image, "JPEG", exif=exif, quality=95))
    assert upright.size == (20, 40)
    assert upright.getpixel((10, 5)) > (200, 200, 200)
    assert upright.getpixel((10, 35)) < (60, 60, 60)


def corners(image: Image.Image) -> list[bool]:
    """Whether each corner is bright, from the upper left on clockwise."""
    right, low = image.width - 1, image.height - 1
    places = ((0, 0), (right, 0), (right, low), (0, low))
    return [image.convert("L").getpixel(place) > 128 for place in places]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(
    ("orientation", "bright"),
    [(2, 1), (3, 2), (4, 3), (5, 0), (6, 1), (7, 2), (8, 3)],
)
def test_every_orientation_is_turned_upright(kind: str, orientation: int, bright: int) -> None:
    image = Image.new("RGB", (40, 24))
    image.paste("white", (0, 0, 20, 12))
    exif = Image.Exif()
    exif[0x0112] = orientation
    upright = read(file_of(image, kind, exif=exif))
    assert upright.size == ((24, 40) if orientation > 4 else (40, 24))
    assert corners(upright) == [corner == bright for corner in range(4)]


def broken_exif(count: int) -> list[bytes]:
    """EXIF as cameras write it, each time with other bytes wrong or its end missing; always the same ones."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x011A] = 6, "Maker", 72.0
    exif.get_ifd(0x8769)[0x829A] = (1, 50)
    exif.get_ifd(0x8825)[1] = "N"
    whole, chance, made = exif.tobytes(), random.Random(5), list[bytes]()
    for _ in range(count):
        wrong = bytearray(whole)
        for _ in range(chance.randint(1, 6)):
            wrong[chance.randrange(6, len(wrong))] = chance.choice([0, 1, 255, chance.randrange(256)])
        made.append(bytes(wrong[: chance.randrange(6, len(wrong))] if chance.random() < 0.3 else wrong))
    return made


@pytest.mark.filterwarnings("ignore")  # Pillow's, about what is wrong there
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_broken_exif_is_no_reason_against_a_picture(kind: str) -> None:
    image = Image.new("RGB", (40, 24))
    sizes = {decoded(file_of(image, kind, exif=exif).getvalue()).size for exif in broken_exif(300)}
    assert sizes == {(40, 24), (24, 40)}, "some still say which side is up"


def frames() -> list[Image.Image]:
    return [Image.new("RGB", (64, 64), "red"), Image.new("RGB", (64, 64), "blue")]


def test_a_photo_with_a_preview_behind_it_is_the_photo() -> None:
    photo = read(file_of(frames()[0], "MPO", save_all=True, append_images=frames()[1:]))
    red, _, blue = photo.getpixel((32, 32))
    assert red > 200 > 50 > blue


def header_of(width: int, height: int) -> io.BytesIO:
    """A PNG that claims to be of this size and has no pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    ihdr = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return io.BytesIO(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", ihdr) + chunk(b"IDAT", b"x") + chunk(b"IEND", b""))


BAD = [
    (lambda: file_of(frames()[0], "PNG", save_all=True, append_images=frames()), "upload_animated"),
    (lambda: file_of(frames()[0], "WEBP", save_all=True, append_images=frames()), "upload_animated"),
    (lambda: file_of(frames()[0], "AVIF", save_all=True, append_images=frames()), "upload_animated"),
    (lambda: file_of(make_image(), "GIF"), "upload_other_kind"),
    (lambda: file_of(make_image(), "TIFF"), "upload_other_kind"),
    (lambda: io.BytesIO(b""), "upload_empty"),
    (lambda: io.BytesIO(b"Dear diary"), "upload_unreadable"),
    (lambda: io.BytesIO(b"<svg xmlns='http://www.w3.org/2000/svg'/>"), "upload_other_kind"),
    (lambda: io.BytesIO(file_of(make_image(300, 300)).getvalue()[:400]), "upload_cut_off"),
    (lambda: io.BytesIO(file_of(make_image(300, 300), "JPEG").getvalue()[:400]), "upload_cut_off"),
    (lambda: header_of(8000, 5001), "upload_too_many_pixels"),
    (lambda: header_of(60_000, 60_000), "upload_too_many_pixels"),
    (lambda: header_of(0, 5), "upload_unreadable"),
]


@pytest.mark.parametrize(("make", "code"), BAD)
def test_what_is_no_still_picture_within_bounds_is_refused(make: Any, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        read(make())
    assert caught.value.code == code
    assert "%" not in caught.value.message


def test_a_file_over_25_megabytes_is_not_even_opened() -> None:
    with pytest.raises(Invalid) as caught:
        read_upload(io.BytesIO(b""), 25 * 2**20 + 1)
    assert caught.value.code == "upload_too_large"


def test_an_upload_becomes_a_private_asset_without_anything_of_the_file(db: None, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    mira, tomo = make_user(), make_user()
    image = make_image(200, 100)
    asset = keep_upload(mira, read(file_of(image, "PNG", pnginfo=None)))
    assert (asset.owner, asset.width, asset.height) == (mira, 200, 100)
    assert set(asset.files.values_list("variant", flat=True)) == {"original", "180"}
    assert picture_of(asset).tobytes() == image.tobytes()
    assert keep_upload(mira, image) == asset
    assert keep_upload(tomo, image) != asset
    # The same pixels drawn here are another asset: that one says so in its files.
    drawn = make_asset(mira, image=make_image(64, 64))
    assert keep_upload(mira, picture_of(drawn)) != drawn


def test_what_is_transparent_lies_on_white_and_16_bits_are_scaled(db: None) -> None:
    clear = Image.new("RGBA", (4, 4), (255, 0, 0, 0))
    assert ingest.flattened(read(file_of(clear))).getpixel((1, 1)) == (255, 255, 255)
    deep = Image.new("I;16", (4, 4), 32768)
    assert ingest.flattened(read(file_of(deep))).getpixel((1, 1)) == (128, 128, 128)
    assert not Asset.objects.exists()


def room(settings: Any, *, files: int = 100, megabytes: int = 100) -> None:
    settings.UPLOADS_PER_DAY, settings.UPLOAD_MB_PER_DAY = files, megabytes


def test_so_many_files_can_be_sent_in_a_day(db: None, settings: Any, tmp_path: Any, monkeypatch: Any) -> None:
    settings.MEDIA_ROOT, settings.TIME_ZONE = tmp_path, "Asia/Tokyo"
    room(settings, files=2)
    mira, first = make_user(), make_image()
    evening = datetime(2026, 11, 26, 14, 30, 20, tzinfo=UTC)  # half an hour before Tokyo's midnight
    monkeypatch.setattr(timezone, "now", lambda: evening)
    keep_upload(mira, first)
    keep_upload(mira, make_image())
    with pytest.raises(Invalid) as caught:
        keep_upload(mira, make_image())
    assert caught.value.code == "uploads_spent"
    assert "sent 2 files today" in caught.value.message
    assert "in 30\xa0minutes." in caught.value.message
    assert keep_upload(mira, first).owner == mira, "the same picture again costs nothing"
    assert keep_upload(make_user(), first), "nor is anybody else held up"
    assert Asset.objects.filter(owner=mira).count() == 2
    monkeypatch.setattr(timezone, "now", lambda: evening + timedelta(minutes=30))
    keep_upload(mira, make_image())


def test_so_many_bytes_can_be_sent_in_a_day(db: None, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    room(settings, megabytes=1)
    mira, noise = make_user(), random.Random(3)

    def noisy(side: int) -> Image.Image:
        return Image.frombytes("RGB", (side, side), noise.randbytes(3 * side * side))

    keep_upload(mira, noisy(400))
    before = sorted(tmp_path.rglob("*"))
    for side, code in ((500, "upload_bytes_spent"), (900, "upload_over_allowance")):
        with pytest.raises(Invalid) as caught:
            keep_upload(mira, noisy(side))
        assert caught.value.code == code
        assert "1 MB" in caught.value.message
    assert sorted(tmp_path.rglob("*")) == before, "nothing of what was refused lies on the disk"
    spent = UploadAllowance.objects.get()
    assert (spent.files, spent.size_bytes) == (1, sum(AssetFile.objects.values_list("size_bytes", flat=True)))


@pytest.mark.django_db(transaction=True)
def test_files_sent_at_the_same_moment_are_counted_one_after_the_other(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    room(settings, files=3)
    mira, pictures = make_user(), [make_image() for _ in range(6)]
    outcomes = at_once(*(lambda picture=picture: keep_upload(mira, picture) for picture in pictures))
    refused = [one for one in outcomes if isinstance(one, Invalid)]
    assert {one.code for one in refused} == {"uploads_spent"}
    assert (len(refused), Asset.objects.count(), UploadAllowance.objects.get().files) == (3, 3, 3)
