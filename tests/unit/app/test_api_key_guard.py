"""The guard of the API: who is admitted, what is permitted, how often, and when a stream ends."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import pytest_asyncio
from hypothesis import strategies as st

from app.access.key_ring import KeyRing
from app.access.keys import Constraints, KeySpec, KeyText
from app.access.scopes import Scope
from app.api.guard import Call, Caller
from app.api.key_guard import KeyGuard, LocalGuard, host_of
from app.api.key_limits import KeyLimits
from app.config import Settings
from app.errors import ErrorCode, GatewayError
from app.metrics import Metrics
from app.pb import gateway_pb2 as pb
from app.values import SecurityClass
from tests.helpers.clock import ManualClock, settle
from tests.helpers.engine import until

GATEWAY = "/tagwatch.gateway.v1.Gateway/"
READ = frozenset((Scope.INVOKE_READ,))


def call(key: str, method: str = "ReadBulk", peer: str = "ipv4:127.0.0.1:50312") -> Call:
    return Call(GATEWAY + method, peer, [("authorization", key)] if key else [])


def bearer(text: KeyText) -> str:
    return f"Bearer {text.reveal()}"


class Rig:
    def __init__(self, directory: Path, **settings: Any) -> None:
        self.clock = ManualClock()
        self.metrics = Metrics()
        self.settings = Settings(**settings)
        self.ring = KeyRing(directory / "keys.sqlite", directory / "pepper", self.clock)
        self.guard = KeyGuard(self.ring, self.settings, self.clock, self.metrics)

    async def key(self, scopes: frozenset[Scope] = READ, **more: Any) -> KeyText:
        return await self.ring.create(KeySpec("desk", scopes, **more), "me")

    def denied(self, reason: str) -> float:
        return self.metrics.value("tagwatch_api_denied_total", {"reason": reason})


@pytest_asyncio.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    rig = Rig(tmp_path, api_calls_per_s=10, api_streams=2)
    await rig.guard.start()
    yield rig
    await rig.guard.stop()


async def refused(guard: KeyGuard | LocalGuard, what: Call) -> GatewayError:
    with pytest.raises(GatewayError) as error:
        await guard.admit(what)
    return error.value


# ---- admission


@pytest.mark.clause("X1")
async def test_a_key_is_admitted_with_what_it_may(rig: Rig) -> None:
    text = await rig.key(constraints=Constraints(read=("Tank101",)))
    caller = await rig.guard.admit(call(bearer(text)))
    assert (caller.key_id, caller.owner, caller.name) == (text.id, text.id, "desk")
    assert caller.scopes == {"invoke:read"}
    assert caller.constraints.limited
    assert caller.constraints.read("Plant", "Tank101.Level") == ""
    assert caller.constraints.read("Plant", "Reactor.PV") == "this key may not read this tag"
    assert (await rig.guard.admit(call(f"bearer {text.reveal()}"))).key_id == text.id
    plain = await rig.guard.admit(call(bearer(await rig.key())))
    assert not plain.constraints.limited


@pytest.mark.clause("X1", "X6")
async def test_who_is_refused_learns_only_that(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    text = await rig.key()
    other = KeyText.new(text.id)
    gone = await rig.key()
    await rig.ring.revoke(gone.id, "me")
    with caplog.at_level(logging.DEBUG):
        for given in (
            bearer(other),
            bearer(KeyText.new()),
            bearer(gone),
            "Bearer x",
            text.reveal(),
            f"Basic {text.reveal()}",
        ):
            error = await refused(rig.guard, call(given))
            assert (error.code, error.fault.message) == (ErrorCode.UNAUTHENTICATED, "the API key was refused")
            assert not error.fault.details
    for secret in (text.reveal()[-43:], other.reveal()[-43:], gone.reveal()[-43:]):
        assert secret not in caplog.text
    assert rig.denied("unknown key") == 2
    assert rig.denied("revoked key") == 1
    assert rig.denied("malformed key") == 3
    error = await refused(rig.guard, call(""))
    assert error.code == ErrorCode.UNAUTHENTICATED
    assert "authorization: Bearer tw_<id>_<secret>" in error.fault.message


@pytest.mark.clause("X5")
async def test_who_tries_many_wrong_keys_does_not_fill_the_log_and_holds_up_nobody(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    text = await rig.key()
    codes = [(await refused(rig.guard, call(bearer(KeyText.new())))).code for _ in range(100)]
    assert codes == [ErrorCode.UNAUTHENTICATED] * 20 + [ErrorCode.RATE_LIMITED] * 80
    assert sum("was refused" in record.getMessage() for record in caplog.records) == 20
    assert (await rig.guard.admit(call(bearer(text)))).key_id == text.id
    elsewhere = await refused(rig.guard, call(bearer(KeyText.new()), peer="ipv4:10.0.0.9:1"))
    assert elsewhere.code == ErrorCode.UNAUTHENTICATED


@pytest.mark.clause("X1")
@pytest.mark.skipif(sys.platform == "win32", reason="Windows lets nobody move a file that is open")
async def test_without_a_store_nobody_is_admitted(rig: Rig) -> None:
    text = await rig.key()
    rig.ring.path.rename(rig.ring.path.with_name("away"))
    await rig.clock.advance(1.5)
    await until(lambda: bool(rig.guard.problem), "the look at the store")
    error = await refused(rig.guard, call(bearer(text)))
    assert error.code == ErrorCode.KEYS_UNAVAILABLE
    assert str(rig.ring.path) not in error.fault.message


@pytest.mark.clause("X1", "X6")
async def test_whatever_is_sent_as_a_key_is_refused_and_not_repeated(rig: Rig) -> None:
    text = await rig.key()
    texts = st.text(max_size=80) | st.sampled_from(["Bearer ", "Bearer tw_", f"Bearer {text.reveal()} ", "\x00"])

    @hypothesis.settings(max_examples=200)
    @hypothesis.given(texts, st.text(max_size=30))
    def found(given: str, peer: str) -> None:
        coroutine = rig.guard.admit(call(given, peer=peer))
        with pytest.raises(GatewayError) as error:
            coroutine.send(None)
        assert error.value.code in (ErrorCode.UNAUTHENTICATED, ErrorCode.RATE_LIMITED)
        assert len(given) < 10 or given not in str(error.value)

    found()


# ---- limits


@pytest.mark.clause("X5")
async def test_calls_of_a_key_are_limited_and_told_when_to_come_back(rig: Rig) -> None:
    text, quick = await rig.key(), await rig.key(calls_per_s=100)
    for _ in range(20):  # two seconds' worth
        await rig.guard.admit(call(bearer(text)))
    error = await refused(rig.guard, call(bearer(text)))
    assert error.code == ErrorCode.RATE_LIMITED
    assert float(error.fault.details["retry_after_s"]) == pytest.approx(0.1)
    for _ in range(200):
        await rig.guard.admit(call(bearer(quick)))
    assert (await refused(rig.guard, call(bearer(quick)))).code == ErrorCode.RATE_LIMITED
    await rig.clock.advance(0.1)
    assert (await rig.guard.admit(call(bearer(text)))).key_id == text.id
    assert rig.denied("rate") == 2


@pytest.mark.clause("X5")
async def test_streams_of_a_key_are_limited(rig: Rig) -> None:
    text, second = await rig.key(), await rig.key()
    caller = await rig.guard.admit(call(bearer(text)))
    other = await rig.guard.admit(call(bearer(second)))
    what = call("", "StreamEvents")
    with rig.guard.streaming(caller, what), rig.guard.streaming(caller, what):
        with pytest.raises(GatewayError) as error, rig.guard.streaming(caller, what):
            pass
        assert (error.value.code, error.value.fault.details["limit"]) == (ErrorCode.STREAM_LIMIT_REACHED, "2")
        with rig.guard.streaming(other, what):
            assert rig.guard.streams == {text.id: 2, second.id: 1}
            assert rig.metrics.value("tagwatch_api_streams") == 3
    assert rig.guard.streams == {}
    assert rig.metrics.value("tagwatch_api_streams") == 0
    with rig.guard.streaming(caller, what):
        pass


@pytest.mark.clause("X1")
@pytest.mark.parametrize("end", ["revoke", "rotate", "delete"])
async def test_streams_of_a_key_that_ended_end(rig: Rig, end: str) -> None:
    text, second = await rig.key(), await rig.key()
    told: dict[str, BaseException] = {}

    async def stream(key: KeyText) -> None:
        caller = await rig.guard.admit(call(bearer(key)))
        with rig.guard.streaming(caller, call("", "StreamEvents")) as place:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError as error:
                told[key.id] = place.cause(error)

    tasks = [asyncio.create_task(stream(text)), asyncio.create_task(stream(second))]
    await settle()
    await getattr(rig.ring, end)(text.id, "me")
    await tasks[0]
    cause = told[text.id]
    assert isinstance(cause, GatewayError)
    assert cause.code == ErrorCode.UNAUTHENTICATED
    assert second.id not in told
    tasks[1].cancel()  # by its client
    await tasks[1]
    assert isinstance(told[second.id], asyncio.CancelledError)


# ---- scopes and constraints


@pytest.mark.clause("X3")
async def test_a_request_beyond_the_scopes_is_refused_by_name(rig: Rig) -> None:
    caller = await rig.guard.admit(call(bearer(await rig.key())))
    rig.guard.permit(caller, call("", "ReadBulk"), pb.ReadBulkRequest())
    with pytest.raises(GatewayError, match="lacks the scope invoke:write") as error:
        rig.guard.permit(caller, call("", "WriteBulk"), pb.WriteBulkRequest())
    assert error.value.code == ErrorCode.PERMISSION_DENIED
    assert error.value.fault.details == {"scope": "invoke:write"}
    with pytest.raises(GatewayError, match="lacks the scope admin"):
        rig.guard.permit(caller, call("", "Unheard"), pb.ReadBulkRequest())
    admin = await rig.guard.admit(call(bearer(await rig.key(frozenset((Scope.ADMIN,))))))
    rig.guard.permit(admin, call("", "Unheard"), pb.ReadBulkRequest())


@pytest.mark.clause("X4")
@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (pb.OpenSessionRequest(source="Plant"), ""),
        (pb.OpenSessionRequest(source="Plant", name="Plant.desk 2"), ""),
        (pb.OpenSessionRequest(source="Boiler"), "may not use the source 'Boiler'"),
        (pb.OpenSessionRequest(backend="sim", name="Plant"), "may not use the source 'sim'"),
        (pb.OpenSessionRequest(source="Plant", name="Boiler"), "may not use the source 'Boiler'"),
        (pb.OpenSessionRequest(source="plant"), "may not use the source 'plant'"),
    ],
)
async def test_a_key_with_limits_opens_its_sources_alone(rig: Rig, request_: pb.OpenSessionRequest, words: str) -> None:
    text = await rig.key(frozenset((Scope.SESSION_OPEN,)), constraints=Constraints(sources=("Plant",)))
    caller = await rig.guard.admit(call(bearer(text)))
    if not words:
        request_.options["password"].SetInParent()
        rig.guard.permit(caller, call("", "OpenSession"), request_)
        request_.options["endpoint"].SetInParent()
        words = "its own option 'endpoint'"
    with pytest.raises(GatewayError, match=words):
        rig.guard.permit(caller, call("", "OpenSession"), request_)


@pytest.mark.clause("X4")
def test_the_classes_of_tags() -> None:
    tune = KeyLimits(Constraints(write_class=SecurityClass.TUNE))
    allowed = [entry for entry in SecurityClass if not tune.write("s", "t", entry)]
    assert allowed == [SecurityClass.FREE_ACCESS, SecurityClass.OPERATE, SecurityClass.TUNE]
    assert "up to Tune; this one is SecuredWrite" in tune.write("s", "t", SecurityClass.SECURED_WRITE)
    assert "does not tell" in tune.write("s", "t", SecurityClass.UNDEFINED)
    assert KeyLimits(Constraints()).write("s", "t", SecurityClass.UNDEFINED) == ""


@pytest.mark.clause("X4")
def test_reading_browsing_and_writing_have_their_own_limits() -> None:
    limits = KeyLimits(Constraints(("Plant",), ("Area1.Tank",), ("Tank*", "Me"), ("Tank101.Set",)))
    undefined = SecurityClass.UNDEFINED
    assert limits.limited
    assert limits.read("Plant", "Tank101.Level") == ""
    assert limits.read("Other", "Tank101.Level") == "this key may not use the source 'Other'"
    assert limits.read("Plant", "Me.PV", "Reactor")
    assert limits.browse("Plant", "Area1") == ""
    assert limits.browse("Plant", "Area2")
    assert limits.browse("Other", "")
    assert limits.write("Plant", "Tank101.Set", undefined) == ""
    assert limits.write("Plant", "Tank101.Level", undefined) == "this key may not write this tag"
    reader = KeyLimits(Constraints(read_only=True))
    assert reader.limited
    assert reader.write("Plant", "Tank101.Set", SecurityClass.FREE_ACCESS) == "this key may only read"
    # What must not be read must not be written either.
    assert KeyLimits(Constraints(read=("A",), write=("B",))).write("Plant", "B", undefined)
    assert KeyLimits(Constraints(read=())).read("Plant", "A")


# ---- without keys


@pytest.mark.clause("X5")
async def test_without_keys_everybody_here_shares_one_limit() -> None:
    guard = LocalGuard(Settings(api_calls_per_s=1, api_streams=1), ManualClock(), Metrics())
    caller = await guard.admit(call("", peer="ipv4:127.0.0.1:1"))
    assert (caller.key_id, caller.owner) == ("", None)
    guard.permit(caller, call(""), pb.ReadBulkRequest())
    await guard.admit(call("", peer="ipv4:127.0.0.1:2"))
    assert (await refused(guard, call(""))).code == ErrorCode.RATE_LIMITED


@pytest.mark.parametrize(
    ("peer", "host"),
    [
        ("ipv4:127.0.0.1:50312", "127.0.0.1"),
        ("ipv6:[::1]:50312", "::1"),
        ("ipv6:%5Bfe80::1%25eth0%5D:1", "fe80::1%eth0"),
        ("unix:/run/tagwatch", "unix:/run/tagwatch"),
        ("", ""),
    ],
)
def test_the_address_of_a_peer(peer: str, host: str) -> None:
    assert host_of(peer) == host


def test_a_caller_tells_no_more_than_its_id() -> None:
    assert "secret" not in repr(Caller("abc", "ipv4:1.2.3.4:5"))
