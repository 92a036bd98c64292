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
# Files that share a stack, or plans, apart from the rest of their folder.
_SHARED = {
    # They look at the same plans, which take their time to make.
    "plans": """
        terraform/test_boundary terraform/test_bucket_order terraform/test_costs
        terraform/test_exposure terraform/test_mail terraform/test_parity terraform/test_roles
    """,
    # Commands and pages: no worker does all of e2e.
    "shown": """
        e2e/test_commands e2e/test_console e2e/test_console_live e2e/test_documents
        e2e/test_expectations
        e2e/test_people e2e/test_smoke e2e/test_sources
    """,
    # They mostly wait.
    "bursts": "e2e/test_burst e2e/test_mail_burst",
    # They need a database and no pipeline.
    "database": """
        faults/test_ledger_model faults/test_window_kills integration/test_database
        integration/test_final_history
        integration/test_ledger integration/test_ledger_access integration/test_ledger_claims
        integration/test_ledger_contradictions integration/test_ledger_plans
        integration/test_ledger_replay integration/test_ledger_warnings integration/test_mail_model
        integration/test_migrations integration/test_reconciliation
    """,
}
SHARED = {f"{name}.py": group for group, names in _SHARED.items() for name in names.split()}
# The longest begin first, so that no worker is left with one of them when the other has ended.
_FIRST = (
    "faults",
    "shown",
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
    return SHARED.get(path) or (folder if folder in _FOLDERS else path)


def order_of(nodeid: str) -> int:
    """When a test's group begins: the long ones first, then the others, unit tests last."""
    group = group_of(nodeid)
    if group == nodeid:
        return len(_FIRST) + 1
    return _FIRST.index(group) if group in _FIRST else len(_FIRST)
