"""A TCP proxy that does to a connection what a network does, at the moment that a test names.

microburst says for AWS what AWS says when it fails. It cannot lose the answer to a PUT or a COMMIT
that took effect, fall silent amid a body or let it trickle, and no proxy on PyPI that can runs on
every Python that this project does. So this does those, and nothing else.
"""

import asyncio
import re
import socket
import struct
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from types import TracebackType
from typing import Any, Self

from rowledger.local.processes import tcp_ports

_CHUNK_BYTES = 1 << 16
_COMMAND_SECONDS = 10.0
_BACKLOG = 100
_INTERIM = re.compile(rb"HTTP/1\.1 100 .*?\r\n\r\n", re.DOTALL)
# Closing a socket with this set sends a reset (RST), where it would say an orderly farewell (FIN).
_RESET = struct.pack("ii", 1, 0)


class Deed(StrEnum):
    HOLD = "hold"
    """Pass it on once the fault is lifted."""
    CUT = "cut"
    """Reset the connection."""
    STALL = "stall"
    """Pass nothing on any more, either way, not even that the client has gone."""
    TRICKLE = "trickle"
    """Pass the rest of the answer on byte by byte, each in time to look alive."""


@dataclass
class Fault:
    """What befalls a client that says something.

    when: a pattern in what it has said since it last heard anything.
    after: how many bytes of the answer still reach it, so that the server has done what was asked;
        None: the server does not hear of it.
    times: how often it happens; None: until it is lifted.
    every: seconds between two bytes that trickle.
    """

    when: re.Pattern[bytes]
    deed: Deed
    after: int | None
    times: int | None
    every: float
    begun: int = 0
    done: int = 0
    lifted: asyncio.Event = field(default_factory=asyncio.Event)

    def taken(self, said: bytes) -> bool:
        if self.times == self.begun or not self.when.search(said):
            return False
        self.begun += 1
        return True


