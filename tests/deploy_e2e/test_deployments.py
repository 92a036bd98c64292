"""From an empty account to a third deployment and back, while files keep coming in.

The tests are the steps of one story and follow one another.
"""

import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from rowledger.deployment.planning.summary import Action, read_changes
from rowledger.wiring.environments import local_environment
from rowledger.wiring.operations import ledger_queries
from tests.deploy_e2e.account import FUNCTIONS, GRACE_SECONDS, Account
from tests.deploy_e2e.checkout import Checkout
from tests.deploy_e2e.traffic import PREFIX, Traffic
from tests.e2e.pipeline import PIPELINE, Pipeline, eventually
from tests.faults.audit import Audit
from tests.figures import FIGURES
from tests.terraform_e2e.forgotten import FORGOTTEN

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client

CODE = {f"module.{use}.aws_lambda_function.this" for use in PIPELINE["functions"]}
OF_CODE = {"source_code_hash", "last_modified", "version", "qualified_arn", "qualified_invoke_arn"}
CANARIES = "rowledger-canary/"


def everywhere(version: str) -> dict[str, str]:
    return dict.fromkeys(FUNCTIONS, version)


def test_the_first_deployment_serves(account: Account) -> None:
    summary = (account.first.bundle / "summary.md").read_text()
    assert "| create |" in summary
    assert "CAUTION" not in summary
    assert account.aliases() == everywhere("1")
    ledger = ledger_queries(local_environment(account.stack.layout))
    pipeline = Pipeline(account.stack, ledger)
    record = pipeline.take(f"{PREFIX}first.csv", b"a,b\n1,2\n3,4\n")
    assert (record.status, record.rows_count) == ("SUCCESS", 2)
    assert pipeline.receipt(record)["rows_count"] == 2
    assert pipeline.backup(record) == b"a,b\n1,2\n3,4\n"
    eventually("its mail", lambda: pipeline.mail_bodies(record.version_id))
    assert account.served(PREFIX) == ["1"]


def test_a_plan_that_was_applied_cannot_be_applied_again(account: Account) -> None:
    done = account.first.make(account.deployer, "apply", ENV="local")
    assert done.status != 0
    assert "Saved plan is stale" in done.err


def test_a_good_build_takes_over_while_files_come_in(account: Account, traffic: Traffic) -> None:
    planned = released(account, "second")
    assert_touches_code_only(account, planned)
    # As on GitHub, where another machine applies.
    applied = account.new_checkout("second-applied")
    release(applied)
    planned.carry_to(applied)
    assert_refuses_another_package(account, planned)
    applied.must_make(account.deployer, "apply", ENV="local")
    # An apply moves nothing.
    assert account.aliases() == everywhere("1")
    traffic.check()
    applied.must_make(
        account.deployer, "deploy", ENV="local", DEPLOY_ARGS="--steps 10,50 --interval 10"
    )
    assert account.aliases() == everywhere("2")
    account.deployments += 1
    traffic.check()
    served = account.served(PREFIX)
    first_of_new, last_of_old = served.index("2"), len(served) - served[::-1].index("1")
    assert first_of_new < last_of_old, "no step had both versions in service"
    assert columns(account) >= {"deployed_by"}


def test_a_broken_build_is_rolled_back_while_files_come_in(
    account: Account, traffic: Traffic
) -> None:
    checkout = account.new_checkout("third")
    release(checkout)
    # It starts, and fails at every upload when receipt and backup are there already.
    checkout.edit(
        "src/rowledger/functions/services/intake.py",
        "        return self.ledger.commit(",
        '        raise RuntimeError("broken on purpose")\n        return self.ledger.commit(',
    )
    checkout.must_make(account.planner, "package", "plan", ENV="local", RDS_CA="none")
    checkout.must_make(account.deployer, "apply", ENV="local")
    done = checkout.make(account.deployer, "deploy", ENV="local", DEPLOY_ARGS="--timeout 30 --json")
    assert done.status != 0
    report: Any = json.loads(done.out)
    assert report["rolled_back"], done.err
    assert account.aliases() == everywhere("2")
    account.deployments += 1
    account.rolled_back += 1
    traffic.check()
    attempts = account.attempts(PREFIX)
    assert ("3", False) in attempts, "no upload met the broken build"
    assert ("3", True) not in attempts
    # Their events are kept, as those of any fault are.
    assert account.kept_events()


