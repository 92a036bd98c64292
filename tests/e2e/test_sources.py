"""Files of a source through the whole pipeline, as the demo shows them."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft202012Validator

from rowledger.functions import contract
from rowledger.functions.domain.sources_requests import ShowSources
from rowledger.functions.domain.upload import UploadName
from rowledger.local.source_samples import DEMO_SOURCES, source_samples
from rowledger.local.stack import Stack
from tests.e2e.cli import Result
from tests.e2e.pipeline import PIPELINE, Pipeline, eventually

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

VALIDATOR = Draft202012Validator(contract.load("result.schema.json"))
# More than one mail takes of the local stack's budget of 240 a minute.
_MAIL_SECONDS = 0.35
NONE = "version: 1\nsources: []\n"


@pytest.fixture
def sources(run: Callable[..., Result], tmp_path: Path) -> Iterator[None]:
    """The demo's sources in force, and none after it."""
    assert run("sources", "apply", str(DEMO_SOURCES), "--reason", "a test").status == 0
    yield
    none = tmp_path / "none.yaml"
    none.write_text(NONE, encoding="utf-8")
    assert run("sources", "apply", str(none)).status == 0


def mail_of(pipeline: Pipeline, version_id: str) -> str:
    line = f"Version:   {version_id}"
    return eventually("a mail", lambda: pipeline.mail_bodies(line))[0]


@pytest.mark.usefixtures("sources")
def test_each_sample_of_a_source_is_judged_everywhere(
    pipeline: Pipeline, stack: Stack, run: Callable[..., Result]
) -> None:
    s3: S3Client = stack.client("s3")
    bucket = PIPELINE["buckets"]["input"]
    in_force = pipeline.ledger.show_sources(ShowSources())
    assert in_force
    for sample in source_samples("demo/orders/"):
        # So that the budget has a mail for it.
        time.sleep(_MAIL_SECONDS)
        answer = s3.put_object(
            Bucket=bucket, Key=sample.name, Body=sample.content, Metadata=dict(sample.metadata)
        )
        record = pipeline.outcome(UploadName(bucket, sample.name, answer["VersionId"]))
        assert (record.status, record.rows_count) == (sample.status, sample.rows), sample.shows
        assert (record.error or {}).get("code") == sample.error
        assert tuple(each["code"] for each in record.warnings or ()) == sample.warnings
        judged = (record.source, record.sources_version)
        assert judged == ("demo-orders", in_force.applied.version)
        assert (record.supersedes is not None) == sample.corrects
        receipt = pipeline.receipt(record)
        VALIDATOR.validate(receipt)
        assert receipt["source"]["name"] == "demo-orders"
        body = mail_of(pipeline, record.version_id)
        assert "Source:    demo-orders (version " in body
    shown = run("show", "demo/orders/counted.csv")
    assert ", corrects " in shown.out
    document = json.loads(run("show", "demo/orders/counted.csv", "--json").out)
    assert [each["status"] for each in document["ledger"]["chain"]] == ["FAILED", "SUCCESS"]


@pytest.mark.usefixtures("sources")
def test_what_an_upload_tells_is_compared(run: Callable[..., Result], tmp_path: Path) -> None:
    path = tmp_path / "told.csv"
    path.write_bytes(b"id,item\n1,a\n")
    arguments = ("upload", str(path), "--prefix", "demo/orders", "--told", "rows=2", "--json")
    done = run(*arguments)
    assert done.status == 1
    assert json.loads(done.out)["error"]["code"] == "ROWS_DIFFER"
    listed = run("files", "--source", "demo-orders", "--code", "ROWS_DIFFER", "--json")
    assert "demo/orders/told.csv" in listed.out
