"""One run of ``tagwatch ctl``: a command, a stream of events, or a batch from standard input."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import enum
import json
import sys
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, cast

from app.client import Client, ClientError, ClientOptions, Gap, TagEvents
from app.ctl import told
from app.ctl.arguments import client_options
from app.ctl.commands import Commands, command
from app.ctl.lines import Line, read_lines
from app.ctl.passwords import ask
from app.errors import ErrorCode, GatewayError
from app.tasks import join, spawn
from app.values import EventKind
from app.watch import Output, console

_REFUSED_LATER = (ErrorCode.SESSION_NOT_FOUND, ErrorCode.SESSION_NOT_READY)


class ExitCode(enum.IntEnum):
    DONE = 0
    UNEXPECTED = 1
    BAD_ARGUMENTS = 2
    UNREACHABLE = 3
    REFUSED = 4
    SESSION_LOST = 5
    OUTPUT_FAILED = 6
    SOME_FAILED = 7


def run(arguments: argparse.Namespace) -> Callable[[asyncio.Event], Awaitable[ExitCode]]:
    """What is to be run on a loop until it is done, or told to stop. Passwords are asked for here, before there is a
    loop that Ctrl+C would only tell. ValueError = bad arguments."""
    if arguments.action == "keys":
        raise ValueError("keys are made on the computer of the server: run “tagwatch ctl keys” there, without options")
    options, given = client_options(arguments), _given(arguments)
    return partial(_until, options, arguments.action, given | ask(arguments, sys.stdin))


async def _until(options: ClientOptions, action: str, given: dict[str, Any], stop: asyncio.Event) -> ExitCode:
    work = spawn(_run(options, action, given, console()), name="ctl")
    stopped = spawn(stop.wait(), name="ctl stop")
    try:
        await asyncio.wait([work, stopped], return_when=asyncio.FIRST_COMPLETED)
        return work.result() if work.done() else ExitCode.DONE
    finally:
        await join(stopped, work)


def _given(arguments: argparse.Namespace) -> dict[str, Any]:
    """The command's fields as in a batch."""
    here = vars(arguments)
    fields: dict[str, Any] = {
        name: here[name]
        for name in ("session", "tags", "tag", "node", "source", "backend", "name", "comment", "reason", "restart")
        if name in here
    }
    if arguments.action == "open":
        fields |= {"lease_s": arguments.lease, "options": dict(_option(text) for text in arguments.option)}
    elif arguments.action == "read":
        fields["timeout_s"] = arguments.timeout
    elif arguments.action == "history":
        names = ("since", "until", "aggregate", "limit")
        fields |= {name: here[name] for name in names}
        if arguments.interval is not None:
            fields["interval_s"] = arguments.interval
    elif arguments.action == "write":
        fields["value"] = _typed(arguments.value)
    elif arguments.action in ("watch", "events"):
        fields |= {"count": arguments.count, "seconds": arguments.seconds, "after": here.get("after")}
    return fields


def _option(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise ValueError(f"--option {text!r} must be NAME=VALUE")
    if name in ("password", "key"):
        raise ValueError(f"a {name} does not belong on a command line: give it in a batch, from standard input")
    return name, _typed(value)


def _typed(text: str) -> Any:
    """JSON where it is that, else the text itself."""
    try:
        return json.loads(text)
    except ValueError:
        return text


async def _run(options: ClientOptions, action: str, given: dict[str, Any], output: Output) -> ExitCode:
    started = False
    try:
        async with Client(options) as client:
            commands = Commands(client)
            if action == "batch":
                return await _batch(commands, output)
            if action in ("watch", "events"):
                session = await commands.session(given["session"])
                async with session.events(after=given["after"]) as events:
                    started = True
                    return await _events(session, events, action, given, output)
            done = await command(commands, action, given)
            await output.lines([told.line(entry) for entry in done.entries])
            return ExitCode.DONE if done.whole else ExitCode.SOME_FAILED
    except BrokenPipeError:
        return ExitCode.DONE
    except TimeoutError:
        output.note("the end of the write did not come in time: whether it was written is not known")
        return ExitCode.REFUSED
    except OSError as error:
        output.note(f"input or output has failed: {error.strerror or error}")
        return ExitCode.OUTPUT_FAILED
    except GatewayError as error:
        output.note(f"{error.code}: {error.fault.message}")
        return _code(error, started)


def _code(error: GatewayError, started: bool) -> ExitCode:
    if isinstance(error, ClientError) and error.connection_lost:
        return ExitCode.UNREACHABLE
    return ExitCode.SESSION_LOST if started and error.code in _REFUSED_LATER else ExitCode.REFUSED


# ---- events without an end


async def _events(session: Any, events: TagEvents, action: str, given: Mapping[str, Any], output: Output) -> ExitCode:
    watched: set[int] | None = None
    whole = True
    if action == "watch":
        # The place comes first: nothing can be missed.
        handle = await session.handle()
        events.stream.refilter([handle])
        rows = await session.subscribe(given["tags"])
        for row in rows:
            if not row.success:
                output.note(f"{row.tag}: {row.error}")
        whole = all(row.success for row in rows)
        watched = {handle}
        if not any(row.success for row in rows):
            return ExitCode.SOME_FAILED
    shown = 0
    limit: int | None = given["count"]
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(given["seconds"]):
            async for event in events:
                value = isinstance(event, Gap) or event.kind <= EventKind.BUFFERED_DATA_CHANGE
                if watched is not None and not value:
                    continue
                await output.lines([told.line(told.event(event))])
                shown += not isinstance(event, Gap)
                if limit is not None and shown >= limit:
                    return ExitCode.DONE if whole else ExitCode.SOME_FAILED
            return ExitCode.SESSION_LOST
    return ExitCode.DONE if whole else ExitCode.SOME_FAILED


# ---- a batch


async def _batch(commands: Commands, output: Output) -> ExitCode:
    """One result a line, in order; a line that fails stops nothing but the loss of the server."""
    code = ExitCode.DONE
    number = 0
    async for text in read_lines(sys.stdin.buffer):
        number += 1
        if isinstance(text, str) and not text.strip():
            continue
        answer: dict[str, Any] = {"line": number}
        try:
            request = _request(text)
            if "id" in request:
                answer["id"] = request.pop("id")
            done = await command(commands, request.pop("do"), request)
            answer |= {"ok": done.whole, "result": done.entries}
        except (ValueError, GatewayError, TimeoutError) as error:
            answer |= {"ok": False, "error": told.error(error)}
            if isinstance(error, ClientError) and error.connection_lost:
                await output.lines([told.line(answer)])
                output.note(error.fault.message)
                return ExitCode.UNREACHABLE
        if not answer["ok"]:
            code = ExitCode.SOME_FAILED
        await output.lines([told.line(answer)])
    return code


def _request(text: Line) -> dict[str, Any]:
    if isinstance(text, ValueError):
        raise text
    try:
        data: Any = json.loads(text)
    except ValueError as error:
        raise ValueError(f"this line is no JSON: {error}") from None
    except RecursionError:
        raise ValueError("this line is nested too deep") from None
    request = cast("dict[str, Any]", data) if isinstance(data, dict) else {}
    if not isinstance(request.get("do"), str):
        raise ValueError('a line must be an object with a command: {"do": "read", …}')  # noqa: TRY004
    return request
