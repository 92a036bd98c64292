"""What a mistyped word may have meant."""

from collections.abc import Iterable
from difflib import get_close_matches


def suggestion(value: str, known: Iterable[str]) -> str:
    """The known word that looks most like one that is mistyped, as a question; else nothing."""
    words = {each.lower(): each for each in known}
    near = get_close_matches(value.lower(), words, n=1)
    return f" Did you mean {words[near[0]]}?" if near else ""
