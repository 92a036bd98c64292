"""What the documentation gives as an example is valid, and does what its page says.

Its format is checked with the configuration that it is in.
"""

import re

import pytest

from rowledger.deployment.checkout import ROOT
from rowledger.deployment.terraform import LOCAL_STATE, Workspace
from tests.terraform.conftest import Without, available_terraform, created

FOLDER = "terraform/examples"
EXAMPLES = sorted(path.name for path in (ROOT / FOLDER).iterdir())


@pytest.fixture(scope="module", params=EXAMPLES)
def example(
    request: pytest.FixtureRequest,
    without: Without,
    speed: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Workspace:
    name = f"{FOLDER}/{request.param}"
    overrides = {"state": LOCAL_STATE}
    folder = tmp_path_factory.mktemp("example")
    return created(
        without, Workspace(available_terraform(without), folder, overrides, speed, name=name)
    )


def test_there_are_examples() -> None:
    assert "events_queue" in EXAMPLES


def test_its_own_tests_pass(example: Workspace) -> None:
    done = example.run("test", "-no-color")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Warning" not in done.stdout + done.stderr, "something is deprecated"
    passed = re.search(r"Success! (\d+) passed, 0 failed", done.stdout)
    assert passed, done.stdout
    assert int(passed[1]) > 0
