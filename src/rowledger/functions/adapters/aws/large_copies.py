"""Copies large objects inside S3 in parts, with the transfer manager that boto3 uses itself."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


# For each upload in parts that this client begins.
_BEGIN = "provide-client-params.s3.CreateMultipartUpload"


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
    after_part: Callable[[], None],
) -> None:
    """Copy an object, and remove what was copied of it where that fails.

    Args:
        client: of S3.
        source: Bucket, Key and VersionId.
        target: Bucket and Key.
        threshold_bytes: a larger object is copied in parts.
        part_bytes: of a part.
        after_part: called after each part; what it raises ends the copy.

    Raises:
        ClientError, BotoCoreError: as botocore does.
    """
    # Loaded here: few objects are so large, and every cold start would pay for it.
    from s3transfer.manager import TransferConfig, TransferManager  # noqa: PLC0415
    from s3transfer.subscribers import BaseSubscriber  # noqa: PLC0415

    class AfterPart(BaseSubscriber):
        def on_progress(self, future: Any, bytes_transferred: int, **_: Any) -> None:  # noqa: ANN401, ARG002 -- as the base class has it
            after_part()

    client.meta.events.register(_BEGIN, _ask_for_one_checksum, unique_id=__name__)
    config = TransferConfig(multipart_threshold=threshold_bytes, multipart_chunksize=part_bytes)
    with TransferManager(client, config) as manager:
        manager.copy(
            source,
            target["Bucket"],
            target["Key"],
            extra_args={"ChecksumAlgorithm": "CRC32"},
            subscribers=[AfterPart()],
        ).result()
