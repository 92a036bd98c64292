"""Sources in the ledger: versions, what a claim comes with, and what judged a file."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from rowledger.functions.domain.ledger import Claim
from rowledger.functions.domain.ledger_requests import ListFiles
from rowledger.functions.domain.outcome import Outcome, Status, examine
from rowledger.functions.domain.replay import ReplayRequest, ReplaySource
from rowledger.functions.domain.selection import Selection
from rowledger.functions.domain.sources.chosen import JudgedBy
from rowledger.functions.domain.sources.earlier_files import EarlierUpload
from rowledger.functions.domain.sources.versions import SourcesChange, digest_of
from rowledger.functions.domain.sources_requests import (
    ListSourcesVersions,
    ShowSources,
    SourcesApplied,
)
from rowledger.functions.domain.upload import Upload
from tests.integration.ledger_bench import BAD, GOOD, Bench, claimed, committed
from tests.unit.builders import an_upload

REQUEST = ReplayRequest("ada", "the sources were wrong", ReplaySource.LEDGER)


def a_change(*sources: dict[str, Any], reason: str | None = None) -> SourcesChange:
    return SourcesChange("ada", {"version": 1, "sources": list(sources)}, "arn:ada", reason)


def source(name: str, prefix: str, **parts: Any) -> dict[str, Any]:  # noqa: ANN401 -- any JSON
    return {"name": name, "prefix": prefix, **parts}


def apply(bench: Bench, *sources: dict[str, Any]) -> int:
    return bench.operator.apply_sources(a_change(*sources)).version


def names(claim: Claim) -> list[tuple[str, int]]:
    return [(each.name, each.version) for each in claim.candidates]


def taken(bench: Bench, upload: Upload, outcome: Outcome = GOOD, by: str | None = "acme") -> Claim:
    """Have an upload judged by a source of version 1, whatever it says."""
    claim = claimed(bench, upload)
    message_id = f"m-{upload.key}-{upload.version_id}"
    judged_by = JudgedBy(by, 1) if by else None
    committed(bench, claim, outcome, message_id, judged_by=judged_by)
    return claim


def at(upload: Upload, days: float) -> Upload:
    return replace(upload, received_at=upload.received_at - timedelta(days=days))


def test_each_version_is_kept_with_who_and_why(bench: Bench) -> None:
    first, second = a_change(source("a", "a/"), reason="a begins"), a_change(source("b", "b/"))
    assert bench.operator.apply_sources(first) == SourcesApplied(1, changed=True)
    assert bench.operator.apply_sources(first) == SourcesApplied(1, changed=False)
    assert bench.operator.apply_sources(second) == SourcesApplied(2, changed=True)
    assert bench.operator.apply_sources(first) == SourcesApplied(3, changed=True)
    versions = bench.ledger.reader.list_sources_versions(ListSourcesVersions(limit=2))
    assert [each.version for each in versions] == [3, 2]
    in_force = bench.ledger.reader.show_sources(ShowSources())
    earlier = bench.ledger.reader.show_sources(ShowSources(version=2))
    assert in_force
    assert earlier
    assert (in_force.document, earlier.document) == (first.document, second.document)
    applied = in_force.applied
    assert (applied.by, applied.identity, applied.reason) == ("ada", "arn:ada", "a begins")
    assert (applied.sha256, applied.sources) == (digest_of(first.document), 1)
    assert bench.ledger.reader.show_sources(ShowSources(version=4)) is None


def test_without_sources_there_is_none(bench: Bench) -> None:
    assert bench.ledger.reader.show_sources(ShowSources()) is None
    assert bench.ledger.reader.list_sources_versions(ListSourcesVersions()) == ()
    assert claimed(bench, an_upload()).candidates == ()


def test_a_claim_comes_with_the_sources_whose_prefix_the_key_has(bench: Bench) -> None:
    apply(bench, source("old", "acme/"))
    apply(
        bench,
        source("all", ""),
        source("acme", "acme/"),
        source("orders", "acme/", names={"match": ["orders*"]}),
        source("other", "acme/x/"),
        source("é", "acmé/"),
        source("like", "acme_"),
    )
    upload = an_upload("acme/orders.csv")
    first = claimed(bench, upload)
    assert names(first) == [("orders", 2), ("acme", 2), ("all", 2)]
    assert first.candidates[1].document == source("acme", "acme/")
    apply(bench)
    bench.expire_leases()
    assert claimed(bench, upload, "r2").candidates == ()


def test_a_file_says_what_judged_it_until_a_replay_takes_it_off(bench: Bench) -> None:
    apply(bench, source("acme", ""))
    upload = an_upload()
    assert not claimed(bench, upload).replay
    bench.expire_leases()
    claim = claimed(bench, upload, "r2")
    assert not claim.replay
    committed(bench, claim, judged_by=JudgedBy("acme", 1))
    (history,) = bench.ledger.histories(limit=1)
    assert (history.row.source, history.row.sources_version) == ("acme", 1)
    for name, found in (("acme", 1), ("other", 0)):
        request = ListFiles(selection=Selection(source=name))
        assert len(bench.ledger.reader.list_files(request).rows) == found

    bench.operator.reopen([upload], REQUEST)
    (history,) = bench.ledger.histories(limit=1)
    assert (history.row.source, history.row.sources_version) == (None, None)
    previous = history.replays[0]["previous"]
    assert (previous["source"], previous["sources_version"]) == ("acme", 1)
    assert claimed(bench, upload, "r3").replay


def test_what_was_before_a_file_is_of_its_source_and_was_good(bench: Bench) -> None:
    apply(bench, source("acme", ""))
    other = examine([b"x,y\n1,2\n"], header=True)
    taken(bench, at(an_upload("a.csv", "v1"), 14), other)
    last = taken(bench, at(an_upload("b.csv", "v2"), 7), GOOD)
    taken(bench, at(an_upload("c.csv", "v3"), 3), BAD)
    taken(bench, at(an_upload("d.csv", "v4"), 2), other, by="another")
    taken(bench, at(an_upload("e.csv", "v5"), 1), other, by=None)
    taken(bench, at(an_upload("f.csv", "v6"), -1), other)
    claim = claimed(bench, an_upload("g.csv", "v7"))
    found = bench.ledger.earlier_files(claim, "acme", GOOD.content.sha256)
    assert found.last is not None
    assert found.last.names == ("a", "b")
    assert (found.rows, found.rows_on_day) == ((2, 1), (2, 1))
    assert found.weekday == an_upload().received_at.isoweekday()
    assert found.same_bytes == EarlierUpload(last.file_id, "b.csv", "v2", Status.SUCCESS)
    assert found.same_key is None
    assert bench.ledger.earlier_files(claim, "nobody", "0").rows == ()


def test_usual_is_of_the_same_day_of_the_week_and_of_twenty_files_at_most(bench: Bench) -> None:
    apply(bench, source("acme", ""))
    for number in range(24):
        rows = b"a\n" + b"1\n" * number
        outcome = examine([rows], header=True)
        # Every other one a week earlier on the same day, the others a day after it.
        days = number // 2 * 7 + (7 if number % 2 else 6)
        taken(bench, at(an_upload(f"{number}.csv", f"v{number}"), days), outcome)
    claim = claimed(bench, an_upload("now.csv", "now"))
    found = bench.ledger.earlier_files(claim, "acme", "0")
    assert found.rows_on_day == tuple(range(1, 24, 2))
    assert found.rows == tuple(range(20))


def test_the_upload_before_of_the_same_key_is_linked(bench: Bench) -> None:
    apply(bench, source("acme", ""))
    taken(bench, at(an_upload("a.csv", "v1"), 2), BAD)
    second = taken(bench, at(an_upload("a.csv", "v2"), 1), BAD, by=None)
    claimed(bench, at(an_upload("a.csv", "v3"), 0.5))
    claim = claimed(bench, an_upload("a.csv", "v4"))
    found = bench.ledger.earlier_files(claim, "acme", GOOD.content.sha256)
    assert found.same_key == EarlierUpload(second.file_id, "a.csv", "v2", Status.FAILED)
    assert found.same_bytes is None
    committed(bench, claim, judged_by=JudgedBy("acme", 1, supersedes=found.same_key))
    (history, *_) = bench.ledger.histories(limit=1)
    assert history.row.supersedes == second.file_id
    assert history.chain is not None
    assert [(each["version_id"], each["status"]) for each in history.chain] == [
        ("v1", "FAILED"),
        ("v2", "FAILED"),
        ("v3", "PROCESSING"),
        ("v4", "SUCCESS"),
    ]
    assert history.chain[-1]["supersedes"] == second.file_id


def test_of_two_files_at_once_each_knows_of_the_other_and_a_replay_not_of_later_ones(
    bench: Bench,
) -> None:
    apply(bench, source("acme", ""))
    early, late = at(an_upload("a.csv", "v1"), 1), an_upload("b.csv", "v2")
    claim = claimed(bench, early)
    second = taken(bench, late)
    found = bench.ledger.earlier_files(claim, "acme", GOOD.content.sha256)
    assert found.same_bytes == EarlierUpload(second.file_id, "b.csv", "v2", Status.SUCCESS)
    committed(bench, claim, message_id="m-1", judged_by=JudgedBy("acme", 1))
    bench.operator.reopen([early], REQUEST)
    claim = claimed(bench, early, "r2")
    assert bench.ledger.earlier_files(claim, "acme", GOOD.content.sha256).same_bytes is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (SourcesChange(" ", {"version": 1, "sources": []}), "by must not be blank"),
        (SourcesChange("ada", {"version": 1, "sources": []}, reason=" "), "reason must not be"),
        (SourcesChange("ada", {"version": 1}), "lacks the field 'sources'"),
        (SourcesChange("ada", {"version": 1, "sources": [{"name": "a"}]}), "lacks the field"),
        (a_change(source("a", "a/"), source("a", "b/")), "a name that another has: 'a'"),
        (a_change(source("a", "é" * 600)), "prefix is longer than any key"),
        (a_change(source("a", "", dialect={"encoding": "x"})), "dialect: unknown encoding: x"),
        (a_change(source("a", "", description="x" * 5_000_000)), "5,000,000 bytes as JSON at most"),
    ],
)
def test_what_cannot_be_read_is_not_applied(change: SourcesChange, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        change.check("it")
