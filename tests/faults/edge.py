"""The network between the function and what it calls, with proxies in it that can fail.

    function ── HTTP proxy: wire ── microburst ── emulator      (S3, SNS, Secrets Manager)
    function ── address in the secret: wire ── PostgreSQL

The function is the product's own. It learns of the proxies as an operator would set it: by the
variable HTTP_PROXY, which leaves the host that it signs for as it is, and by its secret.
"""

import http.client
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rowledger.functions.domain.keys import receipt_key
from rowledger.functions.domain.upload import Upload
from rowledger.functions.ports.credentials import Credentials
from rowledger.local.health import failed_events
from rowledger.local.processes import tcp_ports
from rowledger.local.processes.background import clean_environment
from rowledger.local.provisioning.database_logins import Login
from rowledger.local.waiting import until
from rowledger.operations.adapters.aws.function_logs import CloudWatchFunctionLogs
from tests.e2e.cli import invoke
from tests.e2e.pipeline import PATIENCE_SECONDS, PIPELINE, eventually
from tests.faults.arena import Arena
from tests.faults.function import FUNCTION, ROOT
from tests.faults.injected import points
from tests.faults.wire import Wire
from tests.function_logins import login_in_force

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient

Rule = dict[str, Any]

PREFIX = "faults/network/"
ROWS = 4_000
CONTENT = b"id,note\n" + b"".join(b'%d,"row\n%d"\n' % (number, number) for number in range(ROWS))
# What becomes of it.
DONE = ("SUCCESS", ROWS, None)

# What the function asks of AWS: for microburst, and on the wire.
GET: Rule = {"service": "s3", "operation": "GetObject"}
RECEIPT: Rule = {"service": "s3", "operation": "PutObject", "resource": "output"}
COPY: Rule = {"service": "s3", "operation": "PutObject", "resource": "backup"}
HEAD: Rule = {"service": "s3", "operation": "HeadObject"}
PUBLISH: Rule = {"service": "sns", "operation": "Publish"}
SECRET: Rule = {"service": "secretsmanager", "operation": "GetSecretValue"}
SAYS_GET = rb"GET \S+candidate-test-input"
SAYS_RECEIPT = rb'"schema_version"'  # its body; the head is answered too, with 100 Continue
SAYS_COPY = rb"PUT \S+candidate-test-backup"
SAYS_PUBLISH = rb"Action=Publish"
_START_SECONDS = 30.0
_END_SECONDS = 10.0
_ASK_SECONDS = 5.0

_OUTCOME = """
SELECT f.status, f.rows_count, f.error ->> 'code' FROM file_metadata f
 WHERE f.filename = :key AND f.version_id = :version_id AND f.status <> 'PROCESSING'
   AND EXISTS (SELECT FROM notification n WHERE n.file_id = f.id AND n.sent_at IS NOT NULL)
"""
_ATTEMPTS = """
SELECT a.result FROM file_attempt a JOIN file_metadata f ON f.id = a.file_id
 WHERE f.filename = :key AND f.version_id = :version_id ORDER BY a.attempt
"""


def error(code: str, status: int, *, times: int | None = 1) -> Rule:
    """What AWS answers, so often; always for None."""
    return {"error": {"code": code, "status": status}, "times": times}


@dataclass(frozen=True)
class Microburst:
    """Its control interface; a rule is one of microburst's own."""

    port: int

    @contextmanager
    def rules(self, *rules: Rule) -> Iterator[None]:
        """Let these rules hold while the block runs; one block at a time."""
        self._ask("POST", "rules", rules)
        try:
            yield
        finally:
            self._ask("POST", "rules", [])

    def fired(self) -> list[int]:
        """How often each rule came true, in their order."""
        return [rule["fired_count"] for rule in self._ask("GET", "rules")]

    def answers(self) -> bool:
        try:
            return bool(self._ask("GET", "health")["status"] == "ok")
        except OSError:
            return False

    def _ask(self, method: str, what: str, document: Any = None) -> Any:  # noqa: ANN401 -- JSON
        connection = http.client.HTTPConnection(tcp_ports.HOST, self.port, timeout=_ASK_SECONDS)
        try:
            connection.request(method, f"/_microburst/{what}", json.dumps(document))
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        if answer.status != http.client.OK:
            raise RuntimeError(f"microburst says {answer.status}: {text.decode()}")
        return json.loads(text)


@contextmanager
def microburst(upstream: str, log: Path) -> Iterator[Microburst]:
    """Run microburst before another endpoint."""
    burst = Microburst(tcp_ports.choose(None))
    command = [sys.executable, "-m", "tests.faults.microburst_server"]
    command += ["--upstream", upstream, "--host", tcp_ports.HOST, "--port", str(burst.port)]
    with (
        log.open("wb") as output,
        subprocess.Popen(
            command, cwd=ROOT, env=clean_environment(), stdout=output, stderr=subprocess.STDOUT
        ) as process,
    ):
        try:
            if not until(lambda: process.poll() is not None or burst.answers(), _START_SECONDS):
                raise RuntimeError(f"microburst does not answer; it said:\n{log.read_text()}")
            yield burst
        finally:
            process.terminate()
            process.wait(_END_SECONDS)


