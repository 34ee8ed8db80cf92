"""Documents in an S3 bucket, Cloudflare R2 among them: bytes go there from the browser and come here to be read.

Every call here is one over the network, with tight limits, and none belongs inside a transaction.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryFile
from typing import IO, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from curaway.environment import Environment
from patients.documents.storage import Found, StorageUnavailable, Target, checked
from patients.documents.upload_url import LIFETIME, Permission

CONNECT_SECONDS, READ_SECONDS = 3, 10
MISSING = frozenset({"404", "NoSuchKey", "NotFound"})
NAMELESS = sys.platform == "linux"


class S3Storage:
    """Objects of one bucket, named by storage key `tenant/patient/document`."""

    is_remote = True

    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    @classmethod
    def of(cls, environment: Environment) -> S3Storage:
        """The bucket of the settings."""
        client = _client(
            environment.S3_ENDPOINT_URL,
            environment.S3_REGION,
            environment.S3_ACCESS_KEY_ID,
            environment.S3_SECRET_ACCESS_KEY,
        )
        return cls(client, environment.S3_BUCKET)

    def target(self, permission: Permission) -> Target:
        """An address that takes so many bytes of this type, no more and no fewer, for 15 minutes.

        Both are signed, so the store itself refuses anything else; the sender says the length by itself.
        """
        url = self._client.generate_presigned_url(
            "put_object",
            Params={
                "Bucket": self._bucket,
                "Key": checked(permission.storage_key),
                "ContentType": permission.content_type,
                "ContentLength": permission.size,
            },
            ExpiresIn=int(LIFETIME.total_seconds()),
            HttpMethod="PUT",
        )
        return Target(url, {"Content-Type": permission.content_type})

    def look(self, key: str, length: int) -> Found | None:
        """What was put there: its size, and its first bytes; None when nothing was."""
        named = {"Bucket": self._bucket, "Key": checked(key)}
        try:
            size = int(self._client.head_object(**named)["ContentLength"])
            if size == 0:
                return Found(0, b"")  # no range of it could be had
            part = self._client.get_object(**named, Range=f"bytes=0-{length - 1}")["Body"].read(length)
        except ClientError as fault:
            if _is_missing(fault):
                return None
            raise StorageUnavailable(_code(fault)) from None
        except BotoCoreError as fault:
            raise StorageUnavailable(type(fault).__name__) from None
        return Found(size, part)

    @contextmanager
    def local_copy(self, key: str) -> Iterator[Path]:
        """The bytes in a file of this machine, gone afterwards; FileNotFoundError when nothing was put there.

        On Linux it has no name, so that nothing is left of it however this process ends; the path leads through us.
        """
        with TemporaryFile() if NAMELESS else NamedTemporaryFile(prefix="curaway-document-") as file:
            self._fetch(key, file)
            file.flush()
            yield Path(f"/proc/{os.getpid()}/fd/{file.fileno()}" if NAMELESS else file.name)

    def delete(self, key: str) -> None:
        """Delete the object; in a bucket that keeps versions, only the bucket's own rules end those."""
        try:
            self._client.delete_object(Bucket=self._bucket, Key=checked(key))
        except ClientError as fault:
            raise StorageUnavailable(_code(fault)) from None
        except BotoCoreError as fault:
            raise StorageUnavailable(type(fault).__name__) from None

    def _fetch(self, key: str, file: IO[bytes]) -> None:
        try:
            body = self._client.get_object(Bucket=self._bucket, Key=checked(key))["Body"]
            for chunk in body.iter_chunks(64 * 1024):
                file.write(chunk)
        except ClientError as fault:
            if _is_missing(fault):
                raise FileNotFoundError from None
            raise StorageUnavailable(_code(fault)) from None
        except BotoCoreError as fault:
            raise StorageUnavailable(type(fault).__name__) from None


@lru_cache(maxsize=1)
def _client(endpoint: str, region: str, key_id: str, secret: str) -> Any:
    """One for the process: it keeps its connections, and any thread may use it."""
    return boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name=region,
        aws_access_key_id=key_id,
        aws_secret_access_key=secret,
        config=Config(
            signature_version="s3v4",
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"total_max_attempts": 2, "mode": "standard"},
            # The bucket's name in the path: R2's endpoint has no host per bucket.
            s3={"addressing_style": "path"},
            # Else newer versions add checksums that R2 does not know, and sign them into addresses.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    )


def _is_missing(fault: ClientError) -> bool:
    return _code(fault) in MISSING


def _code(fault: ClientError) -> str:
    """S3's word for it; the text may quote the key, which names the patient."""
    return str(fault.response.get("Error", {}).get("Code", "unknown"))[:50]
