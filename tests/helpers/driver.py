"""A driver that a test scripts, at the seam between a worker's command loop and its source."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from app.backends.base import ACCEPTED, Driver, DriverItem, DriverWrite, Outcome, Sink
from app.commands import BrowseNode, BrowsePage, Property, TagProperties


class ScriptedDriver(Driver):
    """Accepts everything; tags that start with ``bad`` are refused, ``raise`` raises, ``silent`` sends no value."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, Any]] = []
        self.items: dict[int, DriverItem] = {}
        self.sink: Sink | None = None
        self.write_gate = asyncio.Event()
        self.write_gate.set()
        self.write_outcome = ACCEPTED
        self.complete_writes = True
        self.first_values: dict[str, Any] = {}
        self.stopped = False

    async def start(self, options: Mapping[str, Any], sink: Sink) -> str:
        self.sink = sink
        return "scripted"

    async def stop(self) -> None:
        self.calls.append(("stop", None))
        self.stopped = True

    async def unregister(self, server_handle: int) -> None:
        self.calls.append(("unregister", server_handle))

    async def add(self, items: Sequence[DriverItem]) -> list[Outcome]:
        self.calls.append(("add", [item.tag for item in items]))
        if any(item.tag.startswith("raise") for item in items):
            raise RuntimeError("the driver broke")
        for item in items:
            self.items[item.key] = item
        return [Outcome("no such tag") if item.tag.startswith("bad") else ACCEPTED for item in items]

    async def remove(self, keys: Sequence[int]) -> list[Outcome]:
        self.calls.append(("remove", list(keys)))
        for key in keys:
            self.items.pop(key, None)
        return [ACCEPTED] * len(keys)

    async def advise(self, keys: Sequence[int], supervisory: bool) -> list[Outcome]:
        self.calls.append(("advise", (list(keys), supervisory)))
        assert self.sink is not None
        for key in keys:
            tag = self.items[key].tag
            if not tag.startswith("silent"):
                self.sink.data(key, self.first_values.get(tag, 1.0), 192, 5)
        return [Outcome("not advised") if self.items[key].tag.startswith("noadvise") else ACCEPTED for key in keys]

    async def unadvise(self, keys: Sequence[int]) -> list[Outcome]:
        self.calls.append(("unadvise", list(keys)))
        return [ACCEPTED] * len(keys)

    async def write(self, writes: Sequence[DriverWrite]) -> list[Outcome]:
        self.calls.append(("write", list(writes)))
        await self.write_gate.wait()
        assert self.sink is not None
        if self.write_outcome.ok and self.complete_writes:
            for write in writes:
                self.sink.write_complete(write.key, ())
        return [self.write_outcome] * len(writes)

    async def authenticate(self, server_handle: int, user: str, password: str) -> Outcome:
        return Outcome(handle=7) if password == "right" else Outcome("wrong password", -2147024809)

    async def browse(self, node: str, page_token: str, limit: int) -> BrowsePage:
        if node == "nowhere":
            raise ValueError("'nowhere' is not a folder")
        return BrowsePage((BrowseNode("a", "a", is_tag=True),))

    async def properties(self, tag: str) -> TagProperties:
        return TagProperties((Property("unit", "m"),))

    def named(self, name: str) -> list[Any]:
        return [what for called, what in self.calls if called == name]
