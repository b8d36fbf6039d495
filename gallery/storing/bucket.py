"""A bucket of a server that speaks S3: several machines share it without sharing a disk.

Objects are private: they are put there without an ACL, which S3 takes for `private`, also where ACLs are turned off.
"""

import base64
import hashlib
import posixpath
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import ContentFile, File
from storages.backends.s3 import S3Storage

from gallery.storing.errors import OutOfReach

LASTS = 300
"""Seconds that the address of one file is good for."""

# Checksums of S3's newer kind are unknown to many servers that speak S3; Content-MD5 isn't.
_CONFIG = Config(
    signature_version="s3v4",
    s3={"addressing_style": "path"},
    connect_timeout=5,
    read_timeout=30,
    retries={"total_max_attempts": 3, "mode": "standard"},
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
)


class MediaBucket(S3Storage):
    """Objects of one bucket. What the server refuses or fails to answer becomes `OutOfReach`, an `OSError`.

    `through_site`: readers get the bytes from the site and never an address of the server.
    """

    def __init__(self, *, through_site: bool = False, **options: Any) -> None:
        self.through_site = through_site
        super().__init__(client_config=_CONFIG, **options)

    def _save(self, name: str, content: File) -> str:  # type: ignore[type-arg]
        data = b"".join(content.chunks())
        # Always, also over the same bytes: then they count as new, and `check_media` leaves them for an hour. An
        # object appears as a whole or not at all.
        digest = base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()
        kind = self._get_write_parameters(name, content)["ContentType"]
        with _refusals(name):
            self._client.put_object(**self._object(name), Body=data, ContentMD5=digest, ContentType=kind)
        return name

    def _open(self, name: str, mode: str = "rb") -> File:  # type: ignore[type-arg]
        with _refusals(name):
            return ContentFile(self._client.get_object(**self._object(name))["Body"].read(), name=name)

    def exists(self, name: str) -> bool:
        """Whether there is such an object."""
        try:
            self.get_modified_time(name)
        except FileNotFoundError:
            return False
        return True

    def delete(self, name: str) -> None:
        """Remove it, if it is there."""
        with _refusals(name):
            self._client.delete_object(**self._object(name))

    def get_modified_time(self, name: str) -> datetime:
        """When it was put there, by the server's clock."""
        with _refusals(name):
            moment: datetime = self._client.head_object(**self._object(name))["LastModified"]
            return moment

    def listed(self) -> Iterator[tuple[str, float]]:
        """Path and time of every object below the prefix."""
        prefix = posixpath.join(self._normalize_name(""), "").lstrip("/")
        with _refusals(prefix):
            for page in self._client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket_name, Prefix=prefix):
                for entry in page.get("Contents", ()):
                    yield entry["Key"].removeprefix(prefix), entry["LastModified"].timestamp()

    def address(self, name: str, *, mime: str, disposition: str, method: str) -> str | None:
        """Where anybody gets the object with these headers by this method for `LASTS` seconds; None where the site
        hands the bytes over itself."""
        if self.through_site:
            return None
        wanted = {
            "ResponseContentType": mime,
            "ResponseContentDisposition": disposition,
            "ResponseCacheControl": "private, no-store",
        }
        return str(self.url(name, parameters=wanted, expire=LASTS, http_method=method))

    @property
    def _client(self) -> Any:
        return self.connection.meta.client

    def _object(self, name: str) -> dict[str, str]:
        return {"Bucket": self.bucket_name, "Key": self._normalize_name(name)}


@contextmanager
def _refusals(name: str) -> Iterator[None]:
    """Turn what boto3 raises into `FileNotFoundError` and `OutOfReach`."""
    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        if code in {"404", "NoSuchKey", "NotFound"}:
            raise FileNotFoundError(f"the bucket has no {name}") from error
        raise OutOfReach(f"the bucket refuses {name}: {code}") from error
    except BotoCoreError as error:
        raise OutOfReach(f"the bucket can't be asked for {name}: {error}") from error
