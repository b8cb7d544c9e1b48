"""The API to other processes: events against a bare stream of the same bytes, reads against a bare unary echo."""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
import time
from array import array
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import islice
from typing import Any

import grpc

from app.api.guard import NoGuard
from app.api.messages import packed
from app.api.server import ApiServer, Served
from app.batch import EventBatch
from app.commands import ItemRow, ItemRows, Reply, SubscribeBulk
from app.config import Settings
from app.events.distributor import Distributor
from app.pb import gateway_pb2 as pb
from app.pb import gateway_pb2_grpc as stubs
from app.runtime import Runtime
from app.sessions import calls
from app.sessions.manager import OpenRequest
from bench.engine import Counter, subscribe
from bench.report import Figure, at_least, at_most, percentile, told
from bench.window import in_window

_EVENTS, _ITEMS = 1024, 1000
_BATCHES = 20_000
#: So many of them the bare stream has ready; it sends them again and again.
_READY = 1_000
_READ_S = 4.0
_ROUNDS = 3
_EVENT_ROUNDS = 5
#: Batches in a megabyte, as the API puts them together.
_TOGETHER = 25
TAGS = ("load.0", "load.1", "load.2", "load.3", "load.4", "load.5")
_WINDOW_S = 12.0


# ---- the other process ----------------------------------------------------------


async def _client(kind: str, address: str, *given: str) -> dict[str, Any]:
    options = [("grpc.max_receive_message_length", -1)]
    async with grpc.aio.insecure_channel(address, options=options) as channel:
        match kind:
            case "bare-stream":
                return await _counted(channel.unary_stream("/bench.Bare/Stream")(b""), None)
            case "stream":
                request = pb.StreamEventsRequest(session_id=given[0], max_events=int(given[2]) if given[2:] else 0)
                return await _counted(stubs.GatewayStub(channel).StreamEvents(request), float(given[1]))
            case "echo":
                call, message = channel.unary_unary("/bench.Bare/Echo"), bytes(int(given[0]))
                return await _timed(lambda: call(message), float(given[1]))
            case _:
                gateway = stubs.GatewayStub(channel)
                register = pb.InvokeRequest(session_id=given[0], register=pb.Register(client_name="bench"))
                handle = (await gateway.Invoke(register)).handle.handle
                bulk = pb.SubscribeBulk(server_handle=handle, tags=TAGS)
                await gateway.Invoke(pb.InvokeRequest(session_id=given[0], subscribe_bulk=bulk))
                await asyncio.sleep(1.0)
                request = pb.ReadBulkRequest(session_id=given[0], server_handle=handle, tags=TAGS)
                rows = (await gateway.ReadBulk(request)).rows
                assert all(row.cached for row in rows), rows
                return await _timed(lambda: gateway.ReadBulk(request), float(given[1]))


async def _counted(stream: Any, seconds: float | None) -> dict[str, Any]:
    """Events by the counts of their batches, which cost the same to parse on either side."""
    events, began, last = 0, 0.0, 0.0
    async for message in stream:
        found = pb.StreamMessage.FromString(message) if isinstance(message, bytes) else message
        if not found.batches:
            continue
        last = time.perf_counter()
        if not began:
            began = last
            continue
        events += sum(batch.count for batch in found.batches)
        if seconds is not None and last - began >= seconds:
            break
    return {"rate": events / (last - began), "events": events}


async def _timed(call: Any, seconds: float) -> dict[str, Any]:
    await call()
    spent: list[float] = []
    began = time.perf_counter()
    while (now := time.perf_counter()) - began < seconds:
        await call()
        spent.append(time.perf_counter() - now)
    return {"rate": len(spent) / (time.perf_counter() - began), "spent": spent}


