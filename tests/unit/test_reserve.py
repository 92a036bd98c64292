"""What is kept back of the function's time is enough for the last call and a clean end.

A step begins a second before the deadline and takes as long as its time-outs let it; from then on
nothing answers any more, neither AWS nor the database.
"""

import math
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any, cast
from unittest import mock

import pytest

from rowledger.functions import contract
from rowledger.functions.adapters.aws.clients import make_client
from rowledger.functions.adapters.aws.inventory import HEADS_AT_ONCE
from rowledger.functions.adapters.aws.notifier import SnsNotifier
from rowledger.functions.adapters.aws.storage import S3Storage
from rowledger.functions.adapters.postgres.database import CONNECT_SECONDS, TIMEOUT_SECONDS
from rowledger.functions.config import ProcessorConfig
from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.domain.upload import Upload
from rowledger.functions.services.facts import LOOKED_FOR_AT_ONCE
from rowledger.functions.services.judging import Judging
from rowledger.functions.services.outbox import Outbox
from rowledger.functions.wiring.intake import RESERVE_SECONDS
from rowledger.functions.wiring.processor import build_processor
from tests.fakes.ledger import FakeLedger
from tests.unit.test_config import REQUIRED
from tests.unit.test_intake import World

PIPELINE = contract.load("pipeline.json")
LIMIT_SECONDS = PIPELINE["functions"]["processor"]["timeout_seconds"]

# A connection that accepts and then says nothing; one that is open already and is found out first.
CONNECTING = CONNECT_SECONDS + TIMEOUT_SECONDS
DATABASE = TIMEOUT_SECONDS + CONNECTING
QUEUE = ("spend", "let_wait", "waiting", "add_digest", "pending_digest", "mark_digest_sent")


def longest(client: Any) -> float:  # noqa: ANN401 -- any client
    """Until a call without an answer is given up: tries, and botocore's pauses."""
    config = client.meta.config
    tries = config.retries["total_max_attempts"]
    pauses = sum(2**pause for pause in range(tries - 1))
    return cast("float", tries * (config.connect_timeout + config.read_timeout) + pauses)


