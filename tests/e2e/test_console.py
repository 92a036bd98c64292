"""The console's pages in Chromium, on the real stack, as a reader and as an operator."""

import os
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from rowledger.deployment.checkout import ROOT
from rowledger.functions.domain.ledger import LedgerRow
from rowledger.local.stack import Stack
from rowledger.wiring.environments import local_environment
from rowledger.wiring.operations import ledger_queries
from tests.e2e.cli import PROGRAM
from tests.e2e.people import make_people, outputs_of, users
from tests.e2e.pipeline import Pipeline
from tests.e2e.test_reconcile import tamper
from tests.faults.hostile_keys import HOSTILE_KEYS

CHROMIUM = Path("/usr/bin/chromium")
SCREENSHOTS = ROOT / "build/console"
# As root it has no sandbox, and it is to speak to nobody but the console.
OPTIONS = (
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"),
    *("--disable-component-update", "--disable-sync", "--no-proxy-server"),
)
WIDTHS = (400, 1280, 2560)
GOOD, BAD, RAGGED = b"a,b\n1,2\n3,4\n", b'a,b\n1,2\n3,"4\n', b"a,b\n1,2\n3\n"

pytestmark = pytest.mark.skipif(
    not CHROMIUM.exists(), reason=f"there is no {CHROMIUM}: apt-get install chromium"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def people(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A reader and an operator, each an environment of that name."""
    with users(stack) as keys, pytest.MonkeyPatch.context() as patch:
        make_people(stack, keys, outputs_of(stack), tmp_path_factory.mktemp("people"), patch)
        yield


@dataclass(frozen=True, slots=True)
class Opened:
    """A person's console in a page. complaints: of the browser, since the test began."""

    page: Page
    complaints: list[str]


@contextmanager
def console(browser: Browser, who: str) -> Iterator[Opened]:
    """The console of a person, opened; it ends by an interrupt, with nothing to complain of."""
    command = [str(PROGRAM), "console", "--env", who, "--no-browser"]
    running = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ
    )
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        # A page that was refused on purpose is one of those.
        if message.type == "error" and "status of 4" not in message.text:
            complaints.append(message.text)

    try:
        assert running.stdout is not None
        address = running.stdout.readline().removeprefix("console: ").strip()
        page = browser.new_context(base_url=address.partition("/open")[0]).new_page()
        page.on("console", note)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        page.goto(address)
        yield Opened(page, complaints)
        page.context.close()
    finally:
        running.send_signal(2)
        _, err = running.communicate(timeout=20)
    assert (running.returncode, "Traceback" in err) == (0, False), err
    assert complaints == []


# Each of them is started once: a console takes a second to start, and a page is as good as new.
@pytest.fixture(scope="module")
def readers(browser: Browser, people: None) -> Iterator[Opened]:
    with console(browser, "reader") as opened:
        yield opened


@pytest.fixture(scope="module")
def operators(browser: Browser, people: None) -> Iterator[Opened]:
    with console(browser, "operator") as opened:
        yield opened


@contextmanager
def _checked(opened: Opened) -> Iterator[Page]:
    """The page at its beginning; what the browser complains of is this test's failure."""
    opened.complaints.clear()
    opened.page.goto("/today")
    yield opened.page
    assert opened.complaints == []


@pytest.fixture
def reader(readers: Opened) -> Iterator[Page]:
    with _checked(readers) as page:
        yield page


@pytest.fixture
def operator(operators: Opened) -> Iterator[Page]:
    with _checked(operators) as page:
        yield page


def looked_at(page: Page, name: str, path: str) -> None:
    """See that a page fits each width and has no finding of axe in either theme; keep pictures.

    It is loaded once: themes and widths are the style's alone, and change with the window.
    """
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.goto(path)
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
            assert not wide, f"{name} at {width}"
            page.screenshot(path=SCREENSHOTS / f"{name}-{theme}-{width}.png")
        found = Axe().run(page).response["violations"]
        assert [(each["id"], each["nodes"][0]["html"]) for each in found] == [], name
    page.set_viewport_size({"width": 1280, "height": 900})


@pytest.fixture(scope="module")
def rows(stack: Stack) -> dict[str, LedgerRow]:
    pipeline = Pipeline(stack, ledger_queries(local_environment(stack.layout)))
    prefix = f"console-{time.monotonic_ns()}/"
    contents = {"good": GOOD, "bad": BAD, "ragged": RAGGED}
    return {
        name: pipeline.take(f"{prefix}{name}.csv", content) for name, content in contents.items()
    }


def test_a_reader_finds_a_file_and_all_about_it(reader: Page, rows: dict[str, LedgerRow]) -> None:
    page = reader
    prefix = rows["bad"].filename.partition("/")[0] + "/"
    page.get_by_role("link", name="Files", exact=True).click()
    page.get_by_label("Key begins with").fill(prefix)
    page.get_by_label("Status").select_option("FAILED")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    assert f"prefix={prefix.replace('/', '%2F')}" in page.url
    with page.expect_download() as kept:
        page.get_by_role("link", name="CSV", exact=True).click()
    assert rows["bad"].filename in kept.value.path().read_text()
    page.get_by_role("link", name=rows["bad"].filename).click()
    expect(page.get_by_text("FAILED UNTERMINATED_QUOTE").first).to_be_visible()
    page.get_by_role("link", name="Show the lines around it").click()
    expect(page.locator("pre .at")).to_contain_text('3,"4')
    for name in ("Download the file", "Backup"):
        with page.expect_download() as kept:
            page.get_by_role("link", name=name).click()
        assert kept.value.path().read_bytes() == BAD
    expect(page.get_by_role("link", name="Run again")).to_have_count(0)
    page.goto(f"/files/{rows['bad'].id}/again")
    expect(page.get_by_text("takes the rights of an operator")).to_be_visible()
    expect(page.locator("form")).to_have_count(0)
    looked_at(page, "file-as-reader", f"/files/{rows['good'].id}")


def test_an_operator_runs_a_file_again(
    operator: Page, browser: Browser, pipeline: Pipeline, rows: dict[str, LedgerRow]
) -> None:
    page = operator
    row = rows["ragged"]
    page.goto(f"/files/{row.id}")
    page.get_by_role("link", name="Run again").click()
    expect(page.get_by_text("One event is sent to csv-processor")).to_be_visible()
    page.get_by_label("Reason").fill("<b>the sender</b> says so")
    page.get_by_role("button", name="Run it again").click()
    # The page follows it to its outcome by itself.
    expect(page.get_by_text("2: SUCCESS")).to_be_visible(timeout=30_000)
    expect(page.get_by_text("because: <b>the sender</b> says so")).to_be_visible()
    (history,) = pipeline.histories(row.filename)
    assert history.replays[0]["identity"].endswith("user/test-operator")
    # Another tab has the session, too, and a browser without its cookie has not.
    other = page.context.new_page()
    other.goto(f"/files/{row.id}")
    expect(other.get_by_role("heading", name=row.filename)).to_be_visible()
    other.close()
    stranger = browser.new_context(base_url=page.url.partition("/files")[0])
    refused = stranger.new_page().goto("/files")
    assert refused is not None
    assert refused.status == 403
    stranger.close()
    looked_at(page, "file", f"/files/{row.id}")
    looked_at(page, "again", f"/files/{row.id}/again")


def test_an_operator_acknowledges_and_closes_an_incident(
    operator: Page, reader: Page, stack: Stack
) -> None:
    source = f"console-{time.monotonic_ns()}"
    page, address = operator, f"/incidents?source={source}"
    looked_at(page, "incidents-none", address)
    tamper(stack, "INSERT INTO incident (source) VALUES (:source)", source=source)
    page.goto("/today")
    expect(page.get_by_role("heading", name="Open incidents")).to_be_visible()
    reader.goto(address)
    expect(reader.get_by_text(source).first).to_be_visible()
    changes = re.compile("Acknowledge|Close incident")
    expect(reader.get_by_role("link", name=changes)).to_have_count(0)
    page.goto(address)
    page.get_by_role("link", name="Acknowledge").click()
    looked_at(page, "incident", page.url)
    page.get_by_label("Reason").fill("asked <b>them</b>")
    page.get_by_role("button", name="Acknowledge it").click()
    expect(page.get_by_text("sees to it: asked <b>them</b>")).to_be_visible()
    looked_at(page, "incidents", f"{address}&all=1")
    page.get_by_role("link", name="Close incident").click()
    page.get_by_label("Reason").fill("a holiday there")
    page.get_by_role("button", name="Close it").click()
    expect(page.get_by_text("a holiday there")).to_be_visible()
    page.goto(address)
    expect(page.get_by_text(f"No incident of {source} is open.")).to_be_visible()


def test_each_page_is_readable_with_many_files_with_hostile_ones_and_with_none(
    operator: Page, pipeline: Pipeline, rows: dict[str, LedgerRow]
) -> None:
    page = operator
    prefix = f"hostile-{time.monotonic_ns()}/"
    hostile = [
        pipeline.take(prefix + HOSTILE_KEYS[name], BAD)
        # Of those that the emulator can list: its other tests reconcile.
        for name in ("HTML", "entities", "right to left")
    ]
    longest = pipeline.take(HOSTILE_KEYS["1,024 bytes"], GOOD)
    for span in ("24h", "90d"):
        looked_at(page, f"today-{span}", f"/today?span={span}")
    looked_at(page, "state", "/state")
    looked_at(page, "due", "/due")
    looked_at(page, "due-none", "/due?on=2020-02-29")
    looked_at(page, "files", f"/files?prefix={rows['bad'].filename.partition('/')[0]}")
    looked_at(page, "files-hostile", f"/files?prefix={prefix}")
    looked_at(page, "files-none", "/files?prefix=nobody/")
    looked_at(page, "files-mistake", "/files?status=fine&since=soon")
    looked_at(page, "rejected", f"/files/{rows['bad'].id}?place=1")
    looked_at(page, "file-long-name", f"/files/{longest.id}")
    for row in hostile:
        page.goto(f"/files/{row.id}?place=1")
        expect(page.locator("main script, main img")).to_have_count(0)


def test_the_numbers_of_today_lead_to_the_files_behind_them(
    reader: Page, rows: dict[str, LedgerRow]
) -> None:
    page = reader
    page.get_by_role("link", name="with warnings").click()
    expect(page.get_by_role("link", name=rows["ragged"].filename)).to_be_visible()
    expect(page.get_by_role("link", name=rows["good"].filename)).to_have_count(0)
    page.get_by_role("link", name="State").click()
    expect(page.get_by_text("csv-ledger-reader")).to_be_visible()


def test_the_keyboard_is_enough(reader: Page, rows: dict[str, LedgerRow]) -> None:
    page = reader
    page.goto(f"/files?prefix={rows['good'].filename}")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    link = page.get_by_role("link", name=rows["good"].filename)
    for _ in range(60):
        page.keyboard.press("Tab")
        if link.evaluate("each => each === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"/files/{rows['good'].id}$"))
