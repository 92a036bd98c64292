"""What rowledger show says of the mail about an upload."""

from datetime import UTC, datetime

import pytest

from rowledger.cli.commands.show import _mailed
from tests.unit.builders import a_row

SENT = datetime(2026, 11, 22, 9, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("sent_at", "waits", "digest", "said"),
    [
        (SENT, False, None, "2026-11-22 09:17:00"),
        (SENT, False, 3, ", in digest 3"),
        (None, True, None, "not yet: it waits for a digest"),
        (None, True, 3, "not yet: it waits, in digest 3"),
        (None, False, None, "not yet"),
    ],
    ids=["alone", "in a digest", "it waits", "in a digest not sent yet", "not yet"],
)
def test_it_says_when_and_how(
    sent_at: datetime | None,
    waits: bool,  # noqa: FBT001 -- a parameter
    digest: int | None,
    said: str,
) -> None:
    mailed = _mailed(a_row(notified_at=sent_at, mail_waits=waits, digest=digest))
    if sent_at and digest is None:
        assert "digest" not in mailed
        assert "09:17:00" in mailed
    elif sent_at:
        assert mailed.endswith(said)
        assert "09:17:00" in mailed
    else:
        assert mailed == said
