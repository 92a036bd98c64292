"""A plan's summary shows what would happen, losses first, and no value of anything."""

from typing import Any

import pytest

from rowledger.deployment.planning.summary import Action, Change, read_changes, to_markdown


def resource(address: str, *actions: str, **members: Any) -> dict[str, Any]:  # noqa: ANN401 -- JSON
    """One of a plan's resource_changes; members beside the actions, of the change or around it."""
    change = {"actions": list(actions), "before": {}, "after": {}, "after_unknown": {}}
    around = {name: members.pop(name) for name in _AROUND & members.keys()}
    return {"address": address, "change": change | members, **around}


_AROUND = {"action_reason", "previous_address"}


def a_plan(*resources: dict[str, Any], **outputs: list[str]) -> dict[str, Any]:
    return {
        "terraform_version": "1.11.4",
        "resource_changes": list(resources),
        "output_changes": {name: {"actions": actions} for name, actions in outputs.items()},
    }


def test_losses_come_first_and_then_the_rest_in_order() -> None:
    plan = a_plan(
        resource("a.created", "create"),
        resource("a.changed", "update"),
        resource("a.left", "no-op"),
        resource("data.a.read", "read"),
        resource("a.replaced", "delete", "create"),
        resource("a.replaced_later", "create", "delete"),
        resource("a.forgotten", "forget"),
        resource("a.destroyed", "delete"),
    )
    assert [(change.action, change.address) for change in read_changes(plan)] == [
        (Action.DESTROY, "a.destroyed"),
        (Action.REPLACE, "a.replaced"),
        (Action.REPLACE, "a.replaced_later"),
        (Action.FORGET, "a.forgotten"),
        (Action.CHANGE, "a.changed"),
        (Action.CREATE, "a.created"),
    ]


def test_a_change_names_its_attributes_those_not_known_yet_too() -> None:
    changed = resource(
        "a.b",
        "update",
        before={"same": 1, "code": "old", "gone": 1, "version": "1", "vpc": [{"id": 1}]},
        after={"same": 1, "code": "new", "added": 1, "vpc": [{"id": 1}]},
        after_unknown={"version": True, "vpc": [{}], "deep": [{"x": {"y": True}}]},
    )
    assert read_changes(a_plan(changed)) == [
        Change(Action.CHANGE, "a.b", ("added", "code", "deep", "gone", "version"))
    ]


def test_a_replacement_names_what_forces_it_and_a_destruction_why() -> None:
    plan = a_plan(
        resource("a.b", "delete", "create", replace_paths=[["engine"], ["rule", 0, "port"]]),
        resource("a.c", "delete", "create", action_reason="replace_because_tainted"),
        resource("a.d", "delete", action_reason="delete_because_no_resource_config"),
    )
    assert [change.details for change in read_changes(plan)] == [
        ("delete because no resource config",),
        ("engine", "rule.0.port"),
        ("replace because tainted",),
    ]


def test_moved_and_imported_resources_are_told_of() -> None:
    plan = a_plan(
        resource("a.new", "no-op", previous_address="a.old"),
        resource("a.known", "no-op", importing={"id": "x"}),
    )
    assert read_changes(plan) == [
        Change(Action.IMPORT, "a.known"),
        Change(Action.MOVE, "a.new", ("from a.old",)),
    ]


def test_an_action_that_is_not_known_is_refused() -> None:
    with pytest.raises(ValueError, match=r"a\.b: unknown actions vanish"):
        read_changes(a_plan(resource("a.b", "vanish")))


def test_the_summary_warns_of_losses_before_anything_else() -> None:
    plan = a_plan(
        resource("a.b", "update", before={"name": "secret one"}, after={"name": "secret two"}),
        resource('a.c["x"]', "delete", before={"name": "secret one"}, after=None),
        functions=["update"],
        topic_arn=["no-op"],
    )
    assert to_markdown(plan, "Plan for dev", "sha256 `12ab`").splitlines() == [
        "## Plan for dev",
        "",
        "> [!CAUTION]",
        "> **This plan DESTROYS 1: what these hold is lost.**",
        "",
        "| action | resources |",
        "| --- | --- |",
        "| destroy | 1 |",
        "| change | 1 |",
        "",
        "### Destroy",
        "",
        '- `a.c["x"]`',
        "",
        "### Change",
        "",
        "- `a.b`: `name`",
        "",
        "Outputs that change: `functions`",
        "",
        "Package: sha256 `12ab`. Terraform 1.11.4.",
    ]


def test_a_plan_that_changes_nothing_says_so_and_warns_of_nothing() -> None:
    text = to_markdown(a_plan(resource("a.b", "no-op")), "Plan for dev", "p")
    assert "No resource changes." in text
    assert "CAUTION" not in text
