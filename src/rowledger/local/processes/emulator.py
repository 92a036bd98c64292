"""The AWS emulator: one background process whose state is saved when it ends by itself."""

import secrets
import shutil
import sys
import urllib.error
import urllib.request

from rowledger.local import StackError
from rowledger.local.emulator_clients import ACCOUNT_ID, REGION
from rowledger.local.layout import Layout
from rowledger.local.private_files import tail
from rowledger.local.processes import background, tcp_ports
from rowledger.local.state import PartProcess, StackCredentials
from rowledger.local.waiting import until

NAME = "emulator"
# Not imported: that would load the emulator itself into every command.
PROGRAM = "rowledger.local.processes.emulator_program"

_START_SECONDS = 60.0
_STOP_SECONDS = 30.0
PROBE_SECONDS = 5.0
# Between the tries of an asynchronous invocation: this, then twice this.
_RETRY_BASE_SECONDS = "1"


def endpoint_url(port: int) -> str:
    return f"http://{tcp_ports.HOST}:{port}"


def start(layout: Layout, credentials: StackCredentials, preferred_port: int | None) -> PartProcess:
    """Start the emulator and wait until it answers; raise StackError with the end of its log."""
    _clear_scratch(layout)
    return tcp_ports.on_a_free_port(
        preferred_port, lambda port: _start_on(layout, credentials, port)
    )


def _start_on(layout: Layout, credentials: StackCredentials, port: int) -> PartProcess:
    log_file = layout.log_file(NAME)
    log_begin = background.begin_log(log_file)
    process = background.spawn(
        [sys.executable, "-m", PROGRAM],
        environment=_environment(layout, credentials, port),
        cwd=layout.emulator,
        log_file=log_file,
    )
    until(lambda: not process.alive() or answers(port), _START_SECONDS)
    if process.alive() and answers(port):
        return PartProcess(port, process)
    running = process.find()
    if running is not None:
        background.stop([running], grace_seconds=5)
    raise StackError(f"{NAME} did not start; {log_file} ends:\n{tail(log_file, begin=log_begin)}")


def answers(port: int, timeout_seconds: float = PROBE_SECONDS) -> bool:
    """Whether the emulator's health endpoint says within timeout_seconds that it is up."""
    # Through no proxy, whatever the environment names: the address is loopback.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(
            f"{endpoint_url(port)}/_ministack/health", timeout=timeout_seconds
        ) as page:
            return bool(page.status == 200)  # noqa: PLR2004 -- HTTP's own number
    except (urllib.error.URLError, OSError):
        return False


def stop(layout: Layout, part: PartProcess) -> None:
    """End the emulator, which saves its state, and then every process of a function it started."""
    running = part.process.find()
    if running is not None:
        background.stop_gently(running, _STOP_SECONDS)
    _clear_scratch(layout)


def _environment(layout: Layout, credentials: StackCredentials, port: int) -> dict[str, str]:
    # Functions inherit this environment, so it contains nothing secret: the emulator
    # replaces the two AWS keys by those of the function's own role.
    return background.marked_environment(layout.root) | {
        "BIND_HOST": tcp_ports.HOST,
        "GATEWAY_PORT": str(port),
        "MINISTACK_HOST": tcp_ports.HOST,
        "MINISTACK_REGION": REGION,
        "MINISTACK_ACCOUNT_ID": ACCOUNT_ID,
        "AWS_ACCESS_KEY_ID": credentials.access_key,
        "AWS_SECRET_ACCESS_KEY": credentials.secret_key,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AUTH": "true",
        "PERSIST_STATE": "1",
        "STATE_DIR": str(layout.emulator / "state"),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(layout.emulator / "s3"),
        "LAMBDA_EXECUTOR": "local",
        "LAMBDA_ASYNC_RETRY_BASE_SECONDS": _RETRY_BASE_SECONDS,
        "TMPDIR": str(layout.scratch),
        "HOME": str(layout.emulator),
        # It would open listeners of its own, and remove containers of a Docker that it finds.
        "SFTP_ENABLED": "0",
        "IOT_MTLS_ENABLED": "0",
        "DOCKER_HOST": f"unix://{layout.emulator}/no-docker-{secrets.token_hex(4)}",
    }


def _clear_scratch(layout: Layout) -> None:
    shutil.rmtree(layout.scratch, ignore_errors=True)
    layout.scratch.mkdir(mode=0o700, parents=True)
