"""A state folder of the version before: database, secret and passwords are taken over."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

from rowledger.functions import contract
from rowledger.local.layout import Layout
from rowledger.local.private_files import write_json
from rowledger.local.provisioning.database_logins import MASTER, Login
from rowledger.local.stack import Stack, reset
from rowledger.wiring.local_stack import start_local_stack
from tests.function_logins import login_in_force
from tests.integration.test_local_stack import account_for, quiet

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

PIPELINE = contract.load("pipeline.json")
FUNCTION, OWNER = (PIPELINE["database"][role] for role in ("function_role", "owner_role"))
LOGINS = PIPELINE["database"]["function_logins"]
# Of the functions that the version before had not.
NEWER = [PIPELINE["database"][f"{who}_logins"][0] for who in ("reader", "operator")]
PASSWORD = "earlier"


def test_up_takes_over_a_folder_of_the_version_before(tmp_path: Path) -> None:
    layout = Layout(tmp_path / "state")
    try:
        running = start_local_stack(quiet, layout)
        account_for(running, "before.csv")
        earlier = made_earlier(running)
        again = start_local_stack(quiet, layout)
        assert login_in_force(again).username in LOGINS
        assert not earlier.answers()
        assert account_for(again, "after.csv") == 2
    finally:
        reset(quiet, layout)


def made_earlier(stack: Stack) -> Login:
    """Leave what that version left: no master, and the function's role as the function's login."""
    superuser = stack.database.superuser.connect()
    for statement in (
        *(f"DROP ROLE IF EXISTS {login}" for login in (*LOGINS, *NEWER)),
        f"REVOKE {OWNER} FROM {MASTER} GRANTED BY {MASTER}",
        f"DROP ROLE {MASTER}",
        f"ALTER ROLE {FUNCTION} LOGIN PASSWORD '{PASSWORD}'",
    ):
        superuser.run(statement)
    superuser.close()
    owner = stack.database.owner
    login = Login(owner.host, owner.port, owner.database, FUNCTION, PASSWORD)
    assert login.answers()
    secret = {
        "connection_string": login.connection_string,
        "username": login.username,
        "password": login.password,
    }
    client: SecretsManagerClient = stack.client("secretsmanager")
    client.put_secret_value(SecretId=PIPELINE["secret"], SecretString=json.dumps(secret))
    kept = json.loads(stack.layout.credentials_file.read_text())
    del kept["master_password"]
    write_json(stack.layout.credentials_file, {**kept, "function_password": PASSWORD})
    return login
