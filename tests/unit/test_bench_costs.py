"""What bench/costs.py makes of measured seconds and list prices."""

from dataclasses import replace

import pytest

from bench.costs import (
    LAMBDA_GB_SECOND,
    LAMBDA_REQUEST,
    PRICES_OF,
    S3_READ,
    S3_WRITE,
    SNS_PUBLISH,
    Cost,
    Use,
    cost,
    cost_table,
    use_of_plain_handler,
    use_of_processor,
)
from bench.markdown import row, seconds, table
from rowledger.deployment.checkout import ROOT

MB = 1_000_000
USE = Use("f", 1 * MB, seconds=1.0, memory_mb=1024, s3_writes=2, s3_reads=3, publishes=1)


def test_a_million_files_by_the_prices() -> None:
    found = cost(USE, 1_000_000, "arm64")
    assert found.lambda_time == pytest.approx(13.3334)
    assert found.lambda_requests == pytest.approx(0.20)
    assert found.s3_requests == pytest.approx(2 * 5.00 + 3 * 0.40)
    assert found.events == pytest.approx(0.50)
    assert found.total == pytest.approx(13.3334 + 0.20 + 11.20 + 0.50)


def test_time_costs_by_memory_and_by_architecture() -> None:
    arm, x86 = (cost(replace(USE, memory_mb=2048), 1000, name) for name in ("arm64", "x86_64"))
    assert arm.lambda_time == pytest.approx(1000 * 2 * 0.0000133334)
    assert x86.lambda_time == pytest.approx(1000 * 2 * 0.0000166667)


def test_a_begun_millisecond_is_billed() -> None:
    assert cost(replace(USE, seconds=0.0501), 1, "arm64") == cost(
        replace(USE, seconds=0.051), 1, "arm64"
    )


def test_no_file_costs_nothing() -> None:
    assert cost(USE, 0) == Cost(0, 0, 0, 0)


def test_a_large_file_is_copied_in_parts() -> None:
    small, large = use_of_processor(1 * MB, 0.1), use_of_processor(1000 * MB, 9.0)
    assert (small.s3_writes, small.s3_reads) == (2, 1)
    # The receipt; 15 parts of 64 MiB between the begin of the copy and its end.
    assert (large.s3_writes, large.s3_reads) == (1 + 15 + 2, 3)


@pytest.mark.parametrize(
    ("peak_mb", "memory_mb"), [(66, 1024), (1073.7, 1024), (1074, 1152), (2100, 2048)]
)
def test_the_plain_handler_needs_the_memory_that_it_took(peak_mb: float, memory_mb: int) -> None:
    assert use_of_plain_handler(1000 * MB, 9.0, peak_mb).memory_mb == memory_mb


def test_the_table_has_a_terabyte_in_files_of_each_size() -> None:
    lines = cost_table([USE, replace(USE, function="g", size_bytes=1000 * MB)]).splitlines()
    assert len({line.count("|") for line in lines}) == 1
    assert lines[2].startswith("| 1,000,000 of 1 MB | f | 1.000 | 1,024 | 13.33 | 0.20 | 11.20 |")
    assert lines[3].startswith("| 1,000 of 1,000 MB | g |")


def test_the_page_has_the_prices() -> None:
    page = (ROOT / "docs" / "costs.md").read_text(encoding="utf-8")
    arm, x86 = (f"{LAMBDA_GB_SECOND[name]:.10f}" for name in ("arm64", "x86_64"))
    for what, price in (
        (f"| Lambda, a second of 1,024 MB (x86: {x86})", arm),
        ("| Lambda, a million requests", f"{LAMBDA_REQUEST * 1_000_000:.2f}"),
        ("| S3 Standard, a thousand PUT,", f"{S3_WRITE * 1000:.3f}"),
        ("| S3 Standard, a thousand GET,", f"{S3_READ * 1000:.4f}"),
        ("| SNS standard topic, a million publishes", f"{SNS_PUBLISH * 1_000_000:.2f}"),
    ):
        (line,) = (each for each in page.splitlines() if each.startswith(what))
        assert line.endswith(f"| {price} |")
    assert f"looked up on {PRICES_OF}" in page


def test_markdown() -> None:
    assert table("", "a") == "| | a |\n| --- | --- |"
    assert row("x", "", "") == "| x | | |"
    assert [seconds(each) for each in (0.0584, 0.9996, 2.308)] == ["58 ms", "1.00 s", "2.31 s"]
