"""The page of files: what the filter in its address selects, page by page, and as a file."""

import csv
import io
import json
import re
from dataclasses import replace

import pytest

from rowledger.functions.domain.faults import FaultCode, FaultError
from tests.unit.builders import RECEIVED
from tests.unit.console_world import BAD, RAGGED, ConsoleWorld, shown

FILES = ("acme/a.csv", "acme/b.csv.gz", "other/c.csv")


@pytest.fixture
def world() -> ConsoleWorld:
    made = ConsoleWorld()
    for key, outcome in zip(FILES, (RAGGED, BAD, None), strict=True):
        made.has(key, *([outcome] if outcome else []))
    judged = next(iter(made.world.ledger.rows.values()))
    judged.row = replace(judged.row, source="acme & <co>", sources_version=3, supersedes=2)
    return made


def listed(world: ConsoleWorld, query: str) -> list[str]:
    answer = world.admitted().get(f"/files?{query}")
    assert answer.status_code == 200, answer.text
    return re.findall(r'<th scope="row"><a href="/files/\d+">([^<]*)<', answer.text)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["other/c.csv", "acme/b.csv.gz", "acme/a.csv"]),
        ("prefix=acme/&sort=name", ["acme/a.csv", "acme/b.csv.gz"]),
        ("name=*.gz", ["acme/b.csv.gz"]),
        ("status=failed", ["acme/b.csv.gz"]),
        ("code=UNTERMINATED_QUOTE", ["acme/b.csv.gz"]),
        ("warned=1", ["acme/a.csv"]),
        ("key=acme/a.csv", ["acme/a.csv"]),
        ("source=acme+%26+<co>", ["acme/a.csv"]),
        ("source=acme", []),
        ("since=2026-11-23T00:00", []),
        ("until=2026-11-23T00:00&since=2026-11-21T00:00&other=1", [*FILES[::-1]]),
    ],
)
def test_the_address_selects(world: ConsoleWorld, query: str, found: list[str]) -> None:
    assert listed(world, query) == found


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("status=FINE", "the status is one of"),
        ("since=yesterday", "it is no time such as"),
        ("until=0001-01-01", "it is no time such as"),
        ("since=2026-11-23&until=2026-11-23", "the end is not after the beginning"),
        ("after=x", "of another list"),
        ("sort=colour", "the order is one of"),
        ("key=a%00b", "a character that no key has"),
    ],
)
def test_a_filter_that_cannot_be_is_said_at_its_field(
    world: ConsoleWorld, query: str, said: str
) -> None:
    answer = world.admitted().get(f"/files?{query}")
    assert answer.status_code == 400
    assert said.lower() in shown(answer.text).lower()
    assert world.opened == 0


def test_pages_follow_by_cursor_and_keep_the_filter() -> None:
    world = ConsoleWorld()
    for number in range(120):
        world.has(f"acme/{number:03}.csv", version_id=f"v{number}")
    browser, address, found = world.admitted(), "/files?prefix=acme/&sort=name", list[str]()
    while address:
        page = browser.get(address.replace("&amp;", "&")).text
        found += re.findall(r">(acme/\d+\.csv)<", page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        address = following[1] if following else ""
        assert not address or "prefix=acme%2F" in address
    assert found == [f"acme/{number:03}.csv" for number in range(120)]
    assert "The end of the list." in page


def test_an_empty_list_says_what_to_do() -> None:
    world = ConsoleWorld()
    assert "rowledger upload" in shown(world.admitted().get("/files").text)
    assert "widen the filter" in shown(world.admitted().get("/files?prefix=x").text)


def test_what_fits_the_filter_is_kept_as_csv_and_json(world: ConsoleWorld) -> None:
    browser = world.admitted()
    answer = browser.get("/files.csv?prefix=acme/&sort=name&after=ignored")
    assert answer.status_code == 303
    answer = browser.get("/files.csv?prefix=acme/&sort=name")
    assert answer.headers["content-disposition"] == 'attachment; filename="files.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(row["filename"], row["status"]) for row in rows] == [
        ("acme/a.csv", "SUCCESS"),
        ("acme/b.csv.gz", "FAILED"),
    ]
    lines = browser.get("/files.jsonl?status=failed").text.splitlines()
    (document,) = map(json.loads, lines)
    assert document["error"]["code"] == "UNTERMINATED_QUOTE"
    assert document["received_at"] == RECEIVED.isoformat()
    assert browser.get("/files.csv?prefix=none").text == ""


