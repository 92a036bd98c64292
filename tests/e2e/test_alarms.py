"""Alarms that really fire, and events that are kept when every try failed."""

import time
from dataclasses import replace

from rowledger.local.stack import Stack
from tests.e2e.pipeline import PIPELINE, Pipeline, eventually
from tests.unit.builders import an_upload


def test_a_fault_raises_the_errors_alarm_and_keeps_the_event(pipeline: Pipeline) -> None:
    upload = replace(an_upload("not-ours.csv"), bucket="another-bucket")
    pipeline.send_event(upload)
    eventually(
        "the event in the failure queue",
        lambda: [
            event
            for event in pipeline.failed_events()
            if event["requestPayload"]["Records"][0]["s3"]["object"]["key"] == "not-ours.csv"
        ],
    )
    eventually("the alarm", lambda: pipeline.alarm("csv-processor-errors") == "ALARM")
    eventually("its mail", lambda: pipeline.mail_subjects("csv-processor-errors"))


def test_a_run_over_five_seconds_raises_the_duration_alarm(
    pipeline: Pipeline, stack: Stack
) -> None:
    seconds = PIPELINE["alarms"]["csv-processor-duration"]["threshold"] / 1000
    owner = stack.database.owner.connect()
    owner.run("BEGIN")
    owner.run("LOCK TABLE file_metadata IN ACCESS EXCLUSIVE MODE")
    sent = pipeline.put("slow.csv", b"a\n1\n")
    time.sleep(seconds + 1)
    owner.run("ROLLBACK")
    owner.close()
    assert pipeline.outcome(sent).status == "SUCCESS"
    eventually("the alarm", lambda: pipeline.alarm("csv-processor-duration") == "ALARM")
    eventually("its mail", lambda: pipeline.mail_subjects("csv-processor-duration"))
