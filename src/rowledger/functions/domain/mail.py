"""How many mails people get: which outcomes are mailed, and how many mails a minute at most.

Amazon SNS switches an email subscription off that gets more than 10 messages a second (Amazon SNS
quotas). So every mail about an outcome is spent of a budget, which lives in the ledger as all
running functions share it. What is beyond it waits for a digest. Alarms are not counted: the
budget stays far enough below the limit for them.
"""

from enum import StrEnum

from rowledger.functions.domain.outcome import Status

# So many may be sent at once after a pause; with the most that a minute may have (240, which
# contract/settings.json says) that stays below 10 in any second.
BURST = 4
# Of these the last one is for a rejected file.
BURST_OF_SUCCESSES = 3
# Between two digests, and how long the first mail in one waits at least.
DIGEST_PAUSE_SECONDS = 60
# After so long without a digest anybody may send a mail that waits, such as reconciliation.
WAITING_LEASE_SECONDS = 900


class MailedStatuses(StrEnum):
    """Which outcomes are mailed at all. Programs get an event of each."""

    ALL = "all"
    FAILURES = "failures"
    NONE = "none"

    def include(self, status: Status) -> bool:
        """Say whether an outcome with this status is mailed."""
        return self is MailedStatuses.ALL or (
            self is MailedStatuses.FAILURES and status is Status.FAILED
        )


def share_seconds(mails_a_minute: float) -> float:
    """How much of the budget's time one mail takes."""
    return 60 / mails_a_minute


def burst_of(*, is_failure: bool) -> int:
    """How many mails at once the budget has for an outcome like this."""
    return BURST if is_failure else BURST_OF_SUCCESSES
