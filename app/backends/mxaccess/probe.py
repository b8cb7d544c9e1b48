"""The probe of ``tagwatch doctor mxaccess``: what an installation does where its documents are silent.

The report is JSON, a line for each thing seen. Tags stand in it as numbers; values, users and the computer's name are
not in it.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import json
import math
import platform
import struct
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any, TypeVar

from app.backends.mxaccess import variants
from app.backends.mxaccess.dates import Zone
from app.backends.mxaccess.galaxy.look import look
from app.backends.mxaccess.hresult import LmxError, hresult_words
from app.backends.mxaccess.model import Apartment, Happened, Lmx, LmxEvent
from app.backends.mxaccess.options import MxAccessOptions
from app.backends.mxaccess.variants import Raw
from app.errors import GatewayError
from app.values import Status, Timestamp, Value

_T = TypeVar("_T")
_WRITE_S = 10.0
_PAUSE_S = 2.0


class Report:
    """Lines of JSON, with the seconds since the start."""

    def __init__(self, out: IO[str]) -> None:
        self._out = out
        self._began = time.monotonic()

    def say(self, what: str, **facts: Any) -> None:
        line = {"at_s": round(time.monotonic() - self._began, 3), "what": what, **facts}
        self._out.write(json.dumps(line) + "\n")
        self._out.flush()


def raw_facts(raw: Raw) -> dict[str, Any]:
    """Of a VARIANT: its type and shape, not its value."""
    facts: dict[str, Any] = {"vt": raw.vt, "words": variants.vt_words(raw.vt)}
    if isinstance(raw.value, tuple):
        facts["elements"] = len(raw.value)
        facts["kinds"] = sorted({_kind(one) for one in raw.value})
    elif isinstance(raw.value, str):
        facts["characters"] = len(raw.value)
    if raw.problem:
        facts["problem"] = raw.problem
    return facts


def _kind(value: object) -> str:
    return type(value).__name__


def _time_facts(raw: Raw, zone: Zone) -> dict[str, Any]:
    """Beside its kind: how far it is from this computer's clock, which tells its zone."""
    ns = variants.time_ns(raw, zone)
    facts = raw_facts(raw)
    if ns > 0:
        facts["seconds_behind_utc_clock"] = round(time.time() - ns / 1e9, 1)
    elif isinstance(raw.value, str):
        facts["form"] = "".join("9" if one.isdigit() else one for one in raw.value)
    return facts


