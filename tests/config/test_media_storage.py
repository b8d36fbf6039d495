"""Where pictures lie, as a process of a site reads it from its environment."""

import json

import pytest

from tests.config.test_settings import read

WHOLE = {
    "IRODORI_MEDIA_STORAGE": "s3",
    "IRODORI_S3_BUCKET": "pictures",
    "IRODORI_S3_ENDPOINT": "https://s3.example:9000",
    "IRODORI_S3_ACCESS_KEY": "key",
    "IRODORI_S3_SECRET_KEY": "secret",
}
SHOWN = (
    "__import__('json').dumps([settings.STORAGES['media'], settings.CONTENT_SECURITY_POLICY['DIRECTIVES']['img-src']])"
)


def test_a_folder_unless_said_otherwise() -> None:
    told = read(SHOWN.replace("dumps([", "dumps([settings.SENDFILE, ")).stdout
    assert json.loads(told) == [
        "",
        {"BACKEND": "gallery.storing.folder.MediaFolder"},
        ["'self'", "data:", "blob:"],
    ]


def test_pages_may_show_what_the_bucket_sends_and_nothing_else_changes() -> None:
    media, sources = json.loads(read(SHOWN, **WHOLE, IRODORI_S3_PREFIX="/one/").stdout)
    assert media["BACKEND"] == "gallery.storing.bucket.MediaBucket"
    assert (media["OPTIONS"]["location"], media["OPTIONS"]["through_site"]) == ("one", False)
    assert sources == ["'self'", "data:", "blob:", "https://s3.example:9000"]
    _media, sources = json.loads(read(SHOWN, **WHOLE, IRODORI_S3_PROXY="1").stdout)
    assert sources == ["'self'", "data:", "blob:"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"IRODORI_MEDIA_STORAGE": "tape"}, "use one of folder, s3"),
        ({"IRODORI_S3_BUCKET": ""}, "name the bucket in IRODORI_S3_BUCKET"),
        ({"IRODORI_S3_ENDPOINT": "s3.example"}, "IRODORI_S3_ENDPOINT is 's3.example'; use the server's address"),
        ({"IRODORI_S3_ENDPOINT": "https://a; script-src *"}, "use the server's address"),
        ({"IRODORI_S3_ENDPOINT": "https://a:port"}, "use the server's address"),
        ({"IRODORI_S3_SECRET_KEY": ""}, "belong together; one of them is not set"),
        ({"IRODORI_SENDFILE": "x-accel"}, "which is for a folder; leave it empty"),
        ({"IRODORI_SENDFILE": "nginx"}, "use one of"),
    ],
    ids=["kind", "bucket", "endpoint", "policy", "port", "keys", "both", "sendfile"],
)
def test_what_cannot_work_stops_the_start_with_a_sentence(change: dict[str, str], said: str) -> None:
    done = read("settings.STORAGES", **(WHOLE | change))
    assert done.returncode != 0
    assert said in done.stderr.splitlines()[-1]
