"""Nobody but the browser that was opened may ask the console, and no page of another site."""

from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from rowledger.errors import CommandError
from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.domain.window_requests import ChangeIncident, IncidentChange
from tests.faults.hostile_keys import HOSTILE_KEYS, LINE_FEEDS
from tests.unit.builders import RECEIVED
from tests.unit.console_world import BAD, HOST, ORIGIN, ConsoleWorld, shown

PAGES = (
    "/today",
    "/state",
    "/files",
    "/files.csv",
    "/files/1",
    "/files/1/again",
    "/files/1/download/input",
    "/incidents",
    "/incidents/1/close",
)
FROM_HERE = {"Origin": ORIGIN}


def test_the_token_begins_one_session_and_is_used_up() -> None:
    world = ConsoleWorld()
    address = world.admission.address.removeprefix(ORIGIN)
    first = world.browser.get(address)
    assert (first.status_code, first.headers["location"]) == (303, "/")
    cookie = first.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert world.browser.get("/files").status_code == 200
    again = world.browser.get(address)
    assert again.status_code == 403
    assert "set-cookie" not in again.headers
    assert "used already" in again.text


@pytest.mark.parametrize("token", ["", "x", "ä", "None"])
def test_another_token_begins_none(token: str) -> None:
    world = ConsoleWorld()
    answer = world.browser.get("/open", params={"token": token})
    assert answer.status_code == 403
    assert world.admitted().get("/files").status_code == 200


@pytest.mark.parametrize("page", PAGES)
def test_who_has_no_session_sees_nothing(page: str) -> None:
    world = ConsoleWorld()
    world.has("secret.csv")
    for cookie in ("", "rowledger-console-8484=x", 'rowledger-console-8484=; b="', "\x01"):
        answer = world.stranger.get(page, headers={"Cookie": cookie})
        assert answer.status_code == 403
        assert "secret" not in answer.text
        assert "rowledger console" in answer.text
    assert world.opened == 0


@pytest.mark.parametrize("host", ["evil.example", f"evil.example:{HOST[-4:]}", "127.0.0.1", ""])
def test_a_name_that_was_made_to_point_here_is_refused(host: str) -> None:
    world = ConsoleWorld()
    world.has("secret.csv")
    answer = world.admitted().get("/files", headers={"Host": host})
    assert answer.status_code == 421
    assert "secret" not in answer.text


@pytest.mark.parametrize("origin", [None, "null", "http://127.0.0.1:3000", "https://evil.example"])
def test_another_sites_page_changes_nothing(origin: str | None) -> None:
    world = ConsoleWorld()
    world.has("a.csv")
    browser = world.admitted()
    form = {"csrf": world.admission.csrf, "reason": "x"}
    headers = {} if origin is None else {"Origin": origin}
    answer = browser.post("/files/1/again", data=form, headers=headers)
    assert answer.status_code == 403
    assert world.world.dispatcher.events == []


@pytest.mark.parametrize("csrf", [None, "", "x", "ä"])
def test_a_form_without_the_sessions_secret_changes_nothing(csrf: str | None) -> None:
    world = ConsoleWorld()
    world.has("a.csv")
    form = {"reason": "x"} | ({} if csrf is None else {"csrf": csrf})
    answer = world.admitted().post("/files/1/again", data=form, headers=FROM_HERE)
    assert answer.status_code == 403
    assert world.world.dispatcher.events == []


def test_a_form_is_read_up_to_a_limit() -> None:
    world = ConsoleWorld()
    answer = world.admitted().post("/files/1/again", content=b"x" * 70_000, headers=FROM_HERE)
    assert answer.status_code == 413
    for content in (b"\xff=1", b"&".join(b"a=1" for _ in range(200))):
        answer = world.admitted().post("/files/1/again", content=content, headers=FROM_HERE)
        assert answer.status_code == 400


@pytest.mark.parametrize(
    "page", [*PAGES, "/", "/static/console.css", "/static/console.js", "/nothing", "/files/99"]
)
def test_every_answer_has_the_headers(page: str) -> None:
    world = ConsoleWorld()
    world.has("a.csv")
    for client in (world.stranger, world.admitted()):
        headers = client.get(page).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["x-frame-options"] == "DENY"


def assert_harmless(browser: TestClient, page: str) -> None:
    answer = browser.get(page)
    assert answer.status_code == 200, page
    for harm in ("<script>alert", "<img", "\x1b", "\u202e", "\x9b", "\u2028", "\x85", "\0"):
        assert harm not in answer.text, page
    assert 'style="' not in answer.text
    assert "javascript:" not in answer.text


@pytest.mark.parametrize("key", [*HOSTILE_KEYS.values(), LINE_FEEDS])
def test_hostile_names_are_text_on_every_page(key: str) -> None:
    world = ConsoleWorld()
    upload = world.has(key, BAD)
    world.archive.receipts[world.world.ledger.ledger_rows()[0].receipt_key] = {"filename": key}
    browser = world.admitted()
    assert upload.key == key
    world.state = replace(world.state, ledger_problem=key, alarms={key: key})
    world.incidents.open(key, RECEIVED)
    for change in IncidentChange:
        said = ChangeIncident(id=1, change=change, by=key, why=key)
        incidents = ("/today", "/incidents?all=1", "/incidents/1/ack", "/incidents/1/close")
        for page in incidents:
            assert_harmless(browser, page)
        world.incidents.change(said)
    for page in (*incidents, "/state", "/files", "/files/1", "/files/1?place=1", "/files/1/again"):
        assert_harmless(browser, page)
    ours = browser.get("/incidents", params={"source": key, "all": "1"})
    assert "<script>alert" not in ours.text
    filtered = browser.get("/files", params={"prefix": key, "key": key, "name": key})
    assert "<script>alert" not in filtered.text
    link = browser.get("/files/1/download/input")
    assert link.status_code == 303
    assert link.headers["location"].isascii()
    assert "\n" not in link.headers["location"]


@pytest.mark.parametrize(
    "error",
    [CommandError("the local stack is not running"), FaultError(FaultCode.FUNCTION, "<b>denied")],
)
def test_a_pipeline_that_is_away_is_said_and_comes_back(error: Exception) -> None:
    world = ConsoleWorld()
    world.has("a.csv")
    world.fault = error
    browser = world.admitted()
    answer = browser.get("/files")
    assert answer.status_code == 503
    assert str(error) in shown(answer.text)
    assert "<b>denied" not in answer.text
    world.fault = None
    assert "a.csv" in browser.get("/files").text
    assert world.opened == 2


def test_what_breaks_is_said_without_its_text(caplog: pytest.LogCaptureFixture) -> None:
    world = ConsoleWorld()
    world.fault = RuntimeError("a secret of the inside")
    answer = world.admitted().get("/files")
    assert (answer.status_code, "a secret" in answer.text) == (500, False)
    assert "RuntimeError" in answer.text
    assert "a secret of the inside" in caplog.text
