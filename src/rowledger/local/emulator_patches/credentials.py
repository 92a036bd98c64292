"""Has the emulator answer those alone who sign with a key of this stack.

It takes an unsigned request, the key "test" and every account's number for the account's root, and
checks no signature of root's. It derives the keys of a function's role from the names of the
function and of the role. And whoever reaches its own pages may read its queues and clear its state.
All of that would be open to every process of the machine, the password of the database with it.
"""

import hashlib
import json
import os
import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import ministack.app
import ministack.core.iam_evaluator
import ministack.core.lambda_runtime
import ministack.services.lambda_svc
import ministack.services.sts
from ministack.core.responses import get_account_id

# What it says about itself to anyone: whether it is up.
_OPEN = ("/_ministack/health", "/_ministack/ready")
_ITS_OWN = ("/_ministack/", "/_localstack/", "/_aws/")

Answer = tuple[int, dict[str, str], bytes]


def apply_patch() -> None:
    """Ask for them at every request from now on in this process."""
    _know_root_by_its_key()
    _make_keys_of_roles_secret()
    _close_own_pages()


def _know_root_by_its_key() -> None:
    evaluator = ministack.core.iam_evaluator
    identify = evaluator.resolve_caller_identity

    def is_root(access_key: str) -> bool:
        return bool(access_key) and access_key == os.environ["AWS_ACCESS_KEY_ID"]

    def identity(access_key: str) -> dict[str, Any] | None:
        if not is_root(access_key):
            found: dict[str, Any] | None = identify(access_key)
            return found
        account = get_account_id()
        return {
            "accessKey": access_key,
            "accountId": account,
            "userArn": f"arn:aws:iam::{account}:root",
            "userId": account,
            "principalOrgId": evaluator._principal_org_id(account),  # noqa: SLF001 -- as it does
            "session": None,
        }

    evaluator.is_root_access_key = is_root
    ministack.services.sts.is_root_access_key = is_root
    evaluator.resolve_caller_identity = identity
    # A token takes the place of a key there, and the role's trust policy judges it.
    evaluator._ALWAYS_ALLOWED_ACTIONS |= {"sts:AssumeRoleWithWebIdentity"}  # noqa: SLF001 -- as above
    # What it asks before it leaves a signature unchecked.
    evaluator._is_root_key = lambda _access_key: False  # noqa: SLF001 -- its only way


def _make_keys_of_roles_secret() -> None:
    salt = secrets.token_hex(32)

    def made(configuration: Mapping[str, Any]) -> dict[str, str]:
        """A session of the function's role, the same at each of its cold starts."""
        names = f"{configuration['FunctionArn']}:{configuration['Role']}"
        role, name = configuration["Role"].rsplit("/", 1)[-1], configuration["FunctionName"][:64]
        account = configuration["Role"].split(":")[4]

        def secret(use: str) -> str:
            return hashlib.sha256(f"{salt}:{use}:{names}".encode()).hexdigest()

        key = f"ASIA{secret('key')[:16].upper()}"
        session = {
            "Arn": f"arn:aws:sts::{account}:assumed-role/{role}/{name}",
            "UserId": f"{role}:{name}",
            "SecretAccessKey": secret("secret"),
            "SessionToken": secret("token"),
        }
        ministack.services.sts.register_session(key, session)
        return {
            "AWS_ACCESS_KEY_ID": key,
            "AWS_SECRET_ACCESS_KEY": session["SecretAccessKey"],
            "AWS_SESSION_TOKEN": session["SessionToken"],
        }

    ministack.core.lambda_runtime.execution_credentials = made
    ministack.services.lambda_svc.execution_credentials = made


def _close_own_pages() -> None:
    original: Callable[..., Awaitable[Answer | None]] = ministack.app._handle_pre_body_request  # noqa: SLF001

    async def handle(method: str, path: str, *others: Any) -> Answer | None:  # noqa: ANN401 -- the emulator's
        if path.startswith(_ITS_OWN) and path not in _OPEN:
            message = {"message": f"{path} is closed in a local stack"}
            return 403, {"Content-Type": "application/json"}, json.dumps(message).encode()
        return await original(method, path, *others)

    ministack.app._handle_pre_body_request = handle  # noqa: SLF001
