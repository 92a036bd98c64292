"""A stack that Terraform provisioned is stopped, started and used as any other."""

from rowledger.entrypoints.cli.local_ledger import ledger_of
from rowledger.local import health
from rowledger.local.stack import Stack, start, stop
from tests.e2e.pipeline import Pipeline


def test_it_goes_on_where_it_was(stack: Stack) -> None:
    with ledger_of(stack) as ledger:
        before = Pipeline(stack, ledger).take("before-down.csv", b"a\n1\n")
    assert stop(_quiet, stack.layout)
    # Nobody says again that it is Terraform's.
    again = start(_quiet, stack.layout)
    assert health.check(again.layout).healthy
    with ledger_of(again) as ledger:
        pipeline = Pipeline(again, ledger)
        assert pipeline.rows("before-down.csv") == [before]
        assert pipeline.backup(before) == b"a\n1\n"
        assert pipeline.take("after-up.csv", b"a\n1\n").status == "SUCCESS"


def _quiet(_step: str) -> None:
    pass
