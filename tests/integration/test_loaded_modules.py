"""Each function loads what it uses and nothing else: every import is paid at each cold start.

A module that appears here and should not is imported by something the function does use: find the
way with `.venv/bin/python -X importtime`.
"""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from rowledger.deployment.packaging.package import build_package
from rowledger.functions import contract
from rowledger.functions.domain import counting

PIPELINE = contract.load("pipeline.json")
PREFIX = "rowledger.functions."

SETTINGS = dict.fromkeys(
    (
        "ROWLEDGER_INPUT_BUCKET",
        "ROWLEDGER_OUTPUT_BUCKET",
        "ROWLEDGER_BACKUP_BUCKET",
        "ROWLEDGER_TOPIC_ARN",
        "ROWLEDGER_EVENTS_TOPIC_ARN",
        "ROWLEDGER_DATABASE_SECRET_ID",
        "ROWLEDGER_READER_SECRET_ID",
        "ROWLEDGER_OPERATOR_SECRET_ID",
        "ROWLEDGER_MASTER_SECRET_ID",
        "ROWLEDGER_DATABASE_ADDRESS",
    ),
    "x",
)
# Heavy libraries that only a rare step needs, and what no function needs.
NEVER_AT_START = ("boto3", "s3transfer", "click", "rich", "psutil")

