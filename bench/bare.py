"""The bare limit: the same worker, the same frames, the same kind of pipe; frames are read, parsed, and the newest
value of each item is kept. Nothing else."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from array import array
from typing import Any

from app import commands as c
from app.commands import ItemRows, Reply
from app.pb import worker_pb2
from app.wire import pipes
from app.wire.bodies import Hello, Ready, Shutdown, Start
from app.wire.framing import FrameReader
from app.wire.messages import Codec

_LIMIT = 16 * 1024 * 1024


class BareReader(pipes.PipeProtocol):
    """Shakes hands with a real worker, subscribes, then does the least that can be done with its events."""

    def __init__(self, options: str) -> None:
        super().__init__()
        self._options = options
        self._reader = FrameReader(_LIMIT)
        self._codec = Codec("bare", _LIMIT)
        self._transport: Any = None
        loop = asyncio.get_running_loop()
        self.ready: asyncio.Future[None] = loop.create_future()
        self._replies: dict[int, asyncio.Future[Reply]] = {}
        self.newest: dict[int, float] = {}
        self.events = 0
        self.frames = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes | memoryview) -> None:
        newest = self.newest
        for payload in self._reader.feed(data):
            envelope = worker_pb2.Envelope.FromString(payload)
            if envelope.WhichOneof("body") == "events":
                keys, reals = array("Q"), array("d")
                keys.frombytes(envelope.events.keys)
                reals.frombytes(envelope.events.reals)
                newest.update(zip(keys, reals, strict=True))
                self.events += len(keys)
                self.frames += 1
            else:
                self._control(payload, envelope.sequence)

    def _control(self, payload: bytes, sequence: int) -> None:
        self._codec._received = sequence - 1
        envelope = self._codec.decode(payload)
        body = envelope.body
        if isinstance(body, Hello):
            self._send(Start(self._options, 5.0, 15.0, _LIMIT, 1024, 0.005, 100_000))
        elif isinstance(body, Ready):
            self.ready.set_result(None)
        elif isinstance(body, Reply):
            self._replies.pop(envelope.correlation_id).set_result(body)

    def _send(self, body: Any, correlation_id: int = 0) -> None:
        self._transport.write(self._codec.encode(body, correlation_id))

    async def ask(self, number: int, command: Any) -> Reply:
        reply = self._replies[number] = asyncio.get_running_loop().create_future()
        self._send(command, number)
        return await reply

    def shutdown(self) -> None:
        self._send(Shutdown(1.0, "done"))


async def rate(tags: int, warm_s: float, measure_s: float) -> float:
    """Events a second of a load worker that sends as fast as it can."""
    reader = BareReader(f'{{"load_tags": {tags}, "load_rate": 0}}')
    listener = await pipes.listen(pipes.pipe_name(), lambda: reader)
    process = subprocess.Popen(  # noqa: ASYNC220 - before anything is measured
        [sys.executable, "-m", "app.worker.main", "--pipe", listener.address, "--backend", "sim", "--session", "bare"],
        stdin=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "TAGWATCH_WORKER": "1"},
    )
    assert process.stdin is not None
    process.stdin.write(b"bare\n")
    process.stdin.flush()
    try:
        await reader.ready
        await reader.ask(1, c.Register("bare"))
        reply = await reader.ask(2, c.SubscribeBulk(1, tuple(f"load.{i}" for i in range(tags))))
        assert isinstance(reply.payload, ItemRows)
        await asyncio.sleep(warm_s)
        began, before = time.perf_counter(), reader.events
        await asyncio.sleep(measure_s)
        return (reader.events - before) / (time.perf_counter() - began)
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        listener.close()
