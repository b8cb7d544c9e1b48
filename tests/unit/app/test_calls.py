"""Typed calls: payloads, errors in words, empty lists, timeouts."""

from __future__ import annotations

from typing import Any

import pytest

from app import commands as c
from app.commands import Command, ItemRow, ItemRows, ProtocolStatus, ReadRow, ReadRows, Reply, WriteRow, WriteRows
from app.errors import ErrorCode, GatewayError, ProtocolViolation
from app.sessions import calls
from app.sessions.session import Session
from app.values import Timestamp, failed
from tests.helpers.sessions import Desk


class Desked:
    """A ready session whose worker answers what a test says."""

    def __init__(self) -> None:
        self.desk = Desk()
        self.asked: list[Command] = []
        self.reply = Reply()

    async def __aenter__(self) -> Desked:
        await self.desk.ready()

        def answer(command: Command) -> Reply:
            self.asked.append(command)
            return self.reply

        self.desk.client.answer = answer
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.desk.session.close()

    @property
    def session(self) -> Session:
        return self.desk.session


@pytest.mark.clause("S9.5")
@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply(ProtocolStatus.MX_ACCESS_FAILURE, "the message", "the diagnostic"), "the message"),
        (Reply(ProtocolStatus.MX_ACCESS_FAILURE, "", "the diagnostic"), "the diagnostic"),
        (Reply(ProtocolStatus.UNSUPPORTED), "AddItemBulk failed: Unsupported"),
    ],
)
async def test_a_bad_status_raises_with_its_words(reply: Reply, words: str) -> None:
    async with Desked() as desk:
        desk.reply = reply
        with pytest.raises(GatewayError) as refused:
            await calls.add_items(desk.session, 1, ["a"])
        assert refused.value.fault.message == words


@pytest.mark.clause("S9.5", "S7.4")
async def test_what_the_backend_knows_goes_with_the_error() -> None:
    async with Desked() as desk:
        desk.reply = Reply(ProtocolStatus.MX_ACCESS_FAILURE, "", "no", -2147024809, (failed(1008),))
        with pytest.raises(GatewayError) as refused:
            await calls.write(desk.session, 1, 1, 5)
        details = refused.value.fault.details
        assert details["hresult"] == "0x80070057"
        assert "write access denied" in details["statuses"]


@pytest.mark.clause("S9.5")
async def test_a_reply_without_payload_is_a_violation() -> None:
    async with Desked() as desk:
        for call in (
            lambda: calls.register(desk.session, "x"),
            lambda: calls.add_items(desk.session, 1, ["a"]),
            lambda: calls.read(desk.session, 1, ["a"]),
            lambda: calls.write_many(desk.session, 1, [c.WriteEntry(1, 2)]),
            lambda: calls.browse(desk.session),
        ):
            with pytest.raises(ProtocolViolation, match="has no"):
                await call()


@pytest.mark.clause("S9.5", "S9.2")
async def test_an_empty_list_answers_empty_without_asking() -> None:
    async with Desked() as desk:
        session = desk.session
        for call in (
            lambda: calls.add_items(session, 1, []),
            lambda: calls.remove_items(session, 1, []),
            lambda: calls.advise_items(session, 1, []),
            lambda: calls.unadvise_items(session, 1, []),
            lambda: calls.subscribe(session, 1, []),
            lambda: calls.unsubscribe(session, 1, []),
            lambda: calls.read(session, 1, []),
            lambda: calls.write_many(session, 1, []),
        ):
            assert await call() == ()
        assert desk.asked == []