def test_one_file_has_all_that_is_known(world: ConsoleWorld) -> None:
    rows = {row.filename: row for row in world.world.ledger.ledger_rows()}
    row = rows["acme/b.csv.gz"]
    world.archive.receipts[row.receipt_key] = {"version_id": "v1", "status": "SUCCESS"}
    world.archive.backups[row.backup_key] = b"12345"
    text = shown(world.admitted().get(f"/files/{row.id}").text)
    for said in (
        "FAILED UNTERMINATED_QUOTE",
        "is never closed",
        "the receipt says status 'SUCCESS', the ledger 'FAILED'",
        "Show the lines around it",
        "Download the file",
        "Run again…",
        "1: FAILED",
    ):
        assert said in text
    assert world.objects.asked is None
    around = shown(world.admitted().get(f"/files/{row.id}?place=1").text)
    assert '> 2 "1' in around
    page = world.admitted().get(f"/files/{row.id}?place=1").text
    place = re.search(r"<pre[^>]*>(.*?)</pre>", page, re.DOTALL)
    assert place is not None
    assert len(re.sub(r"<[^>]*>", "", place[1]).splitlines()) == 2
    assert world.objects.asked is not None
    warned = shown(world.admitted().get(f"/files/{rows['acme/a.csv'].id}").text)
    assert "RAGGED_RECORDS" in warned
    assert "(line 3" in warned


def test_a_file_says_by_which_source_it_was_judged_and_what_it_replaces(
    world: ConsoleWorld,
) -> None:
    text = world.admitted().get("/files/1").text
    assert "acme &amp; &lt;co&gt;</a>, by version 3" in text
    assert 'href="/files?source=acme%20%26%20%3Cco%3E"' in text
    assert '<a href="/files/2">2</a>, the file of this key before it' in text


def test_the_page_is_shown_where_receipt_and_backup_are_denied(world: ConsoleWorld) -> None:
    world.archive.fault = FaultError(FaultCode.STORAGE, "reading: AccessDenied")
    answer = world.admitted().get("/files/1")
    assert answer.status_code == 200
    assert "Receipt and backup could not be asked for: STORAGE" in shown(answer.text)


def test_downloads_lead_to_links_and_what_there_is_not_is_said(world: ConsoleWorld) -> None:
    browser = world.admitted()
    found = browser.get("/files/1/download/receipt").headers["location"]
    assert found.startswith("https://out.example/?key=")
    assert found.endswith("name=1-receipt.json")
    assert "name=1-input-a.csv" in browser.get("/files/1/download/input").headers["location"]
    assert browser.get("/files/1/download/other").status_code == 404
    assert browser.get("/files/99/download/input").status_code == 404
    assert browser.get(f"/files/{10**30}").status_code == 404


def again(world: ConsoleWorld, reason: str, number: int = 1) -> tuple[int, str]:
    answer = world.admitted().post(
        f"/files/{number}/again",
        data={"csrf": world.admission.csrf, "reason": reason},
        headers={"Origin": "http://127.0.0.1:8484"},
    )
    return answer.status_code, shown(answer.text)


def test_a_file_is_run_again_for_a_reason_that_is_kept(world: ConsoleWorld) -> None:
    dry = world.admitted().get("/files/1/again")
    assert "One event is sent to csv-processor for acme/a.csv" in shown(dry.text)
    assert world.world.dispatcher.events == []
    assert again(world, "  ")[0] == 400
    assert again(world, "x" * 501)[0] == 400
    assert world.world.dispatcher.events == []
    assert again(world, "the sender says so <b>")[0] == 303
    assert len(world.world.dispatcher.events) == 1
    page = world.admitted().get("/files/1").text
    assert "because: the sender says so &lt;b&gt;" in page
    assert "by ada (arn:aws:iam::1:user/ada)" in shown(page)


def test_a_file_whose_version_is_gone_is_not_run_again(world: ConsoleWorld) -> None:
    world.world.storage.uploads.clear()
    assert "Nothing: its version is gone." in shown(world.admitted().get("/files/1/again").text)
    status, said = again(world, "x")
    assert (status, "its version is gone" in said) == (400, True)
    assert world.world.dispatcher.events == []


def test_a_reader_is_not_offered_what_an_operator_may() -> None:
    world = ConsoleWorld(may_act=False)
    world.has("a.csv")
    assert "/again" not in world.admitted().get("/files/1").text
    assert "<form" not in world.admitted().get("/files/1/again").text
