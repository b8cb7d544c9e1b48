"""Whatever a request holds: a clear status, never INTERNAL, never a hang."""

from __future__ import annotations

import asyncio
import os
import random
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import message_factory
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.alarms.limits import Condition, Limit, TagLimits
from app.api.records import Kept
from app.config import Settings
from app.pb import gateway_pb2 as pb
from app.records.audit import AuditStore
from app.records.audited import AuditedWriter
from app.records.history import History
from app.records.journal import Journal
from app.serve.alarms import HeadlessAlarms
from app.serve.hub import Hub
from app.tasks import SystemClock
from tests.helpers.api import Api, reason, served

_NUMBERS = (0, 1, 2, 3, -1, 7, 255, 2**31 - 1, -(2**31), 2**32 - 1, 2**63 - 1, -(2**63), 2**64 - 1)
_TEXTS = ("", "plant", "sim", "Tank101.Level", "Sample.Double", "x" * 3_000, "\0", "ü\n", "../..", "load.1")
_REALS = (0.0, -1.0, 1.5, float("nan"), float("inf"), -float("inf"), 1e308)
_T = FieldDescriptor
_RANGES = {
    _T.CPPTYPE_INT32: (-(2**31), 2**31 - 1),
    _T.CPPTYPE_UINT32: (0, 2**32 - 1),
    _T.CPPTYPE_INT64: (-(2**63), 2**63 - 1),
    _T.CPPTYPE_UINT64: (0, 2**64 - 1),
}
METHODS = [
    (service.full_name, method) for service in pb.DESCRIPTOR.services_by_name.values() for method in service.methods
]


def scalar(field: FieldDescriptor, chance: random.Random, session: str) -> Any:
    if field.name == "session_id" and chance.random() < 0.8:
        return session
    match field.cpp_type:
        case _T.CPPTYPE_STRING:
            text = chance.choice(_TEXTS)
            return text.encode() if field.type == _T.TYPE_BYTES else text
        case _T.CPPTYPE_BOOL:
            return chance.random() < 0.5
        case _T.CPPTYPE_DOUBLE | _T.CPPTYPE_FLOAT:
            return chance.choice(_REALS)
        case _T.CPPTYPE_ENUM:
            return chance.choice([0, 1, 99])
        case kind:
            least, most = _RANGES[kind]
            return chance.choice([number for number in _NUMBERS if least <= number <= most])


def fill(message: Any, chance: random.Random, session: str, depth: int = 0) -> Any:
    """Any request of this kind."""
    descriptor: Descriptor = message.DESCRIPTOR
    for field in descriptor.fields:
        if chance.random() < 0.4 or depth > 6:
            continue
        entry = field.message_type
        if entry is not None and entry.GetOptions().map_entry:
            continue
        if entry is not None:
            into = getattr(message, field.name)
            targets = [into.add() for _ in range(chance.randrange(3))] if field.is_repeated else [into]
            for target in targets:
                if not field.is_repeated:
                    target.SetInParent()
                fill(target, chance, session, depth + 1)
        elif field.is_repeated:
            getattr(message, field.name).extend(scalar(field, chance, session) for _ in range(chance.randrange(4)))
        else:
            setattr(message, field.name, scalar(field, chance, session))
    return message


async def ask(api: Api, service: str, method: Any, data: bytes) -> grpc.StatusCode:
    """The status; a stream is read for a moment."""
    path = f"/{service}/{method.name}"
    try:
        if method.server_streaming:
            call = api.channel.unary_stream(path)(data)
            try:
                await asyncio.wait_for(_read(call), 0.05)
            except TimeoutError:
                call.cancel()
                return grpc.StatusCode.OK
            return grpc.StatusCode.OK
        await asyncio.wait_for(api.channel.unary_unary(path)(data), 30)
    except grpc.aio.AioRpcError as error:
        assert reason(error)[0], (method.name, error.code(), error.details())  # noqa: PT017 - each has its details
        return error.code()
    return grpc.StatusCode.OK


async def _read(call: Any) -> None:
    async for _ in call:
        pass


@asynccontextmanager
async def _whole() -> AsyncIterator[Api]:
    """With all that can be asked: records in files, and alarms."""
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory)
        journal = Journal.of(Settings(), place / "journal", SystemClock(), lambda words: None)
        store = AuditStore(place / "audit.sqlite")
        limits = {("edge", "Tank101.Level"): TagLimits((Limit(Condition.HIGH, 1.0),))}
        alarms = HeadlessAlarms(limits, Hub(journal), SystemClock())
        kept = Kept(place / "journal", store, History(place / "records"))
        journal.start()
        store.start()
        alarms.start()
        try:
            serve = {"kept": kept, "alarms": alarms, "writer": AuditedWriter(store, SystemClock())}
            async with served(serve=serve, command_timeout_s=2.0, sessions=4) as api:
                yield api
        finally:
            await alarms.stop()
            await asyncio.to_thread(journal.stop)
            await store.stop()


async def _storm(seeds: list[int]) -> set[grpc.StatusCode]:
    found: set[grpc.StatusCode] = set()
    async with _whole() as api:
        session = ""
        for seed in seeds:
            chance = random.Random(seed)
            if not session or all(entry.id != session for entry in api.runtime.manager.list()):
                session = await api.open(name="edge")
                await api.register(session)
            service, method = chance.choice(METHODS)
            request = fill(message_factory.GetMessageClass(method.input_type)(), chance, session)
            data = request.SerializeToString()
            if chance.random() < 0.1:
                data = bytes(chance.randrange(256) for _ in range(chance.randrange(60)))
            code = await ask(api, service, method, data)
            assert code not in (grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN), (method.name, request)
            found.add(code)
    return found


@settings(max_examples=3, suppress_health_check=[HealthCheck.too_slow])
@given(first=st.integers(0, 2**32))
@pytest.mark.clause("J3")
def test_any_request_has_a_clear_status(first: int) -> None:
    found = asyncio.run(_storm(list(range(first, first + 120))))
    assert grpc.StatusCode.INVALID_ARGUMENT in found


@pytest.mark.slow
@pytest.mark.timeout(3_600)
@pytest.mark.clause("J3")
def test_a_storm_of_requests() -> None:
    """``STORM`` says how many; 100,000 take a long while."""
    count = int(os.environ.get("STORM", "3000"))
    for start in range(0, count, 1_000):
        asyncio.run(_storm(list(range(start, min(start + 1_000, count)))))
