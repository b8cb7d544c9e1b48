"""What sessions tell becomes banners, and Retry now reaches the worker, the source, or opens the session again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QDialog

from app import commands as c
from app.commands import ProtocolStatus, Reply
from app.sessions.state import SessionState
from app.values import Fault
from app.wire.bodies import SourceState
from app.workers.contract import StartStep
from tests.helpers.engine import until
from tests.helpers.plant_window import ScriptedWindow, scripted_window
from ui.forms.details import DetailsDialog


@pytest.fixture
async def made(qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ScriptedWindow]:
    async with scripted_window(qapp, tmp_path, monkeypatch) as window:
        await window.ready()
        yield window


def banner(made: ScriptedWindow) -> str:
    made.application.feed.flush()
    return "".join(made.window.banners.shown().values())


def lose(made: ScriptedWindow, reason: str, next_s: float = 60.0) -> None:
    made.client.tell_source(SourceState(False, reason, 1, made.application.desk.clock.utc_ns() + round(next_s * 1e9)))


@pytest.mark.clause("D1", "D5")
async def test_a_lost_source_is_told_by_its_cause_and_since_the_first_loss(made: ScriptedWindow) -> None:
    lose(made, "cable")
    words = banner(made)
    assert words.startswith("✕ Plant: the source is lost: cable, since ")
    assert "next attempt in " in words
    before = made.window.banners.trouble(made.session.id)
    lose(made, "still no cable")
    assert "still no cable" in banner(made)
    after = made.window.banners.trouble(made.session.id)
    assert before is not None
    assert after is not None
    assert before.since_ns == after.since_ns
    made.client.tell_source(SourceState(True, "", 1, restored=2, items=2))
    assert banner(made) == ""
    assert not [dialog for dialog in made.window.findChildren(QDialog) if dialog.isVisible()]


@pytest.mark.clause("D1", "D2")
async def test_retry_asks_the_worker_for_an_attempt_now_once(made: ScriptedWindow) -> None:
    lose(made, "cable")
    banner(made)
    made.client.invoke_gate.close()
    for _ in range(5):
        made.application.troubles.retry(made.session.id)
    await until(lambda: made.client.commands and made.client.commands[-1] == c.Reconnect(), "the command")
    made.client.invoke_gate.open()
    await until(lambda: not made.application.troubles._retrying, "the end of it")
    assert made.client.commands.count(c.Reconnect()) == 1


@pytest.mark.clause("D1")
async def test_a_source_that_knows_no_attempts_says_so(made: ScriptedWindow) -> None:
    lose(made, "cable")
    banner(made)
    made.client.answer = lambda command: Reply(ProtocolStatus.UNSUPPORTED, "this source has no Reconnect")
    made.application.troubles.retry(made.session.id)
    await until(lambda: "no Reconnect" in made.window.statusBar().currentMessage(), "the words")


@pytest.mark.clause("D1", "S11.8")
async def test_a_dead_worker_counts_its_attempts_and_retry_does_not_wait(made: ScriptedWindow) -> None:
    session = made.session
    gate = made.launcher.gates[StartStep.STARTING_WORKER]
    gate.close()
    made.client.fault(message="the worker was ended by SIGKILL")
    await until(lambda: "attempt 1 in " in banner(made), "the banner")
    assert "the worker was ended by SIGKILL" in banner(made)
    assert gate.waiting == 0, "it waits a second before that"
    made.application.troubles.retry(session.id)
    await until(
        lambda: gate.waiting,
        "the next worker",
    )
    gate.open()
    await until(lambda: session.state is SessionState.READY, "the new worker")
    assert banner(made) == ""


@pytest.mark.clause("D1")
async def test_a_session_that_gave_up_is_opened_again(made: ScriptedWindow) -> None:
    old = made.session
    old._lost(Fault("WorkerUnresponsive", "the worker says nothing"))
    await until(lambda: made.window.banners.shown() or made.application.feed.flush(), "the banner")
    await until(lambda: (t := made.window.banners.trouble(old.id)) is not None and t.ended, "the end")
    made.application.troubles.retry(old.id)
    await until(
        lambda: (
            (now := made.application.desk.session_named("Plant")) is not None
            and now.id != old.id
            and now.state is SessionState.READY
        ),
        "the session again",
    )
    made.application.feed.flush()
    assert made.window.banners.shown() == {}


@pytest.mark.clause("D1")
async def test_details_choose_the_session_and_list_what_is_known(made: ScriptedWindow) -> None:
    lose(made, "cable")
    banner(made)
    made.window.banners.details_wanted.emit(made.session.id)
    (details,) = made.window.findChildren(DetailsDialog)
    fields = dict(details._fields)
    assert fields["Cause"] == "the source is lost: cable"
    assert fields["Session"] == "Plant"
    current = made.window.sessions.current()
    assert current is not None
    assert current.id == made.session.id


def _fault():
    from app.values import Fault

    return Fault("WorkerUnresponsive", "the worker says nothing")
