"""What a plan would do, for a reviewer: counts and addresses, with what is lost at the top.

Addresses and names of attributes only, no values: a summary may be read by more people than a plan.
Source: Terraform, "JSON Output Format", the plan representation.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Action(StrEnum):
    """What happens to a resource, in the order in which a reviewer should see it."""

    DESTROY = "destroy"
    REPLACE = "replace"
    FORGET = "forget"
    CHANGE = "change"
    CREATE = "create"
    IMPORT = "import"
    MOVE = "move"


_ACTIONS = {
    ("delete",): Action.DESTROY,
    ("delete", "create"): Action.REPLACE,
    ("create", "delete"): Action.REPLACE,
    ("create", "forget"): Action.REPLACE,
    ("forget",): Action.FORGET,
    ("update",): Action.CHANGE,
    ("create",): Action.CREATE,
}
_QUIET = {("no-op",), ("read",)}
_LOUD = (Action.DESTROY, Action.REPLACE)


@dataclass(frozen=True, slots=True)
class Change:
    """What happens to one resource.

    Args:
        details: The attributes that change, or why it is replaced or destroyed.
    """

    action: Action
    address: str
    details: tuple[str, ...] = ()


def read_changes(plan: Mapping[str, Any]) -> list[Change]:
    """Return every resource that the plan would touch, in the order of Action, then of the plan.

    Args:
        plan: As `terraform show -json` prints it.

    Raises:
        ValueError: An action is not known here; it must not look harmless.
    """
    found = [
        change
        for resource in plan.get("resource_changes", ())
        if (change := _read_change(resource)) is not None
    ]
    order = list(Action)
    return sorted(found, key=lambda change: order.index(change.action))


def _read_change(resource: Mapping[str, Any]) -> Change | None:
    address, change = str(resource["address"]), resource["change"]
    actions = tuple(change["actions"])
    action = _ACTIONS.get(actions)
    match action:
        case Action.CHANGE:
            return Change(action, address, tuple(sorted(_changed(change))))
        case Action.REPLACE:
            causes = (".".join(map(str, path)) for path in change.get("replace_paths", ()))
            return Change(action, address, tuple(causes) or tuple(_reason(resource)))
        case Action.DESTROY:
            return Change(action, address, tuple(_reason(resource)))
        case Action():
            return Change(action, address)
    if actions not in _QUIET:
        raise ValueError(f"{address}: unknown actions {', '.join(actions)}")
    if "importing" in change:
        return Change(Action.IMPORT, address)
    before = resource.get("previous_address", address)
    return None if before == address else Change(Action.MOVE, address, (f"from {before}",))


def _changed(change: Mapping[str, Any]) -> Iterator[str]:
    """Yield the attributes that will have another value, or one that is not known yet."""
    before, after = change["before"] or {}, change["after"] or {}
    unknown = change.get("after_unknown") or {}
    for name in before.keys() | after.keys() | unknown.keys():
        if before.get(name) != after.get(name) or _holds_true(unknown.get(name)):
            yield name


def _holds_true(marks: Any) -> bool:  # noqa: ANN401 -- JSON
    """Whether part of an attribute is unknown: marks has its shape, with true at such parts."""
    match marks:
        case dict():
            return any(map(_holds_true, marks.values()))
        case list():
            return any(map(_holds_true, marks))
        case _:
            return marks is True


def _reason(resource: Mapping[str, Any]) -> Iterator[str]:
    if "action_reason" in resource:
        yield str(resource["action_reason"]).replace("_", " ")


def to_markdown(plan: Mapping[str, Any], title: str, package: str) -> str:
    """Return the summary as GitHub shows it.

    Args:
        package: What identifies the package that the plan deploys.
    """
    changes = read_changes(plan)
    lines = [f"## {title}", "", *_warning(changes)]
    if changes:
        lines += ["| action | resources |", "| --- | --- |"]
        lines += [f"| {action} | {_count(changes, action)} |" for action in _present(changes)]
    else:
        lines += ["No resource changes."]
    for action in _present(changes):
        lines += ["", f"### {action.capitalize()}", ""]
        lines += [_item(change) for change in changes if change.action is action]
    outputs = sorted(
        name
        for name, change in plan.get("output_changes", {}).items()
        if change["actions"] != ["no-op"]
    )
    if outputs:
        lines += ["", f"Outputs that change: {_names(outputs)}"]
    lines += ["", f"Package: {package}. Terraform {plan['terraform_version']}.", ""]
    return "\n".join(lines)


def _warning(changes: list[Change]) -> list[str]:
    counts = {action: _count(changes, action) for action in _LOUD}
    if not any(counts.values()):
        return []
    losses = " and ".join(f"{action.upper()}S {count}" for action, count in counts.items() if count)
    return ["> [!CAUTION]", f"> **This plan {losses}: what these hold is lost.**", ""]


def _present(changes: list[Change]) -> Iterable[Action]:
    return [action for action in Action if _count(changes, action)]


def _count(changes: list[Change], action: Action) -> int:
    return sum(change.action is action for change in changes)


def _item(change: Change) -> str:
    details = f": {_names(change.details)}" if change.details else ""
    return f"- `{change.address}`{details}"


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
