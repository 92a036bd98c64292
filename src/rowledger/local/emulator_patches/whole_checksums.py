"""Gives a copy, and an object that came in parts, the checksum of the whole that was asked for.

S3 computes the one that CopyObject names, and the CRC that CreateMultipartUpload names together
with ChecksumType FULL_OBJECT, and tells it in its answer (Amazon S3 User Guide, "Checking object
integrity"). The emulator leaves out the first, and for the other has checksums of parts alone.
"""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree as ET

import ministack.services.s3

_ALGORITHM, _TYPE = "x-amz-checksum-algorithm", "x-amz-checksum-type"
_WHOLE = "FULL_OBJECT"
# The CRC of a whole can be put together from those of its parts; S3 refuses other algorithms.
_OF_PARTS = ("CRC32", "CRC32C", "CRC64NVME")
# Where an upload that is going on keeps the algorithm that it was asked for.
_KEPT = "whole_checksum_algorithm"

Answer = tuple[int, dict[str, str], bytes]


@dataclass
class _Wanted:
    """What the request that is being answered asks for. value: Base64, once the object is whole."""

    algorithm: str
    value: str | None = None


_wanted: ContextVar[_Wanted | None] = ContextVar("wanted", default=None)


def apply_patch() -> None:
    """Do so from now on in this process."""
    s3 = ministack.services.s3
    s3._copy_object = _copying(s3._copy_object)  # noqa: SLF001 -- its only way
    s3._create_multipart_upload = _remembering(s3._create_multipart_upload)  # noqa: SLF001 -- as above
    s3._complete_multipart_upload = _completing(s3._complete_multipart_upload)  # noqa: SLF001 -- as above
    s3._record_object_version = _recording(s3._record_object_version)  # noqa: SLF001 -- as above


def _copying(copy: Callable[..., Answer]) -> Callable[..., Answer]:
    def copied(bucket: str, key: str, headers: dict[str, str]) -> Answer:
        return _with_checksum(headers.get(_ALGORITHM), lambda: copy(bucket, key, headers))

    return copied


def _remembering(create: Callable[..., Answer]) -> Callable[..., Answer]:
    def created(bucket: str, key: str, headers: dict[str, str]) -> Answer:
        status, answered, body = create(bucket, key, headers)
        algorithm = answered.get(_ALGORITHM)
        if headers.get(_TYPE) != _WHOLE or algorithm not in _OF_PARTS:
            return status, answered, body
        upload_id = ET.fromstring(body).findtext("{*}UploadId")  # noqa: S314 -- the emulator's own
        upload = ministack.services.s3._multipart_uploads[upload_id]  # noqa: SLF001 -- as above
        upload[_KEPT] = algorithm
        # Else it computes one of the parts' checksums, which takes the place of the whole's.
        upload["checksum_algorithm"] = None
        return status, answered | {_TYPE: _WHOLE}, body

    return created


def _completing(complete: Callable[..., Answer]) -> Callable[..., Answer]:
    def completed(bucket: str, key: str, body: bytes, query: Any, *rest: Any) -> Answer:  # noqa: ANN401 -- the emulator's
        s3 = ministack.services.s3
        upload = s3._multipart_uploads.get(s3._qp(query, "uploadId"), {})  # noqa: SLF001 -- as above
        return _with_checksum(upload.get(_KEPT), lambda: complete(bucket, key, body, query, *rest))

    return completed


def _recording(record: Callable[..., str | None]) -> Callable[..., str | None]:
    """The step of each write at which the object is whole and not yet on disk."""

    def recorded(bucket: str, key: str, prior: Any, obj: dict[str, Any], data: bytes) -> str | None:  # noqa: ANN401 -- the emulator's
        if wanted := _wanted.get():
            value = ministack.services.s3._compute_s3_checksum(wanted.algorithm, data)  # noqa: SLF001 -- as above
            wanted.value = value
            obj |= {"checksums": {wanted.algorithm: value}, "checksum_type": _WHOLE}
        return record(bucket, key, prior, obj, data)

    return recorded


def _with_checksum(algorithm: str | None, answer: Callable[[], Answer]) -> Answer:
    """Have the object that the request makes get the checksum, and the answer tell it."""
    if not algorithm:
        return answer()
    wanted = _Wanted(algorithm.upper())
    before = _wanted.set(wanted)
    try:
        status, headers, body = answer()
    finally:
        _wanted.reset(before)
    if wanted.value is None:
        return status, headers, body
    root = ET.fromstring(body)  # noqa: S314 -- the emulator's own
    namespace = root.tag.partition("}")[0]
    ET.SubElement(root, f"{namespace}}}Checksum{wanted.algorithm}").text = wanted.value
    ET.SubElement(root, f"{namespace}}}ChecksumType").text = _WHOLE
    return status, headers, ET.tostring(root, encoding="utf-8", xml_declaration=True)
