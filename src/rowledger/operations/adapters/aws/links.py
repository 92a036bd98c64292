"""Presigned links to objects in S3: they carry the rights of the person who made them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rowledger.functions.domain.faults import FaultCode
from rowledger.operations.adapters.aws.denials import explained

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_VALID_SECONDS = 60


@dataclass(frozen=True, slots=True)
class S3Links:
    client: "S3Client"
    policy: str

    def link(self, bucket: str, key: str, version_id: str | None, *, name: str) -> str:
        which = {
            "Bucket": bucket,
            "Key": key,
            # A file, whatever its content says it is, and one that no cache keeps.
            "ResponseContentDisposition": f'attachment; filename="{name}"',
            "ResponseContentType": "application/octet-stream",
            "ResponseCacheControl": "no-store",
        }
        if version_id is not None:
            which["VersionId"] = version_id
        # Else boto3 signs links by version 2 in some regions, and S3 refuses those to what a key of
        # KMS encrypts, and for buckets made since June 2020.
        self.client.meta.events.register_first(
            "choose-signer.s3",
            _version_4,  # type: ignore[arg-type]  # the stub knows none that answer
            unique_id="rowledger-links",
        )
        with explained(FaultCode.STORAGE, f"making a link to s3://{bucket}/{key}", self.policy):
            return self.client.generate_presigned_url(
                "get_object", Params=which, ExpiresIn=_VALID_SECONDS
            )


def _version_4(signature_version: object, **_others: object) -> str | None:
    """What a link is signed by; None for what is no link."""
    is_link = isinstance(signature_version, str) and signature_version.endswith("-query")
    return "s3v4-query" if is_link else None
