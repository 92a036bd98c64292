"""Which tests stay in one process, one after the other, where make test runs in parallel."""

from xdist.scheduler import LoadScopeScheduling

# By folder: what shares a stack. The fault suite's last test counts what all the others did.
_FOLDERS = ("e2e", "integration", "faults")
# Files whose tests use no stack, or start one of their own; each is a group.
ALONE = frozenset(
    f"integration/{name}.py"
    for name in (
        "test_bootstrap_command",
        "test_earlier_state",
        "test_kernel",
        "test_kernel_library",
        "test_loaded_modules",
        "test_local_processes",
        "test_local_provisioners",
        "test_local_stack",
        "test_postgres_server",
        "test_tcp_ports",
        "test_plan_and_apply",
        "test_terraform_program",
        "test_wire",
    )
)
# They look at the same plans, which take their time to make.
PLANS = {
    f"terraform/{name}.py": "plans"
    for name in (
        "test_boundary",
        "test_bucket_order",
        "test_costs",
        "test_exposure",
        "test_mail",
        "test_parity",
        "test_roles",
    )
}
# They mostly wait.
_BURSTS = {"e2e/test_burst.py": "bursts", "e2e/test_mail_burst.py": "bursts"}
# They need a database and no pipeline.
DATABASE = {"faults/test_ledger_model.py": "database"} | {
    f"integration/{name}.py": "database"
    for name in (
        "test_database",
        "test_final_history",
        "test_ledger",
        "test_ledger_access",
        "test_ledger_claims",
        "test_ledger_contradictions",
        "test_ledger_plans",
        "test_ledger_replay",
        "test_ledger_warnings",
        "test_mail_model",
        "test_migrations",
        "test_reconciliation",
    )
}
# The longest begin first, so that no worker is left with one of them when the other has ended.
_FIRST = (
    "faults",
    "e2e",
    "bursts",
    "integration",
    "database",
    "integration/test_local_stack.py",
    "terraform/test_configuration.py",
    "plans",
)


class GroupScheduling(LoadScopeScheduling):  # type: ignore[misc]
    """Gives each worker a group at a time; a test that is in none is a group by itself."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)


def group_of(nodeid: str) -> str:
    """A unit test is free to run anywhere and in any order, so it is a group by itself."""
    path = nodeid.partition("::")[0].removeprefix("tests/")
    folder = path.partition("/")[0]
    if folder == "unit":
        return nodeid
    if path in ALONE:
        return path
    if shared := PLANS.get(path) or _BURSTS.get(path) or DATABASE.get(path):
        return shared
    return folder if folder in _FOLDERS else path


def order_of(nodeid: str) -> int:
    """When a test's group begins: the long ones first, then the others, unit tests last."""
    group = group_of(nodeid)
    if group == nodeid:
        return len(_FIRST) + 1
    return _FIRST.index(group) if group in _FIRST else len(_FIRST)
