"""Uploading local files: the version that was made, in one part or many; what a failure leaves."""

from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from rowledger.errors import CommandError
from rowledger.operations.adapters.aws import uploader as module
from rowledger.operations.adapters.aws.uploader import S3Uploader

REFUSED = ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "PutObject")
AWAY = EndpointConnectionError(endpoint_url="https://s3")


class FakeS3:
    """The calls of an upload. fails_at: the name of the call that fails."""

    def __init__(self, fails_at: str = "", error: Exception = REFUSED) -> None:
        self.parts: dict[int, bytes] = {}
        self.aborted = False
        self.fails_at, self.error = fails_at, error

    def _call(self, name: str) -> None:
        if name == self.fails_at:
            raise self.error

    def put_object(self, *, Body: bytes, **_: Any) -> dict[str, str]:  # noqa: ANN401, N803 -- as boto3 has it
        self._call("put_object")
        self.parts[0] = Body
        return {"VersionId": "single"}

    def create_multipart_upload(self, **_: Any) -> dict[str, str]:  # noqa: ANN401 -- as above
        return {"UploadId": "u"}

    def upload_part(self, *, PartNumber: int, Body: bytes, **_: Any) -> dict[str, str]:  # noqa: ANN401, N803 -- as above
        self._call("upload_part")
        self.parts[PartNumber] = Body
        return {"ETag": f"e{PartNumber}"}

    def complete_multipart_upload(self, *, MultipartUpload: Any, **_: Any) -> dict[str, str]:  # noqa: ANN401, N803 -- as above
        self._call("complete_multipart_upload")
        numbers = [each["PartNumber"] for each in MultipartUpload["Parts"]]
        assert numbers == sorted(self.parts)
        return {"VersionId": "in parts"}

    def abort_multipart_upload(self, **_: Any) -> None:  # noqa: ANN401 -- as above
        self.aborted = True


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(module, "MAX_SINGLE_PUT_BYTES", 10)
    path = tmp_path / "a.csv"
    path.write_bytes(b"0123456789" * 3 + b"end")
    return path


def put(s3: Any, path: Path) -> tuple[str, int]:  # noqa: ANN401 -- a client
    sent: list[int] = []
    target = S3Uploader(s3, "in", "rowledger-operator")
    return target.put(path, "a.csv", sent.append), sum(sent)


def test_a_large_file_goes_in_parts_and_its_version_is_the_one_that_was_made(file: Path) -> None:
    s3 = FakeS3()
    assert put(s3, file) == ("in parts", 33)
    assert b"".join(s3.parts[number] for number in sorted(s3.parts)) == file.read_bytes()
    assert not s3.aborted


def test_a_small_file_goes_at_once(file: Path) -> None:
    file.write_bytes(b"a,b\n")
    s3 = FakeS3()
    assert put(s3, file) == ("single", 4)


@pytest.mark.parametrize("call", ["upload_part", "complete_multipart_upload"])
@pytest.mark.parametrize("error", [REFUSED, AWAY])
def test_parts_of_an_upload_that_failed_are_removed(
    file: Path, call: str, error: Exception
) -> None:
    s3 = FakeS3(call, error)
    with pytest.raises(CommandError, match=r"a\.csv could not be uploaded"):
        put(s3, file)
    assert s3.aborted