class Probe:
    """One run over ``tags``; ``writes`` are (tag, value) and written only because somebody asked."""

    def __init__(
        self, report: Report, tags: Sequence[str], writes: Sequence[tuple[str, Value]], seconds: float
    ) -> None:
        self._report = report
        self._names = list(dict.fromkeys([*tags, *(tag for tag, _ in writes)]))
        self._writes = writes
        self._seconds = seconds
        self._zone = Zone("utc")  # times are told as if in UTC: how far off they are tells their zone
        self._numbers: dict[int, int] = {}  # item handle -> the tag's number
        self._types: dict[int, int] = {}
        self._apartment: Apartment | None = None

    async def run(self, apartment_of: Callable[[Zone, Callable[[Sequence[LmxEvent]], None]], Apartment]) -> int:
        """0, or 1 where MXAccess could not be used at all."""
        bits = struct.calcsize("P") * 8
        self._report.say("started", bits=bits, python=platform.python_version(), system=platform.platform())
        apartment = apartment_of(self._zone, self._take)
        try:
            version = await apartment.start()
        except GatewayError as error:
            self._report.say("not created", words=error.fault.message)
            sys.stderr.write(f"{error.fault.message}\n")
            return 1
        self._apartment = apartment
        try:
            self._report.say("created", interface=version)
            await self._look(version)
        finally:
            await apartment.stop()
        self._report.say("ended")
        return 0

    async def _look(self, version: int) -> None:
        server = await self._tried("Register", lambda lmx: lmx.register("Tagwatch doctor"))
        if server is None:
            return
        await self._tried("AddItem of a name that cannot be", lambda lmx: lmx.add_item(server, "Tagwatch.no.such.tag"))
        for number, name in enumerate(self._names, 1):
            handle = await self._tried("AddItem", lambda lmx, name=name: lmx.add_item(server, name), number)
            if handle is not None:
                self._numbers[handle] = number
                await self._tried("Advise", lambda lmx, handle=handle: lmx.advise(server, handle), number)
        if version >= 5 and self._names:
            await self._tried("SetBufferedUpdateInterval", lambda lmx: lmx.set_buffered_interval(server, 1000))
            buffered = await self._tried(
                "AddBufferedItem", lambda lmx: lmx.add_buffered_item(server, self._names[0], ""), 1
            )
            if buffered is not None:
                self._numbers[buffered] = 1
                await self._tried("Advise buffered", lambda lmx: lmx.advise(server, buffered), 1)
        await asyncio.sleep(self._seconds)
        if version >= 4 and self._numbers:
            await self._pause(server, next(iter(self._numbers)))
        for tag, value in self._writes:
            await self._write(server, self._names.index(tag) + 1, value, version)
        for handle, number in self._numbers.items():
            await self._tried("UnAdvise", lambda lmx, handle=handle: lmx.unadvise(server, handle), number)
            await self._tried("RemoveItem", lambda lmx, handle=handle: lmx.remove_item(server, handle), number)
        await self._tried("Unregister", lambda lmx: lmx.unregister(server))

    async def _pause(self, server: int, handle: int) -> None:
        steps: list[tuple[str, Callable[[Lmx], Status]]] = [
            ("Suspend", lambda lmx: lmx.suspend(server, handle)),
            ("Activate", lambda lmx: lmx.activate(server, handle)),
        ]
        for name, call in steps:
            status = await self._tried(name, call, self._numbers[handle])
            if status is not None:
                self._report.say(f"{name} answered", status=list(status))
            await asyncio.sleep(_PAUSE_S)

    async def _write(self, server: int, number: int, value: Value, version: int) -> None:
        handle = next((one for one, of in self._numbers.items() if of == number), None)
        if handle is None:
            return
        try:
            made = variants.typed(value, self._types.get(handle, variants.EMPTY), self._zone)
        except ValueError as error:
            self._report.say("not written", tag=number, words=str(error))
            return
        self._report.say("write", tag=number, vt=made.vt, words=variants.vt_words(made.vt))
        await self._tried("Write", lambda lmx: lmx.write(server, handle, made, 0, None), number)
        await asyncio.sleep(_WRITE_S)
        if version >= 4:
            now = variants.typed(Timestamp(time.time_ns()), variants.DATE, Zone("local"))
            await self._tried("Write2", lambda lmx: lmx.write(server, handle, made, 0, now), number)
            await asyncio.sleep(_WRITE_S)

    async def _tried(self, name: str, work: Callable[[Lmx], _T], tag: int = 0) -> _T | None:
        assert self._apartment is not None
        of = {"tag": tag} if tag else {}
        began = time.monotonic()
        try:
            result = await self._apartment.call(work)
        except LmxError as error:
            self._report.say(f"{name} refused", hresult=error.hresult, words=hresult_words(error.hresult), **of)
            return None
        self._report.say(name, took_ms=round((time.monotonic() - began) * 1000, 1), **of)
        return result

    def _take(self, events: Sequence[LmxEvent]) -> None:
        for event in events:
            facts: dict[str, Any] = {
                "tag": self._numbers.get(event.item, 0),
                "statuses": [list(status) for status in event.statuses],
            }
            if event.what in (Happened.DATA, Happened.BUFFERED):
                facts |= {
                    "value": raw_facts(event.value),
                    "quality": event.quality.value,
                    "time": _time_facts(event.time, self._zone),
                }
                if event.what is Happened.DATA and event.value.vt & 0xFFF not in (variants.EMPTY, variants.NULL):
                    self._types[event.item] = event.value.vt & ~variants.BYREF
            if event.what is Happened.BUFFERED:
                facts["data_type"] = event.data_type
                facts["quality"] = raw_facts(event.quality)
            if event.problem:
                facts["problem"] = event.problem
            self._report.say(event.what.value, **facts)


def main(words: Sequence[str]) -> int:
    """Run the probe by the words of a command line; 2 for words that are wrong, 1 where MXAccess could not be used, or
    the Galaxy that was named."""
    parser = argparse.ArgumentParser(prog="tagwatch doctor mxaccess")
    parser.add_argument("--tag", action="append", default=[])
    parser.add_argument("--write", action="append", default=[])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--out", default="mxaccess-report.jsonl")
    parser.add_argument("--options-on-stdin", action="store_true", help="options of a source (JSON): its Galaxy")
    arguments = parser.parse_args(words)
    if not 0 <= arguments.seconds <= 86_400:
        parser.error(f"--seconds {arguments.seconds:g} must be 0 to 86400")
    writes: list[tuple[str, Value]] = []
    for write in arguments.write:
        tag, equals, value = write.partition("=")
        if not tag or not equals:
            parser.error("--write must be TAG=VALUE")
        writes.append((tag, _value(value)))
    try:
        options: dict[str, Any] = json.loads(sys.stdin.readline()) if arguments.options_on_stdin else {}
        access = MxAccessOptions.of(options).access
    except ValueError as error:
        parser.error(str(error))
    failed = ""
    with Path(arguments.out).open("w", encoding="utf-8") as out:
        report = Report(out)
        if access is not None and (failed := look(access, report.say)):
            sys.stderr.write(f"{failed}\n")
        if sys.platform != "win32":
            parser.error("MXAccess runs on Windows only")
        apartment_of = importlib.import_module("app.backends.mxaccess.apartment").ComApartment
        code = asyncio.run(Probe(report, arguments.tag, writes, arguments.seconds).run(apartment_of))
    sys.stderr.write(f"the report is in {arguments.out}\n")
    return code or (1 if failed else 0)


def _value(text: str) -> Value:
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    for kind in (int, float):
        try:
            value = kind(text)
        except ValueError:
            continue
        if math.isfinite(value):
            return value
    return text