# One room, of which a file needs every part.
COUNTING = {
    "domain.counting",
    *(
        f"domain.counting.{path.stem}"
        for path in Path(counting.__file__).parent.glob("*.py")
        if path.stem != "__init__"
    ),
    "domain.warning",
}
SHARED = {
    "adapters",
    "adapters.aws",
    "adapters.aws.clients",
    "adapters.aws.credentials",
    "adapters.postgres",
    "adapters.postgres.database",
    "config",
    "contract",
    "domain",
    "domain.faults",
    "domain.text",
    "entrypoints",
    "handlers",
    "handlers.log_lines",
    "ports",
    "ports.credentials",
    "services",
    "wiring",
}
# Which files are due when; only who evaluates has a library for it.
WINDOWS = {
    "adapters.postgres.window_rows",
    "domain.sources.evaluation",
    "domain.sources.expectation",
    "domain.sources.source",
    "domain.sources.window_rows",
    "domain.sources.windows",
}
PROCESSOR = (
    SHARED
    | COUNTING
    | {
        "adapters.aws.copying",
        "adapters.aws.large_copies",
        "adapters.aws.notifier",
        "adapters.aws.source_errors",
        "adapters.aws.storage",
        "adapters.kernel",
        "adapters.kernel.library",
        "adapters.postgres.earlier_uploads",
        "adapters.postgres.ledger",
        "adapters.postgres.mail_queue",
        "adapters.postgres.queries",
        "domain.deadline",
        "domain.dialect",
        "domain.digest",
        "domain.event",
        "domain.expansion",
        "domain.keys",
        "domain.ledger",
        "domain.mail",
        "domain.notification",
        "domain.outcome",
        "domain.outcome_event",
        "domain.receipt",
        "domain.recipients",
        "domain.rejection",
        "domain.sources",
        "domain.sources.chosen",
        "domain.sources.earlier_files",
        "domain.typed_json",
        "domain.unreadable",
        "domain.upload",
        "entrypoints.processor",
        "handlers.processor",
        "handlers.waiting_mails",
        "ports.ledger",
        "ports.mail_queue",
        "ports.notifier",
        "ports.storage",
        "services.cleanup",
        "services.examination",
        "services.judging",
        "services.intake",
        "services.backup",
        "services.outbox",
        "wiring.intake",
        "wiring.kernel",
        "wiring.shared",
        "wiring.processor",
    }
)
ONLY_PROCESSOR = {
    "entrypoints.processor",
    "handlers.processor",
    "handlers.waiting_mails",
    "wiring.processor",
}
# Rows of the ledger have outcomes, whose types are those of counting: no code of it runs.
LEDGER_ACCESS = (
    SHARED
    | COUNTING
    | WINDOWS
    | {
        "adapters.postgres.ledger_queries",
        "adapters.postgres.pass_totals",
        "adapters.postgres.queries",
        "adapters.postgres.rows",
        "adapters.postgres.ledger_actions",
        "adapters.postgres.window_access",
        "domain.dialect",
        "domain.envelope",
        "domain.file_pages",
        "domain.history",
        "domain.ledger",
        "domain.ledger_requests",
        "domain.outcome",
        "domain.reconciliation",
        "domain.reconciliation_pass",
        "domain.reconciliation_requests",
        "domain.rejection",
        "domain.replay",
        "domain.selection",
        "domain.sources",
        "domain.sources.chosen",
        "domain.sources.earlier_files",
        "domain.sources.versions",
        "domain.typed_json",
        "domain.upload",
        "domain.values",
        "domain.sources_requests",
        "domain.window_requests",
        "handlers.ledger_access",
        "ports.ledger_actions",
        "ports.ledger_queries",
        "services.ledger_access",
        "wiring.ledger_access",
        "wiring.shared",
    }
)
EXPECTED = {
    "ledger_reader": LEDGER_ACCESS | {"entrypoints.ledger_reader"},
    "ledger_operator": LEDGER_ACCESS | {"entrypoints.ledger_operator"},
    "processor": PROCESSOR,
    # It processes what no event led to, so it loads what csv-processor does.
    "reconciler": PROCESSOR - ONLY_PROCESSOR
    | WINDOWS
    | {
        "adapters.aws.inventory",
        "adapters.cron",
        "adapters.postgres.pass_totals",
        "adapters.postgres.reconciliation",
        "adapters.postgres.rows",
        "adapters.postgres.windows",
        "domain.account",
        "domain.envelope",
        "domain.reconciliation",
        "domain.reconciliation_pass",
        "domain.reconciliation_requests",
        "domain.sources.recorded",
        "domain.typed_json",
        "domain.values",
        "domain.sources.window_message",
        "entrypoints.reconciler",
        "handlers.reconciler",
        "handlers.windows",
        "ports.inventory",
        "ports.reconciliation",
        "ports.schedules",
        "ports.windows",
        "services.facts",
        "services.reconciliation",
        "services.reconciliation_parts",
        "services.repairs",
        "services.windows",
        "wiring.reconciler",
    },
    "administrator": SHARED
    | {
        "adapters.fixed_credentials",
        "adapters.postgres.administration",
        "adapters.postgres.migrations",
        "adapters.postgres.roles",
        "domain.rotation",
        "entrypoints.administrator",
        "handlers.administrator",
        "ports.administration",
        "services.administration",
        "services.rotation",
        "wiring.administrator",
    },
}

LOAD = """
import importlib, json, sys
package, handler = sys.argv[1:]
sys.path.insert(0, package)
importlib.import_module(handler.rpartition(".")[0])
print(json.dumps(sorted(sys.modules)))
"""


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("package")
    with zipfile.ZipFile(build_package(folder / "package.zip").path) as archive:
        archive.extractall(folder / "unpacked")
    return folder / "unpacked"


@pytest.mark.parametrize("function", EXPECTED)
def test_a_function_loads_what_it_uses(function: str, unpacked: Path) -> None:
    handler = PIPELINE["functions"][function]["handler"]
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", LOAD, str(unpacked), handler],
        capture_output=True,
        text=True,
        check=False,
        env={**SETTINGS, "AWS_DEFAULT_REGION": "us-east-1"},
    )
    assert done.returncode == 0, done.stderr
    loaded = json.loads(done.stdout)
    ours = {name.removeprefix(PREFIX) for name in loaded if name.startswith(PREFIX)}
    assert ours == EXPECTED[function]
    assert {name.split(".")[0] for name in loaded}.isdisjoint(NEVER_AT_START)
