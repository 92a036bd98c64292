"""The ledger's functions as commands ask them: what is asked, and what a fault becomes."""

import io
import json
from typing import Any
from unittest.mock import Mock

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from rowledger.functions.domain.envelope import answer_document
from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.domain.file_pages import FilePage
from rowledger.functions.domain.ledger_requests import FindRows, ListFiles, Rows
from rowledger.functions.domain.upload import UploadName
from rowledger.operations.adapters.aws.functions import AskedFunction
from rowledger.operations.adapters.aws.ledger import LambdaLedgerQueries
from tests.unit.test_ledger_row import ROW


def asking(payload: Any, *, failed: bool = False) -> tuple[LambdaLedgerQueries, Mock]:  # noqa: ANN401 -- any JSON
    content = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    client = Mock()
    client.invoke.side_effect = lambda **_asked: {
        "Payload": io.BytesIO(content),
        **({"FunctionError": "Unhandled"} if failed else {}),
    }
    return LambdaLedgerQueries(
        AskedFunction(client, "csv-ledger-reader:live", "rowledger-reader")
    ), client


def test_the_function_is_asked_by_its_alias_and_its_answer_is_read() -> None:
    queries, client = asking(answer_document(FilePage((ROW,), None)))
    assert queries.list_files(ListFiles()).rows == (ROW,)
    asked = client.invoke.call_args.kwargs
    assert asked["FunctionName"] == "csv-ledger-reader:live"
    assert json.loads(asked["Payload"])["ask"] == "list_files"


def test_many_uploads_are_asked_for_in_parts() -> None:
    queries, client = asking(answer_document(Rows((ROW,))))
    names = tuple(UploadName("in", f"{number}.csv", "v") for number in range(450))
    assert len(queries.find_rows(FindRows(uploads=names))) == 3
    assert client.invoke.call_count == 3


@pytest.mark.parametrize(
    ("payload", "failed", "code", "said"),
    [
        (
            {"errorType": "FaultError", "errorMessage": "DATABASE_UNAVAILABLE: no route"},
            True,
            FaultCode.DATABASE_UNAVAILABLE,
            "no route",
        ),
        (
            # As the emulator passes a fault on.
            {"errorType": "Runtime.HandlerError", "errorMessage": "DATABASE_UNAVAILABLE: no route"},
            True,
            FaultCode.DATABASE_UNAVAILABLE,
            "^DATABASE_UNAVAILABLE: no route$",
        ),
        (
            {
                "errorType": "Runtime.HandlerError",
                "errorMessage": "FaultError: MALFORMED_EVENT: a list: of none",
            },
            True,
            FaultCode.MALFORMED_EVENT,
            "^MALFORMED_EVENT: a list: of none$",
        ),
        (
            {"errorType": "ValueError", "errorMessage": "no code: but a colon"},
            True,
            FaultCode.FUNCTION,
            "failed: no code: but a colon",
        ),
        (
            {"errorType": "Sandbox.Timedout", "errorMessage": "timed out"},
            True,
            FaultCode.FUNCTION,
            "csv-ledger-reader:live failed: timed out",
        ),
        (
            {"errorType": "FaultError", "errorMessage": "NEW_CODE: of a later version"},
            True,
            FaultCode.FUNCTION,
            "NEW_CODE",
        ),
        (b"null", True, FaultCode.FUNCTION, "does not say why"),
        (b"<html>", False, FaultCode.FUNCTION, "did not answer in JSON"),
        ({"version": 2, "answer": {}}, False, FaultCode.FUNCTION, "this end speaks version 1"),
        ({"version": 1, "answer": {"rows": 3, "after": None}}, False, FaultCode.FUNCTION, "a list"),
    ],
)
def test_what_is_no_answer_is_a_fault(
    payload: Any,  # noqa: ANN401 -- any JSON
    failed: bool,  # noqa: FBT001 -- a parameter
    code: FaultCode,
    said: str,
) -> None:
    queries, _ = asking(payload, failed=failed)
    with pytest.raises(FaultError, match=said) as raised:
        queries.list_files(ListFiles())
    assert raised.value.code is code


@pytest.mark.parametrize(
    "error",
    [
        ClientError({"Error": {"Code": "AccessDeniedException"}}, "Invoke"),
        ReadTimeoutError(endpoint_url="https://lambda"),
    ],
)
def test_an_error_of_lambda_is_a_fault_that_names_the_function(error: Exception) -> None:
    queries, client = asking({})
    client.invoke.side_effect = error
    with pytest.raises(FaultError, match="asking csv-ledger-reader:live") as raised:
        queries.list_files(ListFiles())
    assert raised.value.code is FaultCode.FUNCTION


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("AccessDeniedException", "AccessDeniedException: .* the policy rowledger-reader"),
        ("ResourceNotFoundException", "no such function or alias .*rowledger env show"),
        ("TooManyRequestsException", "TooManyRequestsException$"),
    ],
)
def test_a_refusal_says_what_to_do(code: str, said: str) -> None:
    queries, client = asking({})
    client.invoke.side_effect = ClientError({"Error": {"Code": code}}, "Invoke")
    with pytest.raises(FaultError, match=said):
        queries.list_files(ListFiles())
