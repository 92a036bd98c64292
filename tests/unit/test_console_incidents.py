"""The page of incidents, and what an operator does with one, for a reason."""

import pytest

from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.domain.window_requests import IncidentChange
from tests.unit.builders import RECEIVED
from tests.unit.console_world import ORIGIN, ConsoleWorld, shown


@pytest.fixture
def world() -> ConsoleWorld:
    made = ConsoleWorld()
    for source in ("acme-orders", "other-stock"):
        made.incidents.open(source, RECEIVED)
    return made


def changed(world: ConsoleWorld, what: str, reason: str) -> tuple[int, str]:
    answer = world.admitted().post(
        f"/incidents/{what}",
        data={"csrf": world.admission.csrf, "reason": reason},
        headers={"Origin": ORIGIN},
    )
    return answer.status_code, shown(answer.text)


def test_open_incidents_are_on_the_first_page_and_on_their_own(world: ConsoleWorld) -> None:
    browser = world.admitted()
    today = browser.get("/today").text
    assert "acme-orders: 1 of 1 windows still lacking" in shown(today)
    assert 'href="/incidents"' in today
    page = shown(browser.get("/incidents").text)
    assert "2 incidents, the latest first" in page
    assert page.index("other-stock") < page.index("acme-orders")


def test_no_incident_is_said_with_what_to_do() -> None:
    browser = ConsoleWorld().admitted()
    assert "Open incidents" not in browser.get("/today").text
    said = shown(browser.get("/incidents").text)
    assert "No incident is open." in said
    assert "rowledger sources" in said
    assert "There has been no incident of x." in shown(
        browser.get("/incidents?all=1&source=x").text
    )


def test_the_list_says_where_it_ends() -> None:
    world = ConsoleWorld()
    for number in range(101):
        world.incidents.open(f"source-{number}", RECEIVED)
    page = shown(world.admitted().get("/incidents").text)
    assert "100 incidents, the latest first; there are more" in page
    assert "source-100" in page
    assert "source-0 " not in page


def test_one_is_acknowledged_for_a_reason_that_is_kept(world: ConsoleWorld) -> None:
    dry = shown(world.admitted().get("/incidents/1/ack").text)
    assert "The incident stays open, and says that you see to it." in dry
    assert "keeps that ada did it" in dry
    assert changed(world, "1/ack", " ")[0] == 400
    assert changed(world, "1/ack", "x" * 501)[0] == 400
    assert world.incidents.changes == []
    assert changed(world, "1/ack", "asked <b>them</b>")[0] == 303
    (change,) = world.incidents.changes
    assert (change.id, change.change, change.by) == (1, IncidentChange.ACKNOWLEDGE, "ada")
    assert (change.why, change.identity) == ("asked <b>them</b>", "arn:aws:iam::1:user/ada")
    page = world.admitted().get("/incidents").text
    assert "ada sees to it: asked &lt;b&gt;them&lt;/b&gt;" in page
    assert "/incidents/1/ack" not in page
    assert "/incidents/1/close" in page


def test_one_is_closed_and_then_listed_with_the_closed_ones(world: ConsoleWorld) -> None:
    assert "It cannot be opened again." in shown(world.admitted().get("/incidents/2/close").text)
    assert changed(world, "2/close", "a holiday there")[0] == 303
    assert "other-stock" not in world.admitted().get("/incidents").text
    assert "closed by ada: a holiday there" in shown(world.admitted().get("/incidents?all=1").text)


@pytest.mark.parametrize(
    ("first", "then", "said"),
    [
        ("1/ack", "1/ack", "Nothing: it is acknowledged already, by ada."),
        ("1/close", "1/close", "Nothing: it is closed already, by ada."),
        ("1/close", "1/ack", "Nothing: it is closed already, by ada."),
    ],
)
def test_who_comes_second_is_told_who_was_first(
    world: ConsoleWorld, first: str, then: str, said: str
) -> None:
    assert changed(world, first, "x")[0] == 303
    kept = list(world.incidents.lines)
    status, page = changed(world, then, "y")
    assert (status, said in page) == (409, True)
    assert world.incidents.lines == kept
    again = world.admitted().get(f"/incidents/{then}").text
    assert said in shown(again)
    assert "<form" not in again


@pytest.mark.parametrize("what", ["9/ack", f"{10**30}/close", "0/close", "1/open"])
def test_what_there_is_not_is_said(world: ConsoleWorld, what: str) -> None:
    assert world.admitted().get(f"/incidents/{what}").status_code == 404
    assert changed(world, what, "x")[0] == 404
    assert world.incidents.changes == []


def test_a_source_that_no_name_can_be_is_refused(world: ConsoleWorld) -> None:
    assert world.admitted().get("/incidents?source=a%00b").status_code == 400


def test_a_reader_is_offered_no_change_and_is_refused_one(world: ConsoleWorld) -> None:
    world.may_act = False
    browser = world.admitted()
    assert "/close" not in browser.get("/incidents").text
    page = browser.get("/incidents/1/close").text
    assert "takes the rights of an operator" in shown(page)
    assert "<form" not in page
    world.incidents.fault = FaultError(FaultCode.FUNCTION, "AccessDenied: csv-ledger-operator")
    status, said = changed(world, "1/close", "x")
    assert (status, "AccessDenied" in said) == (503, True)
    assert world.incidents.lines[1].closed_at is None
