"""The groups in which make test runs the tests name files that exist, see tests/groups.py."""

from pathlib import Path

import pytest

from tests.groups import ALONE, SHARED, group_of, order_of

TESTS = Path(__file__).parents[1]


@pytest.mark.parametrize("name", sorted({*ALONE, *SHARED}))
def test_a_file_that_is_named_exists(name: str) -> None:
    assert (TESTS / name).is_file()


@pytest.mark.parametrize(
    ("nodeid", "group"),
    [
        ("tests/e2e/test_replay.py::test_x[a/b::c]", "e2e"),
        ("tests/e2e/test_console.py::test_x", "shown"),
        ("tests/e2e/test_mail_burst.py::test_x", "bursts"),
        ("tests/integration/test_rotation.py::test_x", "integration"),
        ("tests/integration/test_ledger.py::test_x", "database"),
        ("tests/faults/test_ledger_model.py::test_x", "database"),
        ("tests/integration/test_local_stack.py::test_x", "integration/test_local_stack.py"),
        ("tests/faults/test_total.py::test_x", "faults"),
        ("tests/terraform/test_roles.py::test_x", "plans"),
        ("tests/release/test_assets.py::test_x", "release/test_assets.py"),
        ("tests/unit/test_text.py::test_x", "tests/unit/test_text.py::test_x"),
    ],
)
def test_the_group_of_a_test(nodeid: str, group: str) -> None:
    assert group_of(nodeid) == group


def test_what_takes_long_begins_and_unit_tests_end() -> None:
    names = ("unit/test_text", "release/test_assets", "e2e/test_replay", "faults/test_total")
    nodeids = [f"tests/{name}.py::test_x" for name in names]
    assert sorted(nodeids, key=order_of) == nodeids[::-1]
