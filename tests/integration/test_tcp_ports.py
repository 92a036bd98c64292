"""A port that somebody takes between the look at it and its use keeps no part from starting."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from rowledger.local import StackError
from rowledger.local.layout import Layout
from rowledger.local.processes import companion, emulator, tcp_ports
from rowledger.local.state import StackCredentials


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    layout = Layout(tmp_path / "state")
    layout.create()
    return layout


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A port that looks free and is not."""
    with socket.socket() as other:
        other.bind((tcp_ports.HOST, 0))
        monkeypatch.setattr(tcp_ports, "is_free", lambda port: True)
        yield other.getsockname()[1]


def test_the_emulator_moves_to_another(layout: Layout, taken: int) -> None:
    part = emulator.start(layout, StackCredentials.load_or_create(layout), taken)
    try:
        assert part.port != taken
        assert emulator.answers(part.port)
    finally:
        emulator.stop(layout, part)


def test_the_inbox_moves_to_another(layout: Layout, taken: int) -> None:
    StackCredentials.load_or_create(layout)
    part = companion.start(layout, tcp_ports.choose(None), taken)
    try:
        assert part.port != taken
        assert part.alive()
    finally:
        companion.stop(part)


def test_another_trouble_is_no_reason_to_try_again() -> None:
    tried = []

    def begin(port: int) -> None:
        tried.append(port)
        raise StackError("the disk is full")

    with pytest.raises(StackError, match="disk"):
        tcp_ports.on_a_free_port(None, begin)
    assert len(tried) == 1


def test_it_gives_up_where_every_port_is_taken() -> None:
    tried = []

    def begin(port: int) -> None:
        tried.append(port)
        raise StackError("the address is already in use")

    with pytest.raises(StackError, match="in use"):
        tcp_ports.on_a_free_port(None, begin)
    assert len(tried) == 3
