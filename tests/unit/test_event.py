import json
from datetime import UTC
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowledger.functions.domain.event import Reading, read_event, to_event
from rowledger.functions.domain.faults import FaultCode
from rowledger.functions.domain.upload import Upload
from tests.unit.builders import BUCKET, SUFFIXES, a_record, an_event, an_upload


def read(event: object) -> Reading:
    return read_event(event, bucket=BUCKET, suffixes=SUFFIXES)


def test_every_record_of_an_event_becomes_an_upload() -> None:
    uploads = [an_upload("a.csv", "v1"), an_upload("b/c.CSV", "v2"), an_upload("d.Csv.GZ", "v3")]
    assert read(an_event(*uploads)).uploads == uploads


# S3's keys are UTF-8 without NUL, and its times are in milliseconds.
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
UPLOADS = st.builds(
    Upload,
    bucket=st.just(BUCKET),
    key=TEXT.map(lambda stem: f"{stem}.csv"),
    version_id=TEXT.filter(lambda version_id: version_id not in ("", "null")),
    etag=TEXT,
    size_bytes=st.integers(min_value=0, max_value=(1 << 63) - 1),
    received_at=st.datetimes(timezones=st.just(UTC)).map(
        lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    ),
)


@given(st.lists(UPLOADS))
def test_the_event_of_uploads_is_read_back_as_them(uploads: list[Upload]) -> None:
    reading = read(json.loads(json.dumps(to_event(uploads))))
    assert reading.uploads == uploads
    assert not reading.faults


@pytest.mark.parametrize(
    ("encoded", "decoded"),
    [
        ("my+file.csv", "my file.csv"),
        ("a%2Bb.csv", "a+b.csv"),
        ("Gr%C3%B6%C3%9Fe/%E6%97%A5%E6%9C%AC.csv", "Größe/日本.csv"),
        ("100%25.csv", "100%.csv"),
        ("line%0Abreak.csv", "line\nbreak.csv"),
    ],
)
def test_keys_are_decoded_as_s3_encodes_them(encoded: str, decoded: str) -> None:
    reading = read({"Records": [a_record(an_upload(), key=encoded)]})
    assert [upload.key for upload in reading.uploads] == [decoded]


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        ({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": BUCKET}, "no records"),
        ({}, "no records"),
        ("text", "no records"),
        (an_event(an_upload("folder/")), "folder marker"),
        (an_event(an_upload("folder.csv/")), "folder marker"),
        (an_event(an_upload("notes.txt")), "does not end in .csv or .csv.gz"),
        (an_event(an_upload("data.csv.zip")), "does not end in"),
        ({"Records": [a_record(an_upload()) | {"eventName": "ObjectRemoved:Delete"}]}, "no Object"),
        ({"Records": [a_record(an_upload()) | {"eventSource": "aws:sqs"}]}, "no ObjectCreated"),
    ],
)
def test_what_is_none_of_ours_is_ignored_with_a_reason(event: Any, reason: str) -> None:  # noqa: ANN401
    reading = read(event)
    assert not reading.uploads
    assert not reading.faults
    assert [reason in ignored.reason for ignored in reading.ignored] == [True]


@pytest.mark.parametrize(
    ("record", "code"),
    [
        (a_record(an_upload(bucket="another-bucket")), FaultCode.UNEXPECTED_BUCKET),
        (a_record(an_upload(), versionId="null"), FaultCode.UNVERSIONED_BUCKET),
        (a_record(an_upload(), versionId=None), FaultCode.UNVERSIONED_BUCKET),
        (a_record(an_upload(), size="many"), FaultCode.MALFORMED_EVENT),
        (a_record(an_upload(), key="%FF.csv"), FaultCode.MALFORMED_EVENT),
        (a_record(an_upload(), key="a%00.csv"), FaultCode.MALFORMED_EVENT),
        (a_record(an_upload(), key="\ud800.csv"), FaultCode.MALFORMED_EVENT),
        (a_record(an_upload(), size=1 << 63), FaultCode.MALFORMED_EVENT),
        (a_record(an_upload(), size=-1), FaultCode.MALFORMED_EVENT),
        (a_record(an_upload(), eTag=None), FaultCode.MALFORMED_EVENT),
        (a_record(an_upload(), versionId=7), FaultCode.MALFORMED_EVENT),
        (a_record(an_upload(), versionId=[]), FaultCode.MALFORMED_EVENT),
        (a_record(an_upload(), versionId=""), FaultCode.UNVERSIONED_BUCKET),
        (a_record(an_upload(), size=float("inf")), FaultCode.MALFORMED_EVENT),  # JSON's 1e400
        (a_record(an_upload()) | {"eventTime": "2026-11-22T09:15:00"}, FaultCode.MALFORMED_EVENT),
        (a_record(an_upload()) | {"eventTime": "0001-01-01T00:00+01"}, FaultCode.MALFORMED_EVENT),
        (a_record(an_upload()) | {"eventTime": "yesterday"}, FaultCode.MALFORMED_EVENT),
        ({"eventName": "ObjectCreated:Put"}, FaultCode.MALFORMED_EVENT),
        (None, FaultCode.MALFORMED_EVENT),
    ],
)
def test_a_bad_record_is_a_fault_and_hides_no_other(record: Any, code: FaultCode) -> None:  # noqa: ANN401
    good = an_upload("good.csv")
    reading = read({"Records": [record, a_record(good)]})
    assert [fault.code for fault in reading.faults] == [code]
    assert reading.uploads == [good]


def test_a_fault_quotes_a_strangers_event_in_one_safe_line() -> None:
    bucket = "evil\n[ERROR] all is lost\x1b[2J\u2028"
    (fault,) = read(an_event(an_upload(bucket=bucket))).faults
    assert fault.code is FaultCode.UNEXPECTED_BUCKET
    assert str(fault).isprintable()
