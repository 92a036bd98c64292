"""How the names in a header differ from others: those that are told, or those of the last file."""

from collections import Counter as Multiset
from collections.abc import Sequence

from rowledger.functions.domain.sources.source import FieldsMatch
from rowledger.functions.domain.text import printable

_NAMED = 10
_LONGEST_NAME = 40


def fields_agree(header: Sequence[str], fields: Sequence[str], how: FieldsMatch) -> bool:
    """Say whether a header agrees with the names that are told."""
    there, told = Multiset(header), Multiset(fields)
    match how:
        case FieldsMatch.EXACT:
            return tuple(header) == tuple(fields)
        case FieldsMatch.EQUAL:
            return there == told
        case FieldsMatch.SUBSET:
            return told <= there
        case FieldsMatch.SUPERSET:
            return there <= told
        case FieldsMatch.PARTIAL:
            return bool(there & told)


def change_of(
    before: Sequence[str], after: Sequence[str], *, came: str, went: str, name_those_that_came: bool
) -> str:
    """Say in words how names differ, for two that do.

    Args:
        before: the names that are compared with.
        after: those of the file.
        came: how to call what is only in the file, such as "new".
        went: how to call what is not in it, such as "gone".
        name_those_that_came: whether what only the file has may be told.
    """
    new = list((Multiset(after) - Multiset(before)).elements())
    gone = list((Multiset(before) - Multiset(after)).elements())
    parts = []
    if new:
        parts.append(f"{came}: {_listed(new) if name_those_that_came else f'{len(new):,}'}")
    if gone:
        parts.append(f"{went}: {_listed(gone)}")
    return "; ".join(parts) or "the same names in another order"


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(map(_short, names[:_NAMED]))
    more = len(names) - _NAMED
    return f"{shown} and {more:,} more" if more > 0 else shown


def _short(name: str) -> str:
    safe = printable(name)
    safe = safe if len(safe) <= _LONGEST_NAME else f"{safe[:_LONGEST_NAME]}…"
    return f'"{safe}"'
