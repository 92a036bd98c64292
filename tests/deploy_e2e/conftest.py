"""An emulated account with nothing in it, deployed to as a person or a workflow does.

make deploy-e2e runs these tests, in their order and in one go; they take minutes.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from rowledger.local.layout import Layout
from rowledger.local.stack import reset
from tests.deploy_e2e.account import Account, open_account
from tests.deploy_e2e.traffic import Traffic


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    return None if config.getoption("--deploy") else True


@pytest.fixture(scope="session")
def account() -> Iterator[Account]:
    """The account after its first deployment."""
    with tempfile.TemporaryDirectory(prefix="rowledger-deploy-") as folder:
        account_folder = Path(folder).resolve()
        try:
            yield open_account(account_folder)
        finally:
            reset(lambda _step: None, Layout(account_folder / "state"))


@pytest.fixture(scope="session")
def traffic(account: Account) -> Iterator[Traffic]:
    """Uploads that flow from the first test that asks for them to the end."""
    traffic = Traffic(account.stack)
    traffic.start()
    yield traffic
    if traffic.is_alive():
        traffic.stop()