class _Other:
    """A client in a process of its own; what it found comes as JSON at its end."""

    def __init__(self, *arguments: str) -> None:
        code = "import sys; from bench.grpc_api import other; other(sys.argv[1:])"
        self._process = subprocess.Popen([sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE)

    async def found(self) -> dict[str, Any]:
        out, _ = await asyncio.to_thread(self._process.communicate)
        assert self._process.returncode == 0, arguments_failed(self._process.returncode)
        return json.loads(out)


def arguments_failed(code: int) -> str:
    return f"a client of the benchmark ended with {code}"


def other(arguments: list[str]) -> None:
    """The main program of the other process."""
    sys.stdout.write(json.dumps(asyncio.run(_client(*arguments))))


# ---- events ---------------------------------------------------------------------


def _batches(count: int) -> Iterator[EventBatch]:
    """Of a source whose items change in turns: each batch begins where the one before has ended."""
    turns = [array("Q", [1 << 32 | 1 + (n + start) % _ITEMS for n in range(_EVENTS)]) for start in range(0, _ITEMS, 24)]
    good, values, times = array("i", [192]) * _EVENTS, array("d", range(_EVENTS)), array("q", [1]) * _EVENTS
    for n in range(count):
        yield EventBatch(1 + n * _EVENTS, turns[n % len(turns)], values, good, times, times)


@asynccontextmanager
async def _bare(parts: list[bytes]) -> AsyncIterator[str]:
    async def stream(request: bytes, context: Any) -> None:
        for data in parts:
            await context.write(data)

    async def echo(request: bytes, context: Any) -> bytes:
        return request

    handlers = {
        "Stream": grpc.unary_stream_rpc_method_handler(stream),
        "Echo": grpc.unary_unary_rpc_method_handler(echo),
    }
    server = grpc.aio.server()
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("bench.Bare", handlers),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        await server.stop(0)


async def _bare_events(together: int = 1) -> float:
    """``together``: batches of a message."""
    parts = [packed(batch) for batch in _batches(_READY)]
    messages = [b"".join(parts[start : start + together]) for start in range(0, len(parts), together)]
    async with _bare(messages * (_BATCHES // _READY)) as address:
        return (await _Other("bare-stream", address).found())["rate"]


@asynccontextmanager
async def _serving(runtime: Runtime) -> AsyncIterator[str]:
    server = ApiServer(Served(runtime.manager, runtime.settings, runtime.clock), NoGuard())
    try:
        yield await server.start("127.0.0.1:0")
    finally:
        await server.stop(0)


async def _api_events(max_events: int = 0) -> float:
    """A session whose source gives batches as fast as they are taken: distributor, registry, lease and stream are the
    product's, and so are the bytes; ``max_events`` 0 = in messages as the API makes them."""
    async with Runtime(Settings(event_queue=200_000), broadcaster=None) as runtime, _serving(runtime) as address:
        session = await runtime.manager.open(OpenRequest("sim", {"load_tags": 0}, keep_alive=True))
        rows = tuple(ItemRow(True, n, f"t{n}") for n in range(1, _ITEMS + 1))
        session.items.track(SubscribeBulk(1, tuple(row.tag for row in rows)), Reply(payload=ItemRows(rows)))
        coming = _batches(_BATCHES)

        async def source() -> list[EventBatch]:
            while session.queued(internal=False) > 150_000:  # noqa: ASYNC110 - a queue tells nobody
                await asyncio.sleep(0.001)
            return list(islice(coming, 8))

        distributor: Distributor = session._distributor
        distributor._source = source
        return (await _Other("stream", address, session.id, "60", str(max_events)).found())["rate"]


async def _whole(clients: int, rate: float) -> tuple[float, list[float]]:
    """Events a second of a real worker that reach each client, in all and by client."""
    settings = Settings(event_queue=200_000)
    async with Runtime(settings, broadcaster=Counter()) as runtime, _serving(runtime) as address:
        options = {"load_tags": 1000, "load_rate": rate}
        session = await runtime.manager.open(OpenRequest("sim", options, keep_alive=True))
        await subscribe(session, 1000)
        found = await asyncio.gather(*(_Other("stream", address, session.id, "4").found() for _ in range(clients)))
        rates = [one["rate"] for one in found]
        return sum(rates), rates


# ---- reads ----------------------------------------------------------------------


async def _reads(clients: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Bare and API in turns of the same run."""
    bare: list[dict[str, Any]] = []
    api: list[dict[str, Any]] = []
    async with Runtime(Settings(), broadcaster=Counter()) as runtime, _serving(runtime) as address, _bare([]) as echo:
        options = {"load_tags": 10, "load_rate": 1000.0}
        session = await runtime.manager.open(OpenRequest("sim", options, keep_alive=True))
        size = str(len(pb.ReadBulkRequest(session_id=session.id, tags=TAGS).SerializeToString()))
        await calls.register(session, "bench")
        for _ in range(_ROUNDS):
            bare += await asyncio.gather(*(_Other("echo", echo, size, str(_READ_S)).found() for _ in range(clients)))
            these = (_Other("read", address, session.id, str(_READ_S)).found() for _ in range(clients))
            api += await asyncio.gather(*these)
    return bare, api


def _read_figures(clients: int) -> list[Figure]:
    bare, api = asyncio.run(_reads(clients))
    rates = {name: sum(one["rate"] for one in found) / _ROUNDS for name, found in (("bare", bare), ("api", api))}
    spent = sorted(second for one in api for second in one["spent"])
    plain = sorted(second for one in bare for second in one["spent"])
    many = "one client" if clients == 1 else f"{clients} clients"
    p99 = percentile(spent, 0.99) * 1000
    return [
        told(f"bare unary echo, {many}, calls/s", rates["bare"]),
        told(f"ReadBulk of 6 cached tags, {many}, calls/s", rates["api"]),
        at_least(f"reads / bare, {many}", rates["api"] / rates["bare"], 0.5),
        told(f"ReadBulk, {many}, p50", f"{percentile(spent, 0.5) * 1000:.2f} ms"),
        told(f"bare, {many}, p99", f"{percentile(plain, 0.99) * 1000:.2f} ms"),
        at_most(f"ReadBulk, {many}, p99", p99, 10, " ms", 1)
        if clients == 1
        else told(f"ReadBulk, {many}, p99", f"{p99:.1f} ms"),
    ]


# ---- beside the window ----------------------------------------------------------


async def _beside(qt: Any) -> list[Figure]:
    import gc

    from ui.application import Application

    application = Application(qt, Settings(), first=())
    await application.start()
    gc.freeze()
    async with _serving(application.runtime) as address:
        options = {"load_tags": 1000, "load_rate": 50_000.0}
        session = await application.runtime.manager.open(OpenRequest("sim", options, name="load", keep_alive=True))
        application.look()
        application.window.sessions.choose(session.id)
        await subscribe(session, 1000)
        application.items_model.refresh()
        await asyncio.sleep(2.0)
        application.lag.reset()
        await asyncio.sleep(_WINDOW_S / 2)
        alone = sorted(stall * 1000 for stall in application.lag.samples())
        clients = [_Other("stream", address, session.id, str(_WINDOW_S)) for _ in range(2)]
        await asyncio.sleep(4.0)
        application.lag.reset()
        await asyncio.sleep(_WINDOW_S - 4.0)
        stalls = sorted(stall * 1000 for stall in application.lag.samples())
        found = [await one.found() for one in clients]
    await application.stop()
    return [
        told("events/s of each of two clients beside the window", min(one["rate"] for one in found)),
        told("window's stalls without them, p99", f"{percentile(alone, 0.99):.1f} ms"),
        at_most("window's stalls meanwhile, p99", percentile(stalls, 0.99), 50, " ms", 1),
    ]


def _ratio(api: list[float], bare: list[float]) -> float:
    """The middle of the rounds: what else the machine does moves each of them by a half."""
    return statistics.median(one / other for one, other in zip(api, bare, strict=True))


def run() -> list[Figure]:
    rates: dict[str, list[float]] = {"bare": [], "same": [], "large": [], "own": []}
    for _ in range(_EVENT_ROUNDS):  # in turns: the machine is not the same all the time
        rates["bare"].append(asyncio.run(_bare_events()))
        rates["same"].append(asyncio.run(_api_events(_EVENTS)))
        rates["large"].append(asyncio.run(_bare_events(_TOGETHER)))
        rates["own"].append(asyncio.run(_api_events()))
    middle = {name: statistics.median(found) for name, found in rates.items()}
    whole, _ = asyncio.run(_whole(1, 400_000.0))
    return [
        told("bare stream, a batch a message, events/s", middle["bare"]),
        told("StreamEvents in messages as the API makes them, events/s", middle["own"]),
        at_least(
            "events / bare, the same bytes in messages as the API makes them", _ratio(rates["own"], rates["bare"]), 0.7
        ),
        told("StreamEvents in messages as small as the bare ones, events/s", middle["same"]),
        told("events / bare, both in small messages", f"{_ratio(rates['same'], rates['bare']):.2f}"),
        told("bare stream in messages of a megabyte, events/s", middle["large"]),
        told("events / bare, both in large messages", f"{_ratio(rates['own'], rates['large']):.2f}"),
        told("from a worker through everything to another process, events/s", whole),
        *_read_figures(1),
        *_read_figures(5),
        *in_window(_beside),
    ]