@pytest.mark.clause("S9.1", "S9.2")
async def test_bulks_are_one_round_trip_with_a_row_each() -> None:
    async with Desked() as desk:
        made = (ItemRow(True, 1, "a"), ItemRow(False, 0, "b", "no such tag"))
        desk.reply = Reply(payload=ItemRows(made))
        assert await calls.subscribe(desk.session, 1, ["a", "b"]) == made
        desk.reply = Reply(payload=WriteRows((WriteRow(True, 1), WriteRow(False, 2, "busy"))))
        entries = [c.WriteEntry(1, 5), c.WriteEntry(2, 6)]
        for timed, secured, kind in [
            (False, False, c.WriteBulk),
            (True, False, c.Write2Bulk),
            (False, True, c.WriteSecuredBulk),
            (True, True, c.WriteSecured2Bulk),
        ]:
            result = await calls.write_many(desk.session, 1, entries, timed=timed, secured=secured)
            assert [row.success for row in result] == [True, False]
            assert desk.asked[-1] == kind(1, tuple(entries))
        assert len(desk.asked) == 5


@pytest.mark.clause("S9.4")
@pytest.mark.parametrize(
    ("seconds", "milliseconds"),
    [(0, 0), (-1, 0), (float("nan"), 0), (0.0001, 1), (1.5, 1500), (1e12, 2**32 - 1), (float("inf"), 2**32 - 1)],
)
async def test_read_timeouts(seconds: float, milliseconds: int) -> None:
    async with Desked() as desk:
        desk.reply = Reply(payload=ReadRows((ReadRow(True, "a", 1),)))
        await calls.read(desk.session, 1, ["a"], seconds)
        assert desk.asked[-1] == c.ReadBulk(1, ("a",), milliseconds)


@pytest.mark.clause("S7.3")
async def test_each_call_is_its_command() -> None:
    async with Desked() as desk:
        session = desk.session
        moment = Timestamp(5)
        expected: list[tuple[Any, Command, Any]] = [
            (lambda: calls.unregister(session, 1), c.Unregister(1), None),
            (lambda: calls.add_item(session, 1, "a"), c.AddItem(1, "a"), c.Handle(4)),
            (lambda: calls.add_item(session, 1, "a", "ctx"), c.AddItem2(1, "a", "ctx"), c.Handle(4)),
            (lambda: calls.write(session, 1, 2, 3), c.Write(1, 2, 3, 0), None),
            (lambda: calls.write(session, 1, 2, 3, moment), c.Write2(1, 2, 3, moment, 0), None),
            (lambda: calls.write_secured(session, 1, 2, 3, 11, 12), c.WriteSecured(1, 2, 3, 11, 12), None),
            (
                lambda: calls.write_secured(session, 1, 2, 3, 11, 12, moment),
                c.WriteSecured2(1, 2, 3, moment, 11, 12),
                None,
            ),
            (lambda: calls.authenticate(session, 1, "u", "p"), c.AuthenticateUser(1, "u", "p"), c.Handle(11)),
            (lambda: calls.properties(session, "a"), c.Properties("a"), c.TagProperties(())),
            (lambda: calls.browse(session, "n", "2", 9), c.Browse("n", "2", 9), c.BrowsePage(())),
            (lambda: calls.history(session, c.HistoryRead("a", 1, 2)), c.HistoryRead("a", 1, 2), c.HistoryPage()),
            (lambda: calls.ping(session, "x"), c.Ping("x"), c.Pong("x", 1)),
        ]
        for call, command, payload in expected:
            desk.reply = Reply(payload=payload)
            await call()
            assert desk.asked[-1] == command


@pytest.mark.clause("H1")
async def test_pages_without_an_end_are_not_followed_for_ever() -> None:
    async with Desked() as desk:
        session, desk.reply = desk.session, Reply(payload=c.HistoryPage(next_page="again"))
        pages = calls.history_pages(session, c.HistoryRead("a", 1, 2), 100)
        with pytest.raises(GatewayError, match="the history of a has no end"):
            [page async for page in pages]


def test_codes_of_statuses() -> None:
    with pytest.raises(GatewayError) as refused:
        calls.checked(c.Ping(), Reply(ProtocolStatus.INVALID_REQUEST, "bad handle"))
    assert refused.value.code == ErrorCode.INVALID_ARGUMENT
