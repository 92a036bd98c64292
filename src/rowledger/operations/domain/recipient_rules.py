"""What a schema cannot say of the recipients in sources.yaml. No message has an address in it."""

from collections.abc import Iterable, Iterator
from typing import Any

from rowledger.functions.domain.recipients import Want
from rowledger.operations.domain.located import LocatedDocument, Mistake

# The values that one filter may have (Amazon SNS developer guide, filter policy constraints).
MOST_WANTED = 150
# Mails of an outcome, which `each` has anyway.
_IN_EACH = (Want.FAILURES, Want.DIGEST)


def mistakes_of_recipients(document: LocatedDocument, numbers: Iterable[int]) -> Iterator[Mistake]:
    """Yield the mistakes of recipients that the schema accepts.

    numbers: of these sources, in their order.
    """
    wanted: dict[str, int] = {}
    for at in numbers:
        source = document.value["sources"][at]
        lines: dict[str, int] = {}
        for number, each in enumerate(source.get("told", ())):
            path = ("sources", at, "told", number)
            email = each["email"].casefold()
            line = document.positions[path].line
            if email in lines:
                message = f"is the address in line {lines[email]:,} again"
                yield document.mistake((*path, "email"), message)
            lines.setdefault(email, line)
            for index, message in _without_effect(source, each["wants"]):
                yield document.mistake((*path, "wants", index), message)
            before = wanted.get(email, 0)
            wanted[email] = before + len(each["wants"])
            if before <= MOST_WANTED < wanted[email]:
                message = (
                    f"wants more than {MOST_WANTED} things of all sources: SNS filters by no more"
                )
                yield document.mistake((*path, "wants"), message)


def _without_effect(source: dict[str, Any], wants: list[str]) -> Iterator[tuple[int, str]]:
    if Want.MISSING in wants and "expectations" not in source:
        yield wants.index(Want.MISSING), "has no effect: the source has no expectations"
    for each in _IN_EACH:
        if Want.EACH in wants and each in wants:
            yield wants.index(each), f"has no effect beside {Want.EACH}, which has it"
