"""A real HTTP server that speaks S3, on this machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from moto.server import ThreadedMotoServer

BUCKET, PREFIX = "pictures", "site/one"


@contextmanager
def s3_server() -> Iterator[str]:
    """Its address; it holds an empty bucket."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    try:
        client(address).create_bucket(Bucket=BUCKET)
        yield address
    finally:
        server.stop()


def client(address: str) -> Any:
    """boto3's own, to look from outside at what lies there."""
    keys = {"aws_access_key_id": "key", "aws_secret_access_key": "secret"}
    return boto3.client("s3", endpoint_url=address, region_name="us-east-1", **keys)


def storages(address: str, **options: Any) -> dict[str, Any]:
    """The setting STORAGES for this bucket."""
    named = {
        "bucket_name": BUCKET,
        "endpoint_url": address,
        "region_name": "us-east-1",
        "access_key": "key",
        "secret_key": "secret",
        "location": PREFIX,
    }
    return {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
        "media": {"BACKEND": "gallery.storing.bucket.MediaBucket", "OPTIONS": named | options},
    }