@pytest.fixture(scope="module")
def seconds() -> dict[str, float]:
    """The longest that each step may take, by the time-outs of the parts that the wiring makes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
        patch.setenv("AWS_ACCESS_KEY_ID", "an id")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "a secret")
        intake = build_processor(ProcessorConfig.from_environment(REQUIRED)).intake
        secrets = make_client("secretsmanager", read_timeout=5)
    storage, notifier = intake.storage, intake.outbox.notifier
    assert isinstance(storage, S3Storage)
    assert isinstance(notifier, SnsNotifier)
    s3, sns = longest(storage.client), longest(secrets)
    # It tries once, and again what was refused or did not get there.
    assert longest(notifier.client) < sns
    return {
        # In a cold function, which reads the secret first; its client is made as SNS's is.
        "claim": sns + CONNECTING,
        # What is begun ends within the time of a call, however long what goes on beside it takes.
        "begin_copy": 0,
        **dict.fromkeys(("read", "write_receipt", "back_up"), s3),
        **dict.fromkeys(("publish", "publish_event"), sns),
        # Is run twice where the connection is lost under it.
        **dict.fromkeys(("mark_sent", "mark_event_sent"), DATABASE + CONNECTING),
        **dict.fromkeys(
            ("commit", "release", "pending_notification", "release_notification", *QUEUE), DATABASE
        ),
    }


@dataclass
class Silence:
    """Begins with a step, a second before the deadline. answered: whether that one still is.

    What is not answered takes effect all the same.
    """

    world: World
    seconds: dict[str, float]
    step: str
    answered: bool
    begun: bool = False

    def take(self, upload: Upload, request_id: str) -> None:
        """Have an upload taken; whatever comes of it, it must have ended in time."""
        limit = self.world.time + timedelta(seconds=LIMIT_SECONDS)
        self._deadline = limit - timedelta(seconds=RESERVE_SECONDS)
        ledger: Any = Slow(self.world.ledger, self)
        queue: Any = Slow(self.world.queue, self)
        notifier: Any = Slow(self.world.notifier, self)
        storage: Any = Slow(self.world.storage, self)
        intake = replace(
            self.world.intake,
            ledger=ledger,
            storage=storage,
            examination=replace(self.world.intake.examination, storage=storage),
            judging=Judging(ledger),
            outbox=Outbox(ledger, queue, notifier),
        )
        with suppress(FaultError):
            intake.take(upload, request_id, seconds=LIMIT_SECONDS - RESERVE_SECONDS)
        assert self.begun
        assert self.world.time <= limit

    def call(self, name: str, method: Callable[..., Any]) -> Any:  # noqa: ANN401 -- the fake's own
        if not self.begun and name != self.step:
            return method()
        is_answered = self.answered and not self.begun
        if not self.begun:
            self.begun = True
            self.world.time = self._deadline - timedelta(seconds=1)
        result = method()
        self.world.time += timedelta(seconds=self.seconds[name])
        if not is_answered:
            raise FaultError(FaultCode.STORAGE, f"no answer to {name}")
        return result


@dataclass
class Slow:
    """A part whose steps go through a silence."""

    part: object
    silence: Silence

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 -- the fake's own
        method = getattr(self.part, name)
        return lambda *args, **kwargs: self.silence.call(name, partial(method, *args, **kwargs))


@pytest.mark.parametrize("answered", [True, False])
@pytest.mark.parametrize(
    "step", ["claim", "read", "write_receipt", "back_up", "commit", "publish", "mark_sent"]
)
@pytest.mark.parametrize("content", [b"a,b\n1,2\n", b""])
def test_an_attempt_ends_in_the_time_that_is_kept_back(
    seconds: dict[str, float],
    step: str,
    answered: bool,  # noqa: FBT001 -- a parameter
    content: bytes,
) -> None:
    world = World()
    upload = world.put(content)
    Silence(world, seconds, step, answered).take(upload, "r1")


@pytest.mark.parametrize("answered", [True, False])
@pytest.mark.parametrize("step", ["claim", "pending_notification", "publish", "mark_sent"])
def test_an_announcement_ends_in_the_time_that_is_kept_back(
    seconds: dict[str, float],
    step: str,
    answered: bool,  # noqa: FBT001 -- a parameter
) -> None:
    world = World()
    upload = world.put()
    world.notifier.faults = [FaultError(FaultCode.NOTIFICATION, "the topic is away")]
    with pytest.raises(FaultError, match="the topic is away"):
        world.take(upload, "r1")
    Silence(world, seconds, step, answered).take(upload, "r2")


def test_a_run_of_the_reconciler_gets_on_however_slowly_s3_answers(
    seconds: dict[str, float],
) -> None:
    s3 = seconds["read"]
    # Receipts, then backups, as many at a time as the adapter looks for.
    looked_for = 2 * math.ceil(LOOKED_FOR_AT_ONCE / HEADS_AT_ONCE) * s3
    listed = s3 + TIMEOUT_SECONDS
    assert (
        listed + looked_for
        < PIPELINE["functions"]["reconciler"]["timeout_seconds"] - RESERVE_SECONDS
    )


def test_what_there_was_no_time_to_announce_is_announced_by_the_next_attempt() -> None:
    world = World()
    upload = world.put()
    commit = FakeLedger.commit

    def late(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 -- the fake's own
        world.pass_seconds(251)
        return commit(*args, **kwargs)

    with (
        mock.patch.object(FakeLedger, "commit", late),
        pytest.raises(FaultError, match="TIME_UP"),
    ):
        world.take(upload, "r1")
    assert world.notifier.published == []
    assert world.take(upload, "r2").outcome is None
    assert len(world.notifier.published) == 1
