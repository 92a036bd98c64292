"""The ledger keeps what the owner of a file should know, and a replay what was told before."""

from rowledger.functions.domain.outcome import examine
from rowledger.functions.domain.replay import ReplayRequest, ReplaySource
from tests.integration.ledger_bench import Bench, claimed, committed
from tests.unit.builders import an_upload

RAGGED = examine([b"id,n\xc3\xa4me\n1,a\n2,b,c\n"], header=True)
REQUEST = ReplayRequest("ada", "the header setting was wrong", ReplaySource.LEDGER)


def test_warnings_and_names_are_kept_until_a_replay_takes_them_off(bench: Bench) -> None:
    upload = an_upload()
    committed(bench, claimed(bench, upload), RAGGED)
    (history,) = bench.ledger.histories(limit=1)
    assert history.row.warnings
    (warning,) = history.row.warnings
    assert (warning["code"], warning["count"], warning["line"]) == ("RAGGED_RECORDS", 1, 3)
    assert history.header == ["id", "näme"]
    assert history.row.header_sha256

    assert bench.operator.reopen([upload], REQUEST) is None
    (history,) = bench.ledger.histories(limit=1)
    assert (history.row.warnings, history.header, history.row.header_sha256) == (None, None, None)
    (replay,) = history.replays
    assert replay["previous"]["warnings"] == [warning]
