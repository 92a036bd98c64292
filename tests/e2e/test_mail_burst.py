"""Mail survives a burst of uploads: events at once, mails within the budget, the rest in digests.

The fault suite does the same with 500 files (tests/faults/test_burst.py).
"""

from tests.e2e.mail_burst import few_mails, run_burst
from tests.e2e.pipeline import Pipeline

FILES = 60


def test_a_burst_is_announced_within_the_budget_and_an_alarm_comes_through(
    pipeline: Pipeline,
) -> None:
    with few_mails(pipeline.stack):
        burst = run_burst(pipeline, "mail-burst/", FILES, timeout=120)
    burst.check(FILES)
