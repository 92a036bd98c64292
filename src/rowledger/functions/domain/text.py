"""Text of strangers, made safe to show: it can move no cursor, add no line and hide nothing."""

import json
from collections.abc import Callable
from typing import Any


def printable(text: str) -> str:
    """The text with each line break, control or invisible character as its escape.

    A key can then neither add a line to a mail nor hide what it is. A backslash is escaped too, so
    that no two texts look alike.
    """
    return "".join(map(_printable_character, text))


def _printable_character(character: str) -> str:
    if character.isprintable() and character != "\\":
        return character
    return character.encode("unicode_escape").decode("ascii")


def json_text(
    document: Any,  # noqa: ANN401 -- any JSON
    *,
    indent: int | None = None,
    default: Callable[[Any], Any] | None = None,
) -> str:
    """JSON that people can read, with the same characters escaped as printable escapes."""
    return escaped(
        json.dumps(document, ensure_ascii=False, indent=indent, default=default), keep="\n"
    )


def escaped(text: str, *, keep: str = "") -> str:
    r"""The text with the same characters as JSON escapes (\u001b), and backslashes as they are.

    What was a JSON document still is, and means the same. keep: characters that stay.
    """
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() or character in keep else _json_escape(character)
        for character in text
    )


def _json_escape(character: str) -> str:
    escape = json.dumps(character)[1:-1]
    # JSON need not escape DEL, and Python does not.
    return escape if escape != character else f"\\u{ord(character):04x}"
