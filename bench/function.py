"""The function at work on the local stack: latency from PUT to mail, memory and speed by file size.

It starts a stack of its own in a temporary folder. Run: python -m bench.function [--mb 10 500 2000]
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from rowledger.functions import contract
from rowledger.functions.domain.ledger import LedgerRow
from rowledger.functions.domain.outcome import examine
from rowledger.functions.domain.upload import UploadName
from rowledger.local.layout import Layout
from rowledger.local.mail.inbox import mails
from rowledger.local.stack import Stack, reset
from rowledger.operations.services.following import follow, send
from rowledger.wiring.environments import local_environment
from rowledger.wiring.local_stack import start_local_stack
from rowledger.wiring.operations import ledger_queries, uploader

if TYPE_CHECKING:
    from botocore.response import StreamingBody
    from mypy_boto3_s3 import S3Client

INPUT_BUCKET: str = contract.load("pipeline.json")["buckets"]["input"]
LIMIT_MB = 100
WARM_RUNS = 30
CHUNK_BYTES = 1 << 20
LINE = b"1234567,a name of some length,2026-11-22,12.50,another column\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mb", type=int, nargs="+", default=[10, 500, 2000])
    sizes: list[int] = parser.parse_args().mb
    with tempfile.TemporaryDirectory(prefix="rowledger-bench-") as folder:
        layout = Layout(Path(folder) / "state")
        try:
            stack = start_local_stack(lambda _: None, layout)
            latency(stack, Path(folder))
            over = memory(stack, Path(folder), sizes)
        finally:
            reset(lambda _: None, layout)
    if over:
        raise SystemExit(f"the function took more than {LIMIT_MB} MB")


def latency(stack: Stack, folder: Path) -> None:
    """From PUT to the mail in the inbox, for a small file."""
    path = folder / "small.csv"
    path.write_bytes(b"a,b\n" + b"1,2\n" * 9)
    cold = put_to_mail(stack, path)
    warm = [put_to_mail(stack, path) for _ in range(WARM_RUNS)]
    print(f"PUT to mail, cold start: {cold * 1000:,.0f} ms")
    print(
        f"PUT to mail, warm: median {statistics.median(warm) * 1000:,.0f} ms,"
        f" {WARM_RUNS} runs from {min(warm) * 1000:,.0f} to {max(warm) * 1000:,.0f} ms"
        f" (cold / warm {cold / statistics.median(warm):.1f})"
    )


def put_to_mail(stack: Stack, path: Path) -> float:
    """Seconds."""
    before = {mail.path for mail in mails(stack.inbox_dir)}
    started = time.perf_counter()
    target = uploader(local_environment(stack.layout))
    sent = send(target, path, INPUT_BUCKET, path.name, lambda _: None)
    while True:
        for mail in mails(stack.inbox_dir):
            if mail.path not in before and sent.version_id in mail.content.get_content():
                return time.perf_counter() - started
        if time.perf_counter() - started > 60:
            raise SystemExit("no mail came within a minute")
        time.sleep(0.002)


def memory(stack: Stack, folder: Path, sizes: list[int]) -> bool:
    """The function's peak memory; what counting adds to a bare read of the same object."""
    print(f"{'file':>9} {'data rows':>12} {'peak memory':>12} {'counted':>10} {'read':>10} ratio")
    over = False
    for size in sizes:
        path = folder / f"{size}mb.csv"
        rows = write_csv(path, size * 1_000_000)
        target = uploader(local_environment(stack.layout))
        sent = send(target, path, INPUT_BUCKET, path.name, lambda _: None)
        ledger = ledger_queries(local_environment(stack.layout))
        record = next(follow(ledger, [sent], timeout=280))
        assert record.rows_count == rows, (record.rows_count, rows)
        path.unlink()
        peak = max(peaks(stack))
        bare, counted = bare_read(stack, sent), counted_read(stack, sent)
        print(
            f"{size:>6} MB {rows:>12,} {peak:>9.1f} MB {counted:>8.2f} s {bare:>8.2f} s"
            f" {counted / bare:>5.2f}"
        )
        over |= peak > LIMIT_MB
        forget(stack, sent, record)
    return over


def write_csv(path: Path, size_bytes: int) -> int:
    """Return the data rows written."""
    rows = size_bytes // len(LINE)
    with path.open("wb") as file:
        file.write(b"id,name,date,amount,other\n")
        for _ in range(rows // 10_000):
            file.write(LINE * 10_000)
        file.write(LINE * (rows % 10_000))
    return rows


def peaks(stack: Stack) -> Iterator[float]:
    """The highest resident size, in MB, that each copy of the function ever had."""
    for process in psutil.process_iter(["environ"]):
        environment = process.info["environ"] or {}
        if (
            environment.get("AWS_LAMBDA_FUNCTION_NAME")
            == contract.load("pipeline.json")["functions"]["processor"]["name"]
            and environment.get("ROWLEDGER_TOPIC_ARN")
            and str(stack.state_dir) in " ".join(environment.values())
        ):
            status = Path(f"/proc/{process.pid}/status").read_text()
            (line,) = (line for line in status.splitlines() if line.startswith("VmHWM:"))
            yield int(line.split()[1]) * 1024 / 1e6


def bare_read(stack: Stack, sent: UploadName) -> float:
    """Seconds to read the object and do nothing with it."""
    started = time.perf_counter()
    with closing(opened(stack, sent)) as body:
        for _ in body.iter_chunks(CHUNK_BYTES):
            pass
    return time.perf_counter() - started


def counted_read(stack: Stack, sent: UploadName) -> float:
    """Seconds to read the object as the function does: counted and digested."""
    started = time.perf_counter()
    with closing(opened(stack, sent)) as body:
        examine(body.iter_chunks(CHUNK_BYTES), header=True)
    return time.perf_counter() - started


def opened(stack: Stack, sent: UploadName) -> "StreamingBody":
    s3: S3Client = stack.client("s3")
    bucket = stack.settings["ROWLEDGER_INPUT_BUCKET"]
    return s3.get_object(Bucket=bucket, Key=sent.key, VersionId=sent.version_id)["Body"]


def forget(stack: Stack, sent: UploadName, record: LedgerRow) -> None:
    """The emulator keeps objects in memory: make room for the next."""
    s3: S3Client = stack.client("s3")
    s3.delete_object(
        Bucket=stack.settings["ROWLEDGER_INPUT_BUCKET"], Key=sent.key, VersionId=sent.version_id
    )
    s3.delete_object(
        Bucket=stack.settings["ROWLEDGER_BACKUP_BUCKET"],
        Key=record.backup_key,
        VersionId=record.backup_version_id or "",
    )


if __name__ == "__main__":
    main()
