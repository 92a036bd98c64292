"""Large files and gzip bombs: the right outcome everywhere, in the memory that a small file takes.

In full the sizes are 2 GB, a field of 200 MB, ten million lines and a bomb of 20 GiB.
"""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft202012Validator

from bench.copies import peaks
from rowledger.functions import contract
from rowledger.functions.config import ProcessorConfig
from rowledger.functions.domain.expansion import ExpansionLimit
from rowledger.functions.domain.history import UploadHistory
from rowledger.functions.domain.ledger import LedgerRow
from rowledger.local.stack import Stack
from rowledger.wiring.environments import local_environment
from rowledger.wiring.operations import ledger_queries
from tests.e2e.pipeline import PIPELINE, Pipeline, eventually
from tests.faults.large_files import LARGE_FILES, MIB, Digested, Large, forget, upload

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

VALIDATOR = Draft202012Validator(contract.load("result.schema.json"))
# More than an attempt has: it would have ended by itself.
PATIENCE_SECONDS = 300.0
# The short sizes are above it as well.
MORE_THAN_A_SMALL_FILE_MB = 32


@dataclass(frozen=True, slots=True)
class Taken:
    """A large file that has its outcome, and what was sent of it."""

    large: Large
    sent: Digested
    found: UploadHistory
    pipeline: Pipeline

    @property
    def record(self) -> LedgerRow:
        return self.found.row


@pytest.fixture(scope="module")
def small_peak(stack: Stack) -> float:
    """The memory, in MB, that the function took at most for nothing but a small file."""
    ledger = ledger_queries(local_environment(stack.layout))
    Pipeline(stack, ledger).take("large/small.csv", b"a\n1\n")
    return max(peaks(stack))


@pytest.fixture(scope="module", params=LARGE_FILES, ids=lambda large: large.key)
def taken(
    request: pytest.FixtureRequest,
    stack: Stack,
    small_peak: float,  # measured before the first of them
    full: bool,  # noqa: FBT001 -- a fixture
) -> Iterator[Taken]:
    large: Large = request.param
    digested = Digested()
    sent = upload(stack, f"large/{large.key}", digested.through(large.chunks(full)))
    pipeline = Pipeline(stack, ledger_queries(local_environment(stack.layout)))
    found = pipeline.history(sent, timeout=PATIENCE_SECONDS)
    yield Taken(large, digested, found, pipeline)
    forget(stack, sent, found.row)


def test_it_has_the_right_outcome_and_no_attempt_ran_out_of_time(
    taken: Taken, *, full: bool
) -> None:
    large, record = taken.large, taken.record
    error = record.error or {}
    assert error.get("code") == large.error
    assert record.rows_count == (large.rows(full) if large.rows else None)
    if large.columns:
        assert record.columns_count == large.columns
    if large.place:
        assert (error["line"], error["byte_offset"]) == large.place
    if large.error == "TOO_LARGE":
        assert f"more than {limit(taken):,} bytes" in error["message"]
    # On a busy machine the emulator may answer too late for 2 GB; that is a fault like any other.
    results = [attempt["result"] for attempt in taken.found.attempts]
    assert results[-1] == record.status
    assert "TIME_UP" not in results


def limit(taken: Taken) -> int:
    """What the deployed settings let a file of this size expand to."""
    config = ProcessorConfig.from_environment(taken.pipeline.stack.settings)
    most = ExpansionLimit(config.max_decompressed_bytes, config.max_decompressed_ratio)
    return most.of(taken.sent.size_bytes)


def test_its_receipt_and_its_mail_say_so(taken: Taken) -> None:
    record, pipeline = taken.record, taken.pipeline
    receipt = pipeline.receipt(record)
    VALIDATOR.validate(receipt)
    assert (receipt["status"], receipt["rows_count"]) == (record.status, record.rows_count)
    assert receipt["file_size_bytes"] == taken.sent.size_bytes
    assert receipt["sha256"] == taken.sent.sha256.hexdigest()
    assert receipt.get("error") == record.error
    (body,) = eventually("its mail", lambda: pipeline.mail_bodies(record.version_id))
    assert f"Status:    {record.status}" in body
    assert (taken.large.error or "Data rows: ") in body


def test_its_backup_holds_the_same_bytes(taken: Taken) -> None:
    s3: S3Client = taken.pipeline.stack.client("s3")
    backup = Digested()
    answer = s3.get_object(Bucket=PIPELINE["buckets"]["backup"], Key=taken.record.backup_key)
    with closing(answer["Body"]) as body:
        for _ in backup.through(body.iter_chunks(MIB)):
            pass
    assert (backup.size_bytes, backup.crc32) == (taken.sent.size_bytes, taken.sent.crc32)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak is read from /proc")
def test_it_takes_the_memory_of_a_small_file(taken: Taken, small_peak: float) -> None:
    peak = max(peaks(taken.pipeline.stack))
    assert peak < small_peak + MORE_THAN_A_SMALL_FILE_MB