class Wire:
    """Listens on a port of loopback and passes connections on to another one."""

    def __init__(self, upstream_port: int) -> None:
        self.port = tcp_ports.choose(None)
        self._upstream_port = upstream_port
        self._faults: list[Fault] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=f"wire {self.port}")
        self._listener: socket.socket | None = None
        self._links: set[asyncio.Task[None]] = set()
        self._forgotten: list[asyncio.StreamWriter] = []

    def __enter__(self) -> Self:
        self._thread.start()
        self._run(self._listen())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._run(self._refuse())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_COMMAND_SECONDS)
        self._loop.close()

    @contextmanager
    def fault(
        self,
        when: bytes,
        deed: Deed,
        *,
        after: int | None = None,
        times: int | None = None,
        every: float = 1.0,
    ) -> Iterator[Fault]:
        """Let it happen while the block runs."""
        fault = Fault(re.compile(when), deed, after, times, every)
        self._faults.append(fault)
        try:
            yield fault
        finally:
            self._faults.remove(fault)
            self._loop.call_soon_threadsafe(fault.lifted.set)

    @contextmanager
    def down(self) -> Iterator[None]:
        """Nobody listens while the block runs, and what was connected is reset."""
        self._run(self._refuse())
        try:
            yield
        finally:
            self._run(self._listen())

    def taken(self, said: bytes) -> Fault | None:
        return next((fault for fault in self._faults if fault.taken(said)), None)

    def _run(self, action: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(action, self._loop).result(_COMMAND_SECONDS)

    async def _listen(self) -> None:
        # Not asyncio's own server: that one leaks a connection which arrives as it is closed.
        self._listener = socket.create_server((tcp_ports.HOST, self.port), backlog=_BACKLOG)
        self._listener.settimeout(0)
        self._loop.add_reader(self._listener, self._accept, self._listener)

    async def _refuse(self) -> None:
        if self._listener is not None:
            self._loop.remove_reader(self._listener)
            self._listener.close()
            self._listener = None
        # A task that is cancelled before it has begun would leave its connection open.
        await asyncio.sleep(0)
        links = list(self._links)
        for link in links:
            link.cancel()
        await asyncio.gather(*links, return_exceptions=True)
        for writer in self._forgotten:
            _end(writer, orderly=False)
        self._forgotten.clear()

    def _accept(self, listener: socket.socket) -> None:
        try:
            client, _ = listener.accept()
        except OSError:
            return  # it has gone already
        client.settimeout(0)
        link = self._loop.create_task(self._serve(client))
        self._links.add(link)
        link.add_done_callback(self._links.discard)

    async def _serve(self, client: socket.socket) -> None:
        reader, writer = await asyncio.open_connection(sock=client)
        orderly = False
        try:
            orderly = await self._pass_on(reader, writer)
        finally:
            _end(writer, orderly=orderly)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Serve one connection to its end; say whether that was an orderly one."""
        try:
            server = await asyncio.open_connection(tcp_ports.HOST, self._upstream_port)
        except OSError:
            return False  # nobody is there
        link = _Link(self, reader, writer, *server)
        ways = [asyncio.create_task(link.ask()), asyncio.create_task(link.answer())]
        orderly = False
        try:
            ended, _ = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            orderly = all(way.exception() is None and way.result() for way in ended)
        finally:
            # Before anything is awaited: a second cancellation would end this block there.
            if link.silent:
                self._forgotten.append(link.to_server)
            else:
                _end(link.to_server, orderly=orderly)
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
        return orderly


@dataclass
class _Link:
    """One connection, which at most one fault befalls.

    Each way runs until the side that it listens to is done (True) or a fault ends it (False).
    """

    wire: Wire
    from_client: asyncio.StreamReader
    to_client: asyncio.StreamWriter
    from_server: asyncio.StreamReader
    to_server: asyncio.StreamWriter
    said: bytes = b""
    passed: int = 0
    fault: Fault | None = None
    silent: bool = False

    async def ask(self) -> bool:
        while said := await self.from_client.read(_CHUNK_BYTES):
            self.said += said
            if self.fault is None:
                self.fault = self.wire.taken(self.said)
            if self.fault is None or self.fault.after is not None:
                self.to_server.write(said)
                await self.to_server.drain()
                continue
            if not await self._suffer(self.fault, said):
                return False
        return True

    async def _suffer(self, fault: Fault, said: bytes) -> bool:
        fault.done += 1
        if fault.deed is Deed.CUT:
            return False
        if fault.deed is Deed.HOLD:
            await fault.lifted.wait()
            self.fault = None
            self.to_server.write(said)
            return True
        self.silent = True
        while await self.from_client.read(_CHUNK_BYTES):
            pass
        return True

    async def answer(self) -> bool:
        while answer := await self.from_server.read(_CHUNK_BYTES):
            self.said = b""
            if self.fault is None or self.fault.after is None:
                await self._tell(answer)
                continue
            # It asks for the body, which may be on its way: nothing is done yet.
            if interim := _INTERIM.match(answer):
                await self._tell(interim[0])
                answer = answer[interim.end() :]
                if not answer:
                    continue
            through = answer[: self.fault.after - self.passed]
            self.passed += len(through)
            await self._tell(through)
            if self.passed == self.fault.after:
                self.fault.done += 1
                return await self._befall(self.fault, answer[len(through) :])
        return True

    async def _befall(self, fault: Fault, rest: bytes) -> bool:
        if fault.deed is Deed.CUT:
            return False
        if fault.deed is Deed.TRICKLE:
            for byte in rest:
                await self._tell(bytes([byte]))
                await asyncio.sleep(fault.every)
        self.silent = True
        # Until the client gives up, which ends the other way.
        await asyncio.Event().wait()
        return False

    async def _tell(self, answer: bytes) -> None:
        self.to_client.write(answer)
        await self.to_client.drain()


def _end(writer: asyncio.StreamWriter, *, orderly: bool) -> None:
    if orderly or writer.transport.is_closing():
        writer.close()
        return
    link: socket.socket = writer.get_extra_info("socket")
    link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    writer.transport.abort()
