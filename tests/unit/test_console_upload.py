"""Uploading from the console's page, over fakes."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

import pytest
from starlette.testclient import TestClient

from rowledger.console.pages import upload
from rowledger.console.security import CSRF_HEADER
from tests.unit.builders import BUCKET
from tests.unit.console_world import BAD, ORIGIN, RAGGED, ConsoleWorld, shown

CONTENT = b"a,b\n1,2\n"


@pytest.fixture
def world() -> ConsoleWorld:
    return ConsoleWorld()


@pytest.fixture
def browser(world: ConsoleWorld) -> TestClient:
    return world.admitted()


def post(
    world: ConsoleWorld,
    key: str,
    headers: Mapping[str, str] = MappingProxyType({}),
    content: bytes | Iterator[bytes] = CONTENT,
) -> Any:  # noqa: ANN401 -- the client's answer
    sent = {"Origin": ORIGIN, CSRF_HEADER: world.admission.csrf, **headers}
    return world.browser.post("/upload/file", params={"key": key}, content=content, headers=sent)


def test_the_page_says_where_files_go_and_what_is_taken(browser: TestClient) -> None:
    answer = browser.get("/upload")
    assert f"They go into {BUCKET} with your own rights" in shown(answer.text)
    assert 'accept=".csv,.csv.gz"' in answer.text
    assert 'aria-current="page"' in answer.text


def test_a_reader_is_not_offered_it(world: ConsoleWorld, browser: TestClient) -> None:
    world.may_act = False
    text = browser.get("/upload").text
    assert "you cannot upload here" in shown(text)
    assert "<form" not in text


def test_a_file_is_put_as_it_is_and_followed(world: ConsoleWorld, browser: TestClient) -> None:
    key = "acme/a b+ä.csv"
    answer = post(world, key)
    assert answer.status_code == 200
    assert world.uploader.sent == {key: CONTENT}
    follow = answer.json()["outcome"]
    assert browser.get(follow).json() == {
        "step": "in S3, waiting for csv-processor",
        "done": False,
    }
    world.has(key, version_id="v1")
    found = browser.get(follow).json()
    assert found == {
        "id": 1,
        "status": "SUCCESS",
        "step": "2 data rows; its mail is to come",
        "done": False,
    }


@pytest.mark.parametrize(
    ("outcome", "status", "step"),
    [
        (BAD, "FAILED", "A quote opened in line 2 is never closed"),
        (RAGGED, "SUCCESS", "2 data rows, 1 warning;"),
    ],
)
def test_what_becomes_of_it_is_told(
    world: ConsoleWorld, browser: TestClient, outcome: object, status: str, step: str
) -> None:
    follow = post(world, "a.csv").json()["outcome"]
    world.has("a.csv", outcome, version_id="v1")
    found = browser.get(follow).json()
    assert found["status"] == status
    assert found["step"].startswith(step)


def test_a_plan_says_what_is_replaced_and_what_is_ignored(
    world: ConsoleWorld, browser: TestClient
) -> None:
    assert browser.get("/upload/plan?key=a.csv").json() == {"key": "a.csv", "replaces": ""}
    world.has("a.csv")
    assert browser.get("/upload/plan?key=a.csv").json()["replaces"] == "takes the place of 1"
    for key in ("a.txt", "folder/", "", "x" * 1021 + ".csv"):
        refused = browser.get("/upload/plan", params={"key": key})
        assert refused.status_code == 400
    assert "does not end in .csv or .csv.gz" in shown(browser.get("/upload/plan?key=a.txt").text)


def test_whoever_does_not_know_the_secret_uploads_nothing(
    world: ConsoleWorld, browser: TestClient
) -> None:
    assert post(world, "a.csv", {CSRF_HEADER: "another"}).status_code == 403
    assert post(world, "a.csv", {"Origin": "http://evil.example"}).status_code == 403
    browser.cookies.clear()
    assert post(world, "a.csv").status_code == 403
    assert world.uploader.sent == {}


def test_a_body_without_a_length_or_that_is_cut_is_refused(
    world: ConsoleWorld, browser: TestClient
) -> None:
    assert post(world, "a.csv", content=iter([CONTENT])).status_code == 411
    cut = post(world, "a.csv", {"Content-Length": str(len(CONTENT) + 1)})
    assert (cut.status_code, "did not arrive whole" in cut.text) == (400, True)
    assert world.uploader.sent == {}


def test_a_file_for_which_there_is_no_room_is_refused(
    world: ConsoleWorld, browser: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upload, "SPARE_BYTES", 1 << 62)
    answer = post(world, "a.csv")
    assert (answer.status_code, "no room for this file" in answer.text) == (413, True)


def test_what_s3_refuses_is_told(world: ConsoleWorld, browser: TestClient) -> None:
    world.uploader.refusal = "the upload of <a.csv> failed: AccessDenied"
    answer = post(world, "a.csv")
    assert (answer.status_code, answer.json()["problem"]) == (503, world.uploader.refusal)
