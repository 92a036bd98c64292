"""Values that a request cannot have, though their types fit: each is refused by its name."""

import base64
import json
from typing import Any

import pytest

from rowledger.functions.domain.file_pages import FileOrder, read_cursor
from rowledger.functions.domain.ledger_requests import (
    OPERATOR_REQUESTS,
    READER_REQUESTS,
    read_request,
)
from rowledger.functions.domain.reconciliation_requests import read_reconciler_request

KNOWN: dict[str, type[Any]] = {**READER_REQUESTS, **OPERATOR_REQUESTS}
UPLOAD = {"bucket": "in", "key": "a.csv", "version_id": "v"}
REPLAY = {"by": "ada", "reason": "why", "source": "ledger", "identity": "arn:aws:iam::1:user/ada"}
PASS = {"by": "ada", "reason": "why", "identity": "arn:aws:iam::1:user/ada"}


def reopen(**changed: object) -> dict[str, Any]:
    return {"uploads": [UPLOAD], "request": {**REPLAY, **changed}}


def reconciliation(**changed: object) -> dict[str, Any]:
    return {"request": {**PASS, **changed}}


@pytest.mark.parametrize(
    ("ask", "content", "said"),
    [
        ("list_files", {"limit": 0}, "list_files.limit must be from 1 to 1000, not 0"),
        ("list_files", {"limit": -1}, "list_files.limit"),
        ("list_files", {"limit": 10**9}, "list_files.limit"),
        ("list_files", {"limit": 10**5000}, "list_files.limit .* beyond 64 bits"),
        ("list_files", {"selection": {"file_id": 2**31}}, "list_files.selection.file_id"),
        ("list_files", {"selection": {"key": "a\0b"}}, "list_files.selection.key .* U.0000"),
        ("list_files", {"selection": {"name": "\ud800"}}, "list_files.selection.name .* surrogate"),
        (
            "list_files",
            {"selection": {"since": "0001-01-01T00:00:00+23:59"}},
            "list_files.selection.since must be of the years 2 to 9998",
        ),
        ("summarise", {"selection": {"until": "9999-12-31T23:59:59-12:00"}}, "selection.until"),
        ("summarise", {"utc_offset_minutes": 10**9}, "utc_offset_minutes must be from -1440"),
        ("list_files", {"after": "bm9uZQ=="}, "no cursor"),
        ("list_passes", {"limit": 0}, "list_passes.limit"),
        ("list_passes", {"limit": 10**6}, "list_passes.limit"),
        ("show_upload", {}, "show_upload must have either file_id or key"),
        ("show_upload", {"file_id": 1, "key": "a.csv"}, "either file_id or key"),
        ("show_upload", {"file_id": 1, "version_id": "v"}, "show_upload.version_id"),
        ("show_upload", {"file_id": 0}, "show_upload.file_id"),
        ("find_rows", {"uploads": [UPLOAD] * 1001}, "number of find_rows.uploads"),
        ("find_rows", {"uploads": [UPLOAD, {**UPLOAD, "key": "\0"}]}, "find_rows.uploads.1..key"),
        ("reopen", reopen(by=" "), "reopen.request.by must not be blank"),
        ("reopen", reopen(reason=""), "reopen.request.reason must not be blank"),
        ("reopen", reopen(identity=None), "reopen.request.identity must not be blank"),
        ("reopen", {"uploads": [UPLOAD] * 1001, "request": REPLAY}, "number of reopen.uploads"),
        ("request_reconciliation", reconciliation(by=""), "request.by must not be blank"),
        ("request_reconciliation", reconciliation(reason="\n"), "request.reason"),
        ("request_reconciliation", reconciliation(identity=""), "request.identity"),
        (
            "request_reconciliation",
            reconciliation(grace_seconds=-5),
            "grace_seconds must be from 0",
        ),
        ("request_reconciliation", reconciliation(grace_seconds=2**31), "grace_seconds"),
        ("request_reconciliation", reconciliation(max_repairs=0), "max_repairs must be from 1"),
    ],
)
def test_a_value_that_cannot_be_is_refused(ask: str, content: object, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_request({"version": 1, "ask": ask, "with": content}, KNOWN)


def test_true_is_no_version() -> None:
    with pytest.raises(ValueError, match="version"):
        read_request({"version": True, "ask": "list_files", "with": {}}, KNOWN)


@pytest.mark.parametrize(
    ("action", "content", "said"),
    [
        ("run_part", {"request_id": 1, "max_repairs": -5}, "run_part.max_repairs"),
        ("run_part", {"request_id": 0, "max_repairs": 1}, "run_part.request_id"),
        ("run_part", {"request_id": 2**31, "max_repairs": 1}, "run_part.request_id"),
        ("preview_part", {"grace_seconds": -1}, "preview_part.grace_seconds"),
        (
            "preview_part",
            {"so_far": {"id": 0, "began_at": "0001-01-01T00:00:00+00:00"}},
            "so_far.began_at",
        ),
    ],
)
def test_so_is_one_to_the_reconciler(action: str, content: object, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_reconciler_request({"action": action, "version": 1, "with": content})


@pytest.mark.parametrize(
    ("order", "document"),
    [
        (FileOrder.NAME, ["name", "a\0", 1]),
        (FileOrder.NAME, ["name", "\ud800", 1]),
        (FileOrder.NAME, ["name", 5, 1]),
        (FileOrder.NAME, ["name", "a", 2**31]),
        (FileOrder.NAME, ["name", "a", 1.5]),
        (FileOrder.NAME, ["name", "a", True]),
        (FileOrder.SIZE, ["size", 2**63, 1]),
        (FileOrder.SIZE, ["size", float("inf"), 1]),
        (FileOrder.NEWEST, ["newest", "2026-11-26T08:00:00", 1]),
        (FileOrder.NEWEST, ["newest", "0001-01-01T00:00:00+10:00", 1]),
        (FileOrder.NEWEST, ["size", "0001", 1]),
        (FileOrder.NEWEST, [["newest"], "a", 1]),
        (FileOrder.NEWEST, {"order": "newest"}),
    ],
)
def test_a_forged_cursor_is_refused(order: FileOrder, document: object) -> None:
    cursor = base64.urlsafe_b64encode(json.dumps(document).encode()).decode()
    with pytest.raises(ValueError, match="no cursor that a page ended with"):
        read_cursor(order, cursor)


@pytest.mark.parametrize("cursor", ["", "é", "\ud800", "[[[", "A" * 5])
def test_what_is_no_cursor_at_all_is_refused(cursor: str) -> None:
    with pytest.raises(ValueError, match="no cursor that a page ended with"):
        read_cursor(FileOrder.NEWEST, cursor)