def test_the_first_version_serves_again_on_the_newer_schema(
    account: Account, traffic: Traffic
) -> None:
    # Another machine than the one that deployed, with nothing but the state.
    checkout = account.new_checkout("rollback")
    before = account.served(PREFIX).count("1")
    checkout.must_make(account.deployer, "rollback", ENV="local", TO="1")
    assert account.aliases() == everywhere("1")
    eventually(
        "outcomes of the first version",
        lambda: account.served(PREFIX).count("1") > before + 1,
    )
    checkout.must_make(account.deployer, "rollback", ENV="local", TO="2")
    assert account.aliases() == everywhere("2")
    traffic.check()


def test_no_upload_was_lost_or_doubled(
    account: Account, traffic: Traffic, pytestconfig: pytest.Config
) -> None:
    traffic.stop()
    arena = account.arena
    arena.await_quiet()
    # The events that the broken build failed at stay in the queue: reconciliation needs none.
    time.sleep(GRACE_SECONDS)
    reconcile(account)
    arena.await_quiet()
    # Mails beyond the budget come in a digest: within a minute, and the minute of the schedule.
    eventually("every outcome announced", lambda: arena.open_uploads(PREFIX) == 0, 180)
    uploads, canaries = Audit(arena, PREFIX).run(), Audit(arena, CANARIES).run()
    counts = [uploads, canaries]
    pytestconfig.stash[FIGURES].append(
        f"deployments: {account.deployments}, rolled back {account.rolled_back},"
        f" {sum(each.uploads for each in counts)} uploads,"
        f" {sum(len(each.lost) for each in counts)} lost,"
        f" {sum(len(each.doubled) for each in counts)} doubled"
    )
    for each in counts:
        each.check()
        assert each.uploads == each.rows == each.receipts == each.backups == each.outcomes
    assert uploads.uploads == traffic.sent + 1
    assert canaries.uploads == account.deployments + 2


def release(checkout: Checkout) -> None:
    """Make the checkout one of a later version, with a migration that suits the version before."""
    checkout.edit("src/rowledger/__init__.py", '__version__ = "', '__version__ = "9.')
    folder = checkout.folder / "src/rowledger/functions/adapters/postgres/migrations"
    number = len(list(folder.glob("*.sql"))) + 1
    (folder / f"{number:04}_deployed_by.sql").write_text(
        "ALTER TABLE file_metadata ADD COLUMN deployed_by TEXT;\n", encoding="utf-8"
    )


def released(account: Account, name: str) -> Checkout:
    """A checkout of a later version, built and planned."""
    checkout = account.new_checkout(name)
    release(checkout)
    checkout.must_make(account.planner, "package", "plan", ENV="local", RDS_CA="none")
    return checkout


def assert_touches_code_only(account: Account, checkout: Checkout) -> None:
    """The plan changes the functions' code, and beside it what the emulator has forgotten: nothing
    else of the database, of the network or of anything.
    """
    shown = checkout.run(
        account.planner,
        "terraform",
        "-chdir=terraform",
        "show",
        "-json",
        str(checkout.bundle / "plan.bin"),
    )
    assert shown.status == 0, shown.err
    changes = {change.address: change for change in read_changes(json.loads(shown.out))}
    assert changes.keys() - FORGOTTEN.keys() == CODE
    for address in CODE:
        assert changes[address].action is Action.CHANGE
        assert "source_code_hash" in changes[address].details
        assert set(changes[address].details) <= OF_CODE
    for address in changes.keys() & FORGOTTEN.keys():
        assert set(changes[address].details) <= FORGOTTEN[address]


def assert_refuses_another_package(account: Account, checkout: Checkout) -> None:
    before = state(account)
    with checkout.package.open("ab") as package:
        package.write(b"\n")
    done = checkout.make(account.deployer, "apply", ENV="local")
    assert done.status != 0
    assert "csv-processor.zip is not what was planned with" in done.err
    assert state(account) == before


def columns(account: Account) -> set[str]:
    with account.arena.superuser() as connection:
        rows = connection.run(
            "SELECT column_name FROM information_schema.columns WHERE table_name = 'file_metadata'"
        )
    return {name for (name,) in rows}


def state(account: Account) -> str:
    """The version of Terraform's state, by its object in the bucket."""
    s3: S3Client = account.stack.client("s3")
    found = s3.head_object(
        Bucket=f"rowledger-state-{account.stack.account_id}", Key="local/terraform.tfstate"
    )
    return found["VersionId"]


def reconcile(account: Account) -> None:
    """Have the csv-reconciler that is in service run once, as its schedule does."""
    client: LambdaClient = account.stack.client("lambda")
    reconciler = PIPELINE["functions"]["reconciler"]
    answer = client.invoke(
        FunctionName=reconciler["name"],
        Qualifier="live",
        Payload=json.dumps(reconciler["schedule"]["input"]).encode(),
    )
    assert "FunctionError" not in answer, answer["Payload"].read()
