"""The one way out for writes by hand: recorded before it is sent, refused where it must not be, ended once."""

from __future__ import annotations

import asyncio

import pytest

from app import commands as c
from app.batch import Sample
from app.errors import ErrorCode, GatewayError
from app.records.audit import Audit
from app.records.audit_file import AuditError
from app.records.audit_record import Completion, Entry, Intent, Origin, Result
from app.records.audited import AuditedWriter, Request
from app.values import Timestamp
from tests.helpers.audit import WHO, MemoryAudit
from tests.helpers.clock import ManualClock, settle
from tests.helpers.writing import HANDLE, SERVER, FakeSession

NOW = 1_767_225_600_000_000_000


class Slow:
    """Records when it is told to."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.gate = asyncio.Event()

    async def append(self, entry: Entry) -> int:
        await self.gate.wait()
        self.entries.append(entry)
        return len(self.entries)


def writer(audit: Audit) -> AuditedWriter:
    return AuditedWriter(audit, ManualClock(), who=WHO)


@pytest.mark.clause("R10")
async def test_a_write_is_recorded_before_it_is_sent_and_completed_after() -> None:
    audit, session = MemoryAudit(), FakeSession()
    made = writer(audit)
    old = Sample(50.0, 192, NOW, NOW)
    request = Request(
        60.0,
        Timestamp(5),
        old,
        user="anna",
        verifier="bert",
        comment="trial",
        origin=Origin.BULK,
        run="r1",
        source="sim",
    )
    ticket = await made.intend(session, session.item, request)
    assert not session.commands, "nothing is sent with the record"
    assert audit.entries == [
        Intent(NOW, WHO, "Plant", "sim", "Pump.Speed", 60.0, 50.0, 192, 5, "anna", "bert", "trial", Origin.BULK, "r1")
    ]
    assert made.open_numbers == {1}
    command, _ = await ticket.send((7, 8))
    assert session.commands == [command] == [c.WriteSecured2(SERVER, HANDLE, 60.0, Timestamp(5), 7, 8)]
    await ticket.end(Result.CONFIRMED, "it reads 60", Sample(60.0, 192, NOW, NOW))
    assert audit.entries[1] == Completion(1, NOW, Result.CONFIRMED, "it reads 60", 60.0, 192)
    assert not made.open_numbers
    await ticket.end(Result.REJECTED, "twice")
    await ticket.late(Result.REJECTED, "a late answer")
    assert audit.results == [Result.CONFIRMED, Result.REJECTED]


@pytest.mark.clause("R10")
async def test_without_an_audit_store_nothing_can_be_sent() -> None:
    audit, session = MemoryAudit(), FakeSession()
    audit.trouble = "the disk is full"
    made = writer(audit)
    with pytest.raises(AuditError, match="the disk is full"):
        await made.intend(session, session.item, Request(60.0))
    assert not session.commands
    assert not made.busy(session.id, "Pump.Speed")


@pytest.mark.clause("R12")
async def test_a_recorded_write_is_sent_once() -> None:
    session = FakeSession()
    ticket = await writer(MemoryAudit()).intend(session, session.item, Request(60.0))
    await ticket.send()
    with pytest.raises(RuntimeError, match="sent or ended"):
        await ticket.send()
    await ticket.end(Result.NO_ANSWER, "")
    assert session.commands == [c.Write(SERVER, HANDLE, 60.0)]


@pytest.mark.clause("R13")
async def test_one_write_of_a_tag_at_a_time() -> None:
    session, made = FakeSession(), writer(MemoryAudit())
    ticket = await made.intend(session, session.item, Request(60.0))
    assert made.busy(session.id, "Pump.Speed")
    with pytest.raises(GatewayError, match=r"another write of Pump\.Speed is on its way"):
        await made.intend(session, session.item, Request(61.0))
    await ticket.end(Result.REJECTED, "")
    await (await made.intend(session, session.item, Request(61.0))).end(Result.NOT_SENT, "")


@pytest.mark.clause("R11")
@pytest.mark.parametrize("whole", [True, False])
async def test_read_only_is_kept_where_writes_go_out(whole: bool) -> None:
    audit, session = MemoryAudit(), FakeSession()
    made = writer(audit)
    ticket = await made.intend(session, session.item, Request(60.0))
    made.read_only.whole = whole
    made.read_only.sessions = frozenset() if whole else frozenset({"Plant"})
    with pytest.raises(GatewayError, match="is read-only: nothing is written") as refused:
        await ticket.send()
    assert refused.value.code == ErrorCode.PERMISSION_DENIED
    await ticket.end(Result.NOT_SENT, "read-only")
    with pytest.raises(GatewayError, match="is read-only"):
        await made.intend(session, session.item, Request(60.0))
    assert not session.commands
    assert len(audit.intents) == 1
    if not whole:
        assert not made.read_only.reason("This computer")


@pytest.mark.clause("R10", "R12")
async def test_a_write_that_is_cancelled_while_it_is_recorded_is_recorded_as_not_sent() -> None:
    audit, session = Slow(), FakeSession()
    made = writer(audit)
    waiting = asyncio.ensure_future(made.intend(session, session.item, Request(60.0)))
    await settle()
    waiting.cancel()
    await settle()
    assert waiting.cancelled()
    audit.gate.set()
    await settle()
    assert isinstance(audit.entries[1], Completion)
    assert audit.entries[1].result is Result.NOT_SENT
    assert not session.commands
    assert not made.busy(session.id, "Pump.Speed")


@pytest.mark.clause("R10")
async def test_an_end_is_recorded_even_if_nobody_waits_for_it_any_more() -> None:
    audit, session = Slow(), FakeSession()
    audit.gate.set()
    made = writer(audit)
    ticket = await made.intend(session, session.item, Request(60.0))
    audit.gate.clear()
    ending = asyncio.ensure_future(ticket.end(Result.NO_ANSWER, "closed"))
    await settle()
    ending.cancel()
    await settle()
    audit.gate.set()
    await settle()
    assert len(audit.entries) == 2
    assert not made.busy(session.id, "Pump.Speed")
