"""A worker's link without a gateway: a test says what the gateway sends, and reads what the worker wrote."""

from __future__ import annotations

from typing import Any, TypeVar

import pytest

from app.tasks import spawn
from app.wire.bodies import Shutdown, Start
from app.wire.framing import FrameReader
from app.wire.messages import Body, Codec, Envelope
from app.worker import drivers
from app.worker.exit import ExitCode
from app.worker.link import WorkerLink
from tests.helpers.clock import ManualClock, settle
from tests.helpers.driver import ScriptedDriver
from tests.helpers.far_side import Line

LIMIT = 1024 * 1024
_B = TypeVar("_B")


class Pipe(Line):
    """A line that can be closed in good order, too."""

    def close(self) -> None:
        self.end(None)

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        pass


class GatewaySide:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.clock = ManualClock()
        self.driver = ScriptedDriver()
        monkeypatch.setattr(drivers, "make", self._make)
        self.link = WorkerLink(self.clock, "session-1", "scripted", "the-nonce")
        self.pipe = Pipe(self.link)  # type: ignore[arg-type]
        self._codec = Codec("session-1", LIMIT)
        self._heard = Codec("session-1", LIMIT)
        self._reader = FrameReader(LIMIT)
        self.link.connection_made(self.pipe)
        self.running = spawn(self.link.run(), name="link")

    async def _make(self, backend: str) -> ScriptedDriver:
        return self.driver

    def says(self, *bodies: Body, correlation_id: int = 0) -> None:
        self.link.data_received(b"".join([self._codec.encode(body, correlation_id) for body in bodies]))

    def heard(self) -> list[Envelope]:
        """What the worker wrote since the last call."""
        payloads = self._reader.feed(bytes(self.pipe.written))
        self.pipe.written.clear()
        return [self._heard.decode(payload) for payload in payloads]

    def bodies(self, kind: type[_B]) -> list[_B]:
        return [envelope.body for envelope in self.heard() if isinstance(envelope.body, kind)]

    async def starts(self, **changes: Any) -> None:
        given: dict[str, Any] = {
            "options_json": "{}", "heartbeat_s": 5.0, "heartbeat_grace_s": 15.0, "frame_limit": LIMIT,
            "batch_limit": 256, "batch_delay_s": 0.005, "backlog_limit": 10_000,
        }  # fmt: skip
        self.says(Start(**(given | changes)))
        await settle()

    async def ends(self, grace_s: float = 1.0) -> ExitCode:
        if not self.running.done():
            self.says(Shutdown(grace_s, "enough"))
        while not self.running.done():
            await self.clock.advance(0.5)
        assert self.clock.timers == 0
        return await self.running

    async def leaves(self) -> None:
        """The pipe ends."""
        self.pipe.end(None)
        await settle()
