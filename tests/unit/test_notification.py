from email.message import EmailMessage

from hypothesis import given
from hypothesis import strategies as st

from rowledger.functions.domain.notification import MAX_SUBJECT, Notification, announce
from rowledger.functions.domain.outcome import examine
from rowledger.functions.domain.receipt import BackupLocation
from tests.unit.builders import an_upload

GOOD = examine([b"a,b\n1,2\n3,4\n"], header=True)
BAD = examine([b'a,b\n1,2\n"open,4\n'], header=True)


def announced(key: str, *, good: bool = True) -> Notification:
    return announce(
        an_upload(key),
        GOOD if good else BAD,
        message_id="m-1",
        file_id=7,
        receipt="s3://out/receipts/r/result.json",
        backup=BackupLocation("back", "backup/b"),
    )


def test_a_success_says_what_a_person_needs() -> None:
    message = announced("in/orders.csv")
    assert message.subject == "SUCCESS: in/orders.csv (2 data rows)"
    for text in (
        "in/orders.csv",
        "Data rows: 2",
        "Ledger id: 7",
        "s3://out/receipts/r/result.json",
    ):
        assert text in message.body
    assert message.attributes == {
        "status": "SUCCESS",
        "filename": "in/orders.csv",
        "message_id": "m-1",
    }


def test_a_rejection_says_why_and_where() -> None:
    message = announced("orders.csv", good=False)
    assert message.subject == "FAILED: orders.csv (UNTERMINATED_QUOTE)"
    assert "Reason:    UNTERMINATED_QUOTE: " in message.body
    assert "Line:      3" in message.body
    assert "Byte:      8" in message.body


@given(st.text(min_size=1, max_size=1024), st.booleans())
def test_no_name_breaks_the_subject_or_adds_a_line(key: str, good: bool) -> None:  # noqa: FBT001
    message = announced(key, good=good)
    assert message.subject.isascii()
    assert message.subject.isprintable()
    assert len(message.subject) <= MAX_SUBJECT
    plain = announced("plain.csv", good=good)
    assert len(message.body.splitlines()) == len(plain.body.splitlines())
    assert message.attributes["filename"].isprintable()


def test_a_long_name_keeps_its_end() -> None:
    assert announced("x" * 900 + "/orders.csv").subject.endswith("/orders.csv (2 data rows)")


def test_no_name_passes_for_an_encoded_word() -> None:
    subject = announced("=?utf-8?b?RkFJTEVEOiBwYXlyb2xsLmNzdg==?= .csv").subject
    assert "=?" not in subject
    header = EmailMessage()
    header["Subject"] = subject
    assert str(header["Subject"]) == subject
