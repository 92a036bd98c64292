"""The console while things happen: uploads that are followed, a stack that goes and comes back."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from rowledger.local.layout import STATE_DIR_VARIABLE, Layout
from rowledger.local.stack import Stack, reset, stop
from rowledger.operations.domain.environments import LOCAL
from rowledger.wiring.local_stack import start_local_stack
from tests.e2e.pipeline import Pipeline
from tests.e2e.test_console import (
    BAD,
    GOOD,
    browser,
    console,
    looked_at,
    people,
    pytestmark,
)

__all__ = ["browser", "people", "pytestmark"]

_PATIENCE_MS = 60_000


def _silent(_step: str) -> None:
    pass


def test_files_are_dropped_and_followed_to_their_outcome(
    browser: Browser, pipeline: Pipeline, tmp_path: Path
) -> None:
    prefix = f"dropped-{os.getpid()}"
    contents = {"good <b>one.csv": GOOD, "bad.csv": BAD, "notes.txt": b"x"}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    with console(browser, LOCAL) as opened:
        page = opened.page
        looked_at(page, "upload", "/upload")
        page.get_by_label("Below which prefix").fill(f"{prefix}/")
        page.locator("#files").set_input_files([tmp_path / name for name in contents])
        line = page.get_by_role("listitem")
        good = line.filter(has_text=f"{prefix}/good <b>one.csv")
        expect(good).to_contain_text("SUCCESS", timeout=_PATIENCE_MS)
        expect(good).to_contain_text("2 data rows")
        bad = line.filter(has_text=f"{prefix}/bad.csv")
        expect(bad).to_contain_text("FAILED", timeout=_PATIENCE_MS)
        expect(bad).to_contain_text("A quote opened in line 3 is never closed")
        ignored = line.filter(has_text=f"{prefix}/notes.txt")
        expect(ignored).to_contain_text("NOT SENT")
        expect(ignored).to_contain_text("does not end in .csv or .csv.gz")
        looked = page.locator("#list").inner_html()
        assert "<b>" not in looked
        # The same name once more takes the place of the first, and the page says so.
        page.locator("#files").set_input_files([tmp_path / "bad.csv"])
        expect(bad).to_have_count(2)
        expect(bad.first).to_contain_text("FAILED", timeout=_PATIENCE_MS)
        # A second tab has its own list, and the same session.
        other = page.context.new_page()
        other.goto("/upload")
        other.locator("#files").set_input_files([tmp_path / "good <b>one.csv"])
        expect(other.get_by_role("listitem")).to_contain_text("SUCCESS", timeout=_PATIENCE_MS)
        other.close()
        page.get_by_role("link", name=f"{prefix}/good").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("good <b>one.csv")
    (good_row,) = pipeline.rows(f"{prefix}/good <b>one.csv")
    assert pipeline.backup(good_row) == GOOD


def test_whoever_may_not_upload_is_refused(browser: Browser, people: None) -> None:
    with console(browser, "reader") as opened:
        opened.page.goto("/upload")
        expect(opened.page.get_by_text("you cannot upload here")).to_be_visible()


@pytest.fixture
def own_stack(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    """A stack that nobody else uses."""
    with tempfile.TemporaryDirectory(prefix="rowledger-") as folder:
        layout = Layout(Path(folder).resolve() / "state")
        monkeypatch.setenv(STATE_DIR_VARIABLE, str(layout.root))
        try:
            yield start_local_stack(_silent, layout)
        finally:
            reset(_silent, layout)


def test_a_stack_that_goes_and_comes_back(browser: Browser, own_stack: Stack) -> None:
    with console(browser, LOCAL) as opened:
        page = opened.page
        expect(page.get_by_role("heading", level=1)).to_have_text("The last 24 hours")
        stop(_silent, own_stack.layout)
        page.reload()
        expect(page.get_by_role("heading", level=1)).to_contain_text("cannot be asked now")
        expect(page.get_by_text("rowledger up", exact=True)).to_be_visible()
        start_local_stack(_silent, own_stack.layout)
        page.get_by_role("link", name="Try again").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("The last 24 hours")
        # What the browser says of the answer 503 is no complaint about the page.
        opened.complaints[:] = [each for each in opened.complaints if "503" not in each]
