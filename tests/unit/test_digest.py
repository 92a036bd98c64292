"""The digest as people read it: every rejection with its reason, successes summed up, any size."""

import json
import re
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rowledger.functions.domain.digest import (
    MOST_LISTED,
    MOST_MAILS,
    Digest,
    WaitingMail,
    make_digest,
)
from rowledger.functions.domain.notification import MAX_SUBJECT
from rowledger.functions.domain.outcome import Outcome, examine
from rowledger.functions.domain.outcome_event import render_event
from rowledger.functions.domain.receipt import BackupLocation
from tests.unit.builders import an_upload

GOOD = examine([b"a,b\n1,2\n3,4\n"], header=True)
ONE_ROW = examine([b"a,b\n1,2\n"], header=True)
BAD = examine([b'a,b\n1,2\n"open,4\n'], header=True)
EMPTY = examine([b""], header=True)
# What SNS takes of subject, body and attributes together (Amazon SNS quotas).
SNS_BYTES = 256 * 1024


def a_mail(number: int, outcome: Outcome = GOOD, key: str | None = None) -> WaitingMail:
    """What waits, with the ledger id 100 + number."""
    event = render_event(
        an_upload(key or f"orders-{number}.csv"),
        outcome,
        message_id=f"m-{number}",
        file_id=100 + number,
        attempt=1,
        output_bucket="out",
        backup=BackupLocation("back", "backup/b"),
    )
    return WaitingMail(number, f"m-{number}", "the subject of its own mail", event)


def body_of(*waiting: WaitingMail) -> str:
    return make_digest(waiting).notification.body


def test_it_names_each_rejected_file_with_its_reason_and_then_the_successes() -> None:
    digest = make_digest([a_mail(3, BAD), a_mail(4, EMPTY), a_mail(1), a_mail(2, ONE_ROW)])
    assert digest.mails == (3, 4, 1, 2)
    assert digest.notification.subject == "Digest: 2 rejected, 2 succeeded"
    assert digest.notification.body == (
        "4 files came faster than mails may be sent.\n"
        "This mail takes the place of theirs. `rowledger show ID` says more of each.\n"
        "\n"
        "REJECTED: 2\n"
        "  103  orders-3.csv\n"
        "      UNTERMINATED_QUOTE, line 3: A quote opened in line 3 is never closed: all text after"
        " it would be one field.\n"
        "  104  orders-4.csv\n"
        "      EMPTY_FILE: The file is empty: it holds no record at all.\n"
        "\n"
        "SUCCEEDED: 2, with 3 data rows in 20 bytes\n"
        "  101  orders-1.csv  (2 data rows)\n"
        "  102  orders-2.csv  (1 data row)\n"
    )


@pytest.mark.parametrize(
    ("outcomes", "status"), [((GOOD, GOOD), "SUCCESS"), ((BAD, GOOD), "FAILED"), ((BAD,), "FAILED")]
)
def test_who_filters_for_rejected_files_gets_it_where_there_is_one(
    outcomes: Sequence[Outcome], status: str
) -> None:
    digest = make_digest([a_mail(number, each) for number, each in enumerate(outcomes)])
    notification = digest.notification
    assert notification.attributes == {"status": status, "message_id": notification.message_id}
    assert notification.event is None


def of_source(mail: WaitingMail, source: str) -> WaitingMail:
    named = {"source": {"name": source, "version": 1, "replay": False}}
    return replace(mail, event=json.dumps(json.loads(mail.event or "") | named))


def test_it_is_for_the_recipients_of_each_source_in_it_by_what_the_source_has() -> None:
    waiting = [of_source(a_mail(1, BAD), "acme"), of_source(a_mail(2), "other"), a_mail(3, BAD)]
    attributes = make_digest(waiting).notification.attributes
    assert json.loads(attributes["recipients"]) == [
        *("acme:digest", "acme:each", "acme:failures"),
        *("other:digest", "other:each"),
    ]


def test_many_long_names_of_sources_leave_it_within_what_sns_takes() -> None:
    waiting = [of_source(a_mail(number), f"{number:064d}") for number in range(MOST_MAILS)]
    digest = make_digest(waiting)
    assert size_of(digest) < SNS_BYTES
    assert 0 < len(digest.mails) < MOST_MAILS


def test_its_id_is_of_what_is_in_it() -> None:
    digest = make_digest([a_mail(1), a_mail(2)])
    assert digest == make_digest([a_mail(1), a_mail(2)])
    others = ([a_mail(1)], [a_mail(1), a_mail(3)], [a_mail(1), a_mail(2), a_mail(3)])
    ids = {make_digest(each).notification.message_id for each in others}
    assert len(ids | {digest.notification.message_id}) == 4


