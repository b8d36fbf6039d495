"""Where pictures lie, as the environment says: a folder of this machine, or a bucket of a server that speaks S3."""

from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from config.env import env_bool, env_choice, env_secret, env_str

FOLDER, S3 = "folder", "s3"


def media_storage() -> dict[str, Any]:
    """`STORAGES["media"]`. Raises `ImproperlyConfigured` for a bucket that can't be used as it is named."""
    if env_choice("IRODORI_MEDIA_STORAGE", FOLDER, (FOLDER, S3)) == FOLDER:
        return {"BACKEND": "gallery.storing.folder.MediaFolder"}
    if find_spec("storages") is None or find_spec("boto3") is None:
        raise ImproperlyConfigured(
            "IRODORI_MEDIA_STORAGE is s3, which needs packages that aren't installed: "
            "pip install --no-deps --require-hashes -r requirements/s3.txt"
        )
    bucket, endpoint = env_str("IRODORI_S3_BUCKET"), env_str("IRODORI_S3_ENDPOINT")
    if not bucket:
        raise ImproperlyConfigured("IRODORI_MEDIA_STORAGE is s3; name the bucket in IRODORI_S3_BUCKET.")
    if not origin_of(endpoint):
        raise ImproperlyConfigured(
            f"IRODORI_S3_ENDPOINT is {endpoint!r}; use the server's address, such as https://s3.eu-central-1.amazonaws.com."
        )
    access, secret = env_secret("IRODORI_S3_ACCESS_KEY", ""), env_secret("IRODORI_S3_SECRET_KEY", "")
    if bool(access) != bool(secret):
        raise ImproperlyConfigured(
            "IRODORI_S3_ACCESS_KEY and IRODORI_S3_SECRET_KEY belong together; one of them is not set."
        )
    return {
        "BACKEND": "gallery.storing.bucket.MediaBucket",
        "OPTIONS": {
            "bucket_name": bucket,
            "endpoint_url": endpoint,
            "region_name": env_str("IRODORI_S3_REGION", "us-east-1"),
            # None: as boto3 finds them, such as the role of the machine.
            "access_key": access or None,
            "secret_key": secret or None,
            "location": env_str("IRODORI_S3_PREFIX").strip("/"),
            "through_site": env_bool("IRODORI_S3_PROXY", False),
        },
    }


def sendfile(storage: dict[str, Any]) -> str:
    """Who sends the bytes of files in a folder: this process (empty), or the proxy before it (`x-accel`)."""
    chosen = env_choice("IRODORI_SENDFILE", "", ("", "x-accel"))
    if chosen and "OPTIONS" in storage:
        raise ImproperlyConfigured(
            f"IRODORI_SENDFILE is {chosen!r}, which is for a folder; leave it empty with IRODORI_MEDIA_STORAGE=s3."
        )
    return chosen


def origins_of_pictures(storage: dict[str, Any]) -> list[str]:
    """From where else than from the site itself browsers get pictures: what the bucket's server is called, if so."""
    options = storage.get("OPTIONS", {})
    return [] if not options or options["through_site"] else [origin_of(options["endpoint_url"])]


def origin_of(address: str) -> str:
    """`https://s3.example:9000` of an address; empty for what is none."""
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return ""
    # It goes into the Content-Security-Policy, where blanks, semicolons and commas would mean something.
    plain = parts.hostname and not parts.username and not set(parts.netloc) & set(" ;,'\"")
    if parts.scheme not in {"http", "https"} or not plain:
        return ""
    return f"{parts.scheme}://{parts.netloc}"
