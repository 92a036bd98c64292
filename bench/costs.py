"""What files cost on AWS, from measured seconds and list prices.

Prices in USD, us-east-1, on demand, without free tiers and the discount for very much. Not in them:
what costs the same however many files come (the database, its endpoints; docs/infrastructure.md),
the sender's own PUT, storage, mails, logs and traces.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from bench.markdown import row, table
from rowledger.functions import contract
from rowledger.functions.adapters.aws.storage import MAX_SINGLE_COPY_BYTES, PART_BYTES

PRICES_OF = "2026-11-26"
# AWS Lambda, duration: a second of 1,024 MB.
LAMBDA_GB_SECOND = {"arm64": 0.0000133334, "x86_64": 0.0000166667}
# AWS Lambda, requests: each invocation.
LAMBDA_REQUEST = 0.20 / 1_000_000
# Amazon S3 Standard: PUT, COPY, POST and LIST, and each call of an upload in parts.
S3_WRITE = 0.005 / 1000
# Amazon S3 Standard: GET, HEAD and all others.
S3_READ = 0.0004 / 1000
# Amazon SNS, standard topics: each publish of up to 64 KB. Its delivery to SQS is free.
SNS_PUBLISH = 0.50 / 1_000_000

# A million files of 1 MB, or a thousand of 1 GB.
_BYTES_IN_ALL = 1_000_000_000_000
_PROCESSOR = contract.load("pipeline.json")["functions"]["processor"]
# Memory is chosen in steps: a function that is near its limit fails at the next larger file.
_MEMORY_STEP_MB = 128


@dataclass(frozen=True, slots=True)
class Use:
    """What a function uses of AWS for one file.

    Args:
        function: What the table calls it.
        size_bytes: Of the file.
        seconds: Of Lambda.
        memory_mb: That Lambda gives it (MiB).
        s3_writes: Requests to S3 at the price of a PUT.
        s3_reads: Requests to S3 at the price of a GET.
        publishes: Messages to SNS for programs.
    """

    function: str
    size_bytes: int
    seconds: float
    memory_mb: int
    s3_writes: int
    s3_reads: int
    publishes: int


@dataclass(frozen=True, slots=True)
class Cost:
    """USD."""

    lambda_time: float
    lambda_requests: float
    s3_requests: float
    events: float

    @property
    def total(self) -> float:
        return self.lambda_time + self.lambda_requests + self.s3_requests + self.events


def cost(use: Use, files: int, architecture: str = _PROCESSOR["architecture"]) -> Cost:
    """What so many files cost, each of which takes that. Lambda bills whole milliseconds."""
    billed_seconds = math.ceil(use.seconds * 1000) / 1000
    gigabyte_seconds = billed_seconds * use.memory_mb / 1024
    return Cost(
        lambda_time=files * gigabyte_seconds * LAMBDA_GB_SECOND[architecture],
        lambda_requests=files * LAMBDA_REQUEST,
        s3_requests=files * (use.s3_writes * S3_WRITE + use.s3_reads * S3_READ),
        events=files * use.publishes * SNS_PUBLISH,
    )


def use_of_processor(size_bytes: int, seconds: float) -> Use:
    """csv-processor's: it reads, writes a receipt and copies, whose answer has the checksum."""
    copies, looks = 1, 0
    if size_bytes > MAX_SINGLE_COPY_BYTES:
        # It asks for the size, begins and completes an upload in parts, and looks at the copy.
        copies, looks = math.ceil(size_bytes / PART_BYTES) + 2, 2
    return Use(
        _PROCESSOR["name"],
        size_bytes,
        seconds,
        _PROCESSOR["memory_mb"],
        s3_writes=1 + copies,
        s3_reads=1 + looks,
        publishes=1,
    )


def use_of_plain_handler(size_bytes: int, seconds: float, peak_mb: float) -> Use:
    """The plain handler's: it reads and copies, in at least the memory that csv-processor has.

    peak_mb: its peak, in MB of 1,000,000 bytes; with less memory than that Lambda ends it.
    """
    needed = math.ceil(peak_mb * 1_000_000 / (1 << 20) / _MEMORY_STEP_MB) * _MEMORY_STEP_MB
    memory_mb = max(_PROCESSOR["memory_mb"], needed)
    return Use(
        "plain handler", size_bytes, seconds, memory_mb, s3_writes=1, s3_reads=1, publishes=0
    )


def cost_table(uses: Iterable[Use]) -> str:
    """What a terabyte costs in files of each size, in Markdown."""
    heads = ("files", "by", "seconds each", "memory, MB", "Lambda's time", "its requests")
    lines = [table(*heads, "S3's requests", "events", "sum")]
    for use in uses:
        files = _BYTES_IN_ALL // use.size_bytes
        found = cost(use, files)
        parts = (found.lambda_time, found.lambda_requests, found.s3_requests, found.events)
        lines.append(
            row(
                f"{files:,} of {use.size_bytes // 1_000_000:,} MB",
                use.function,
                f"{use.seconds:.3f}",
                f"{use.memory_mb:,}",
                *(f"{part:.2f}" for part in parts),
                f"{found.total:.2f}",
            )
        )
    return "\n".join(lines)
