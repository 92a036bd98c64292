"""What is around a request to a function and around its answer: the version of both."""

from typing import Any

from rowledger.functions.domain.typed_json import document_of, read

# Changes whenever a request or an answer does, in a way that the other end would misread.
VERSION = 1


def answer_document(answer: object) -> dict[str, Any]:
    """Make what a function answers."""
    return {"version": VERSION, "answer": document_of(answer)}


def read_answer(kind: type[Any], document: object) -> Any:  # noqa: ANN401 -- of that kind
    """Read an answer; raise ValueError where it is of another version or does not fit."""
    match document:
        case {"version": int(version), "answer": content}:
            check_version(version)
            return read(kind, content, "the answer")
        case _:
            raise ValueError("the answer is no object with version and answer")


def check_version(version: object) -> None:
    """Raise ValueError where the other end speaks another version."""
    # True is 1 to Python, and no version.
    if isinstance(version, bool) or version != VERSION:
        raise ValueError(f"this end speaks version {VERSION} of the requests, the other {version}")