@dataclass(frozen=True)
class Edge:
    """aws: the wire to S3, SNS and Secrets Manager. database: the one to PostgreSQL.

    login: what the function's secret held before.
    """

    arena: Arena
    login: Login
    burst: Microburst
    aws: Wire
    database: Wire

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Have the function call through the proxies while the block runs."""
        try:
            self.keep_secret(self.credentials)
            self.configure()
            yield
        finally:
            self.keep_secret(self.login.credentials)
            self.arena.function.configure({points.BREAK_VARIABLE: self.arena.function.broken})

    @property
    def credentials(self) -> Credentials:
        """The function's own, by way of the wire."""
        return replace(self.login, port=self.database.port).credentials

    def credentials_with(self, password: str) -> Credentials:
        return replace(self.credentials, password=password)

    def keep_secret(self, credentials: Credentials) -> None:
        client: SecretsManagerClient = self.arena.stack.client("secretsmanager")
        client.put_secret_value(
            SecretId=PIPELINE["secret"], SecretString=json.dumps(asdict(credentials))
        )

    def configure(
        self,
        *,
        handler: str = PIPELINE["functions"]["processor"]["handler"],
        timeout_seconds: int = PIPELINE["functions"]["processor"]["timeout_seconds"],
    ) -> None:
        """Deploy the function behind the proxies; what runs is replaced by new copies."""
        client: LambdaClient = self.arena.stack.client("lambda")
        proxy = {"HTTP_PROXY": f"http://{tcp_ports.HOST}:{self.aws.port}"}
        client.update_function_configuration(
            FunctionName=FUNCTION,
            Handler=handler,
            Timeout=timeout_seconds,
            Environment={"Variables": self.arena.stack.settings | proxy},
        )
        client.get_waiter("function_updated_v2").wait(FunctionName=FUNCTION)
        self.arena.function.end_workers()

    def put(self, name: str, content: bytes) -> Upload:
        return self.arena.put(PREFIX + name, content)

    def outcome(
        self, upload: Upload, seconds: float = PATIENCE_SECONDS
    ) -> tuple[str, int | None, str | None]:
        """Status, data rows and rejection, once they are committed and announced."""
        return eventually(
            f"the outcome of {upload.key}",
            lambda: next((tuple(row) for row in self._asked(_OUTCOME, upload)), None),
            seconds,
        )

    def attempts(self, upload: Upload) -> list[str | None]:
        """What came of each attempt; None for one that nobody has ended."""
        return [result for (result,) in self._asked(_ATTEMPTS, upload)]

    def await_attempts(self, upload: Upload, number: int) -> None:
        eventually(
            f"attempt {number} at {upload.key}",
            lambda: sum(map(bool, self.attempts(upload))) >= number,
        )

    def await_claim(self, upload: Upload) -> None:
        eventually(f"a claim on {upload.key}", lambda: self.attempts(upload))

    def await_dead_letter(self, upload: Upload) -> str:
        """Why the upload's event failed for good, as the failure queue says."""

        def reason() -> str | None:
            if not failed_events(self.arena.stack):
                return None
            listed = invoke("dead-letters", "--json", state_dir=self.arena.stack.state_dir)
            for letter in map(json.loads, listed.out.splitlines()):
                if upload.version_id in [each["version_id"] for each in letter["uploads"]]:
                    return str(letter["reason"])
            return None

        return eventually(f"the event of {upload.key} in the failure queue", reason)

    def logged(self, text: str, since: datetime) -> list[str]:
        """The lines of the function's log with this text in them."""
        logs = self.arena.stack.client("logs")
        group = PIPELINE["functions"]["processor"]["log_group"]
        lines = CloudWatchFunctionLogs(logs, group, None).read(int(since.timestamp() * 1000))
        return [line.message for line in lines if text in line.message]

    def receipt(self, upload: Upload) -> bytes:
        client: S3Client = self.arena.stack.client("s3")
        bucket = PIPELINE["buckets"]["output"]
        return client.get_object(Bucket=bucket, Key=receipt_key(upload))["Body"].read()

    def versions(self, use: str, prefix: str, containing: str = "") -> int:
        """How many versions of objects the output or backup bucket has under a prefix."""
        client: S3Client = self.arena.stack.client("s3")
        pages = client.get_paginator("list_object_versions").paginate(
            Bucket=PIPELINE["buckets"][use], Prefix=prefix
        )
        versions = [version for page in pages for version in page.get("Versions", [])]
        return sum(containing in version["Key"] for version in versions)

    def _asked(self, query: str, upload: Upload) -> list[list[Any]]:
        with self.arena.superuser() as connection:
            return connection.run(  # type: ignore[no-any-return]
                query, key=upload.key, version_id=upload.version_id
            )


@contextmanager
def edge_of(arena: Arena) -> Iterator[Edge]:
    """Run the proxies; nothing goes through them yet, see Edge.in_place()."""
    login = login_in_force(arena.stack)
    with (
        microburst(arena.stack.endpoint_url, arena.folder / "microburst.log") as burst,
        Wire(burst.port) as aws,
        Wire(login.port) as database,
    ):
        yield Edge(arena, login, burst, aws, database)
