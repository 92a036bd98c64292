"""How long the console's pages take, on a warm local stack with a million files in its ledger.

A browser's requests to the real console over the real functions, one after the other; the time is
that of the whole answer, without the browser's own. Also what the console ships. Prints Markdown.
Run: python -m bench.console [--files 1000000]
"""

import argparse
import os
import statistics
import tempfile
import time
from datetime import UTC, datetime
from http.client import HTTPConnection
from importlib.metadata import files as files_of
from pathlib import Path
from urllib.parse import urlsplit

from bench.markdown import row, seconds, table
from rowledger import console
from rowledger.local.layout import Layout
from rowledger.local.processes.console import start as start_console
from rowledger.local.stack import reset
from rowledger.operations.adapters.environment_files import CONFIG_DIR_VARIABLE
from rowledger.wiring.local_stack import start_local_stack
from tests.integration.many_rows import fill

LIMIT_MS = 200
TIMES = 15
_LIBRARIES = ("starlette", "uvicorn", "jinja2", "markupsafe", "anyio", "h11", "click")
# In the middle of the ledger: whatever is counted from an end is far from it.
_MIDDLE = "since=2025-11-01T00%3A00%3A00&until=2025-11-02T00%3A00%3A00"
PAGES = {
    "Today, the last 24 hours": "/today",
    "Today, the last 90 days": "/today?span=90d",
    "Files": "/files",
    "Files, by a prefix": "/files?prefix=sender-7%2F",
    "Files, rejected": "/files?status=FAILED",
    "Files, by rows": "/files?sort=rows",
    "Files of a day a year ago": f"/files?{_MIDDLE}",
    "one file": "/files/500001",
    "Incidents": "/incidents",
    "State": "/state",
    "Upload": "/upload",
}


class Browser:
    """What a browser does with the address that it is given: it keeps the session's cookie."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self._connection = HTTPConnection(parts.netloc, timeout=300)
        self._connection.request("GET", f"{parts.path}?{parts.query}")
        answer = self._connection.getresponse()
        answer.read()
        self._cookie = answer.headers["Set-Cookie"].partition(";")[0]

    def get(self, path: str) -> tuple[float, int]:
        """Return the seconds and the bytes of a page."""
        started = time.perf_counter()
        self._connection.request("GET", path, headers={"Cookie": self._cookie})
        answer = self._connection.getresponse()
        body = answer.read()
        taken = time.perf_counter() - started
        if answer.status != 200:
            raise SystemExit(f"{path} answers {answer.status}: {body[:500]!r}")
        return taken, len(body)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=1_000_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="rowledger-bench-") as folder:
        # Whoever has a stack of their own finds it as before.
        os.environ[CONFIG_DIR_VARIABLE] = folder
        layout = Layout(Path(folder) / "state")
        try:
            stack = start_local_stack(lambda _: None, layout)
            fill(stack.database.owner, given.files, datetime.now(UTC))
            first = _measure(Browser(start_console(layout)), given.files)
        finally:
            reset(lambda _: None, layout)
    print(f"\n{_shipped()}")
    if first * 1000 > LIMIT_MS:
        raise SystemExit(f"the first page takes more than {LIMIT_MS} ms")


def _measure(browser: Browser, files: int) -> float:
    """Print the table; return the seconds of the first page."""
    print(table(f"page, {files:,} files", f"median of {TIMES}", "slowest", "bytes"))
    medians = {}
    for name, path in PAGES.items():
        browser.get(path)  # the functions behind it are warm then
        taken = [browser.get(path) for _ in range(TIMES)]
        times, (_, size) = [each for each, _ in taken], taken[-1]
        medians[name] = statistics.median(times)
        print(row(name, seconds(medians[name]), seconds(max(times)), f"{size:,}"), flush=True)
    return medians["Today, the last 24 hours"]


def _shipped() -> str:
    own = _size(Path(str(console.__file__)).parent)
    libraries = sum(
        Path(str(each.locate())).stat().st_size
        for name in _LIBRARIES
        for each in files_of(name) or ()
        if each.suffix != ".pyc" and Path(str(each.locate())).is_file()
    )
    return f"The console is {own / 1e3:.0f} KB, and its libraries are {libraries / 1e6:.1f} MB."


def _size(folder: Path) -> int:
    return sum(
        each.stat().st_size
        for each in folder.rglob("*")
        if each.is_file() and each.suffix != ".pyc"
    )


if __name__ == "__main__":
    main()
