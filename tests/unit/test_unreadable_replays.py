"""A replay of what nobody could read is a new try, and ends again if it fails as before."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from unittest.mock import patch

import pytest

from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.domain.outcome import Status
from rowledger.functions.domain.replay import ReplayRequest, ReplaySource
from rowledger.functions.domain.upload import Upload
from rowledger.functions.ports.storage import ObjectStream
from tests.unit.test_intake import World
from tests.unit.test_unreadable import AT_ONCE, error_of, fail, fail_for_hours, read_another

GIVEN_UP = {
    FaultCode.OBJECT_ACCESS_DENIED: "OBJECT_ACCESS_DENIED",
    FaultCode.STORAGE: "UNREADABLE",
    FaultCode.TIME_UP: "UNREADABLE",
}


@pytest.fixture
def world() -> World:
    return World()


def give_up(world: World, code: FaultCode) -> Upload:
    """An upload that ended after attempts that failed so."""
    upload = world.put()
    fail_for_hours(world, upload, code)
    read_another(world)
    world.storage.faults["read"] = [FaultError(code, "as the test says")]
    assert world.take(upload, "last").status is Status.FAILED
    world.pass_seconds(86_400)
    return upload


def replay(world: World, upload: Upload) -> None:
    assert world.ledger.reopen([upload], ReplayRequest("ada", "again", ReplaySource.LEDGER)) is None


@contextmanager
def slow_reads(world: World, seconds: int) -> Iterator[None]:
    """The three chunks of a file take so long, of 250 s that an attempt has."""
    read = world.storage.read

    @contextmanager
    def slowly(upload: Upload) -> Iterator[ObjectStream]:
        with read(upload) as stream:
            yield replace(stream, chunks=passing(stream.chunks))

    def passing(chunks: Iterator[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            world.pass_seconds(seconds // 3)
            yield chunk

    with patch.object(world.storage, "read", slowly):
        yield


@pytest.mark.parametrize("code", AT_ONCE)
def test_what_is_still_archived_or_encrypted_ends_at_once_again(
    world: World, code: FaultCode
) -> None:
    upload = world.put()
    for attempt in range(3):
        world.storage.faults["read"] = [FaultError(code, "as S3 says")]
        assert world.take(upload, f"r{attempt}").status is Status.FAILED
        assert error_of(world, upload) == code.value
        replay(world, upload)


@pytest.mark.parametrize("code", GIVEN_UP)
def test_what_fails_as_before_ends_at_its_first_try_however_often_it_is_replayed(
    world: World, code: FaultCode
) -> None:
    upload = give_up(world, code)
    for time in range(5):  # more often than there were attempts
        replay(world, upload)
        world.storage.faults["read"] = [FaultError(code, "still")]
        assert world.take(upload, f"replay {time}").status is Status.FAILED
        assert error_of(world, upload) == GIVEN_UP[code]
    assert len(world.notifier.published) == 7  # another upload's, its own, and one a replay


def test_what_can_be_read_now_is_counted(world: World) -> None:
    upload = give_up(world, FaultCode.OBJECT_ACCESS_DENIED)
    replay(world, upload)
    assert world.take(upload, "replay").status is Status.SUCCESS


def test_what_fails_in_another_way_is_counted_anew(world: World) -> None:
    upload = give_up(world, FaultCode.OBJECT_ACCESS_DENIED)
    replay(world, upload)
    fail_for_hours(world, upload, FaultCode.STORAGE, attempts=2)
    read_another(world)
    fail(world, upload, FaultCode.STORAGE, "too few")
    fail(world, upload, FaultCode.OBJECT_ACCESS_DENIED, "and other ones between")
    assert error_of(world, upload) is None


def test_what_was_read_since_is_counted_anew(world: World) -> None:
    """An outcome of its content says that the earlier trouble is over."""
    upload = give_up(world, FaultCode.OBJECT_ACCESS_DENIED)
    replay(world, upload)
    assert world.take(upload, "it is read").status is Status.SUCCESS
    replay(world, upload)
    read_another(world)
    fail(world, upload, FaultCode.OBJECT_ACCESS_DENIED, "denied again")
    assert error_of(world, upload) is None


def test_a_file_whose_attempts_were_killed_is_tried_once_more(world: World) -> None:
    upload = world.put()
    for attempt in range(3):
        world.ledger.claim(upload, f"r{attempt}")
        world.pass_seconds(7200)
    read_another(world)
    assert world.take(upload, "no try").status is Status.FAILED
    replay(world, upload)
    world.ledger.claim(upload, "killed again")
    world.pass_seconds(7200)
    read_another(world)
    assert world.take(upload, "its retry").status is Status.FAILED
    assert error_of(world, upload) == "UNREADABLE"
    replay(world, upload)
    assert world.take(upload, "with more memory").status is Status.SUCCESS


def test_the_first_try_of_a_replay_has_all_its_time_and_the_next_one_ends(world: World) -> None:
    upload = give_up(world, FaultCode.TIME_UP)
    replay(world, upload)
    with slow_reads(world, 300), pytest.raises(FaultError, match="TIME_UP"):
        world.take(upload, "no time is left to record it")
    read_another(world)
    with slow_reads(world, 300):
        assert world.take(upload, "its retry").status is Status.FAILED
    replay(world, upload)
    with slow_reads(world, 240):
        assert world.take(upload, "it is just enough").status is Status.SUCCESS
