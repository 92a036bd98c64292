"""Copies large objects inside S3 in parts, with the transfer manager that boto3 uses itself."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


# For each upload in parts that this client begins, and for each part.
_BEGIN = "provide-client-params.s3.CreateMultipartUpload"
_PART = "provide-client-params.s3.UploadPartCopy"


def _ask_for_one_checksum(params: dict[str, Any], **_: Any) -> None:  # noqa: ANN401 -- botocore's
    """Have S3 compute the CRC-32 of the whole, where it else gives one of the parts' checksums.

    The transfer manager's copies take no ChecksumType, so that botocore adds it. A store that does
    not know it gives what it always gave.
    """
    params["ChecksumType"] = "FULL_OBJECT"


def copy_in_parts(
    client: "S3Client",
    source: dict[str, str],
    target: dict[str, str],
    *,
    threshold_bytes: int,
    part_bytes: int,
    before_call: Callable[[], None],
) -> None:
    """Copy an object, and remove what was copied of it where that fails.

    Args:
        client: of S3.
        source: Bucket, Key and VersionId.
        target: Bucket and Key.
        threshold_bytes: a larger object is copied in parts.
        part_bytes: of a part.
        before_call: called before it begins and before each part; what it raises ends the copy.

    Raises:
        ClientError, BotoCoreError: as botocore does.
    """
    # Loaded here: few objects are so large, and every cold start would pay for it.
    from s3transfer.manager import TransferConfig, TransferManager  # noqa: PLC0415

    def check(**_: Any) -> None:  # noqa: ANN401 -- botocore's
        before_call()

    events = client.meta.events
    events.register(_BEGIN, _ask_for_one_checksum, unique_id=__name__)
    for call in (_BEGIN, _PART):
        events.register(call, check)
    config = TransferConfig(multipart_threshold=threshold_bytes, multipart_chunksize=part_bytes)
    try:
        with TransferManager(client, config) as manager:
            manager.copy(
                source,
                target["Bucket"],
                target["Key"],
                extra_args={"ChecksumAlgorithm": "CRC32"},
            ).result()
    finally:
        for call in (_BEGIN, _PART):
            events.unregister(call, check)