def test_all_rejected_files_are_named_and_of_the_others_the_first() -> None:
    failures = [a_mail(number, BAD) for number in range(120)]
    successes = [a_mail(number) for number in range(120, 120 + MOST_LISTED + 1234)]
    digest = make_digest([*failures, *successes])
    body = digest.notification.body
    assert len(digest.mails) == 120 + MOST_LISTED + 1234
    assert re.findall(r"^  (\d+)  orders-\d+\.csv$", body, re.MULTILINE) == [
        str(100 + number) for number in range(120)
    ]
    listed = re.findall(r"^  (\d+)  orders-\d+\.csv  \(2 data rows\)$", body, re.MULTILINE)
    assert listed == [str(220 + number) for number in range(MOST_LISTED)]
    assert "SUCCEEDED: 1,284, with 2,568 data rows in 15,408 bytes" in body
    assert body.endswith("\n  and 1,234 more (ledger ids 270 to 1503)\n")


def test_as_many_successes_as_are_listed_need_no_rest() -> None:
    assert "more" not in body_of(*(a_mail(n) for n in range(MOST_LISTED))).partition("SUCCEEDED")[2]


def test_what_has_no_event_is_said_as_its_own_mail_would_say_it() -> None:
    """An outcome that a version committed before there were events."""
    failed = WaitingMail(1, "m-1", "FAILED: old.csv (NOT_CSV)", None)
    good = WaitingMail(2, "m-2", "SUCCESS: old-2.csv (7 data rows)", None)
    digest = make_digest([failed, good])
    assert digest.notification.subject == "Digest: 1 rejected, 1 succeeded"
    assert "\n  FAILED: old.csv (NOT_CSV)\n" in digest.notification.body
    assert "\n  SUCCESS: old-2.csv (7 data rows)\n" in digest.notification.body


@given(st.text(min_size=1, max_size=300), st.booleans())
def test_no_name_adds_a_line_or_hides_what_it_is(key: str, good: bool) -> None:  # noqa: FBT001
    outcome = GOOD if good else BAD
    hostile, plain = body_of(a_mail(1, outcome, key)), body_of(a_mail(1, outcome, "plain.csv"))
    assert len(hostile.splitlines()) == len(plain.splitlines())
    assert hostile.replace("\n", "").isprintable()


# Keys at S3's limit (1,024 bytes) of which as much as possible is escaped.
WIDE = ("\x01" * 1024, "\u2028" * 341, "\U000e0001" * 256, "\\" * 1024, "ä" * 512)


@pytest.mark.parametrize("key", WIDE, ids=["control", "separator", "tag", "backslash", "letter"])
@pytest.mark.parametrize("outcome", [GOOD, BAD], ids=["good", "bad"])
def test_it_is_never_more_than_sns_takes_and_the_rest_waits(key: str, outcome: Outcome) -> None:
    # Made once: as many as a digest may take in.
    one = a_mail(0, outcome, key)
    waiting = [replace(one, id=number) for number in range(500)]
    digest = make_digest(waiting)
    assert size_of(digest) <= SNS_BYTES
    assert len(digest.notification.subject) <= MAX_SUBJECT
    assert digest.mails == tuple(range(len(digest.mails)))
    assert digest.mails


def test_a_full_one_is_made_of_ordinary_names() -> None:
    failures, successes = a_mail(0, BAD), a_mail(1)
    waiting = [replace(failures, id=number) for number in range(1000)]
    waiting += [replace(successes, id=number) for number in range(1000, MOST_MAILS)]
    digest = make_digest(waiting)
    assert len(digest.mails) == MOST_MAILS
    assert size_of(digest) <= SNS_BYTES


def size_of(digest: Digest) -> int:
    notification = digest.notification
    attributes = sum(len(f"{name}{each}") for name, each in notification.attributes.items())
    return len(notification.subject) + len(notification.body.encode()) + attributes


@given(st.data())
@settings(max_examples=10, deadline=None)
def test_no_mail_is_left_out_or_told_twice(data: st.DataObject) -> None:
    kinds = data.draw(st.lists(st.booleans(), min_size=1, max_size=12))
    key = data.draw(st.sampled_from(WIDE))
    waiting = [
        a_mail(number, GOOD if good else BAD, key * 60) for number, good in enumerate(sorted(kinds))
    ]
    told: list[int] = []
    while len(told) < len(waiting):
        digest = make_digest(waiting[len(told) :])
        told += digest.mails
        rejected, succeeded = re.findall(r"\d[\d,]*", digest.notification.subject)
        assert int(rejected) + int(succeeded) == len(digest.mails)
    assert told == [mail.id for mail in waiting]


def test_the_names_in_it_are_those_of_the_events() -> None:
    mail = a_mail(1, BAD, "a\nb.csv")
    assert json.loads(mail.event or "")["filename"] == "a\nb.csv"
    assert "  101  a\\nb.csv\n" in body_of(mail)
