"""The log between engine, disk and other panes."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit

from app.batch import EventBatch
from app.config import JournalPolicy, Settings
from app.events.notices import Notice, NoticeKind, Severity
from app.records.journal_read import read
from app.runtime import Runtime
from app.sessions.session import Session
from tests.helpers.batches import batch
from tests.helpers.clock import settle
from tests.helpers.engine import until
from tests.helpers.worker import SteeredLauncher
from ui import application as applications
from ui.application import Application
from ui.models.log import LogModel

FIRST = (("sim", "Simulated plant", ("Tank.Level",), ()), ("host", "This computer", ("CPU.Total",), ()))


class House:
    """An application on scripted workers."""

    def __init__(self, qt: QApplication, launcher: SteeredLauncher, settings: Settings) -> None:
        self.launcher = launcher
        self.application = Application(qt, settings, FIRST)
        self.window = self.application.window
        self.log: LogModel = self.application.log_model

    async def ready(self) -> None:
        await self.application.start()
        sessions = self.application.runtime.manager
        await until(lambda: [len(s.items) for s in sessions.list()] == [1, 1], "the items")
        await until(lambda: self.application.items_model.session_id, "the items' pane")

    def session(self, backend: str = "sim") -> Session:
        return next(s for s in self.application.runtime.manager.list() if s.backend == backend)

    def send(self, made: EventBatch, backend: str = "sim") -> None:
        next(client for client in self.launcher.clients if client.spec.backend == backend).send(made)

    def row(self, words: str) -> int:
        """The newest row with these words in its detail."""
        texts = [self.log.data(self.log.index(row, 8)) or "" for row in range(self.log.rowCount())]
        return max(row for row, text in enumerate(texts) if words in text)


@pytest.fixture
async def house(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> AsyncIterator[House]:
    monkeypatch.setenv("TAGWATCH_CONFIG_DIR", str(tmp_path))
    launcher = SteeredLauncher()
    monkeypatch.setattr(applications, "Runtime", partial(Runtime, launcher=launcher))
    made = House(qapp, launcher, Settings(detach_grace_s=0.0, **getattr(request, "param", {})))
    yield made
    await made.application.stop()
    made.window.deleteLater()


@pytest.mark.clause("G4")
async def test_everything_that_the_log_shows_is_journaled_to_the_last_word(house: House, tmp_path: Path) -> None:
    await house.ready()
    key = house.session().items.all()[0].key
    house.send(batch(1, 3, key, 1.5))
    await until(lambda: house.log.rowCount() >= 6, "the log")
    house.application.desk.told("write sent", session_id=house.session().id, tag="Tank.Level", value="12")
    await house.application.stop()
    lines = list(read(tmp_path / "journal"))
    events = [line for line in lines if line.kind == "data change"]
    assert [(line.session, line.tag, line.value) for line in events] == [
        ("Simulated plant", "Tank.Level", 1.5), ("Simulated plant", "Tank.Level", 2.5),
        ("Simulated plant", "Tank.Level", 3.5),
    ]  # fmt: skip
    (action,) = [line for line in lines if line.kind == "operator" and line.detail == "write sent"]
    assert (action.session, action.tag, action.value) == ("Simulated plant", "Tank.Level", "12")
    states = [line.details["new"] for line in lines if line.kind == "state"]
    assert states[-1] == "Closed"


@pytest.mark.parametrize("house", [{"journal": JournalPolicy.OFF}], indirect=True)
async def test_the_journal_can_be_off(house: House, tmp_path: Path) -> None:
    await house.ready()
    assert not (tmp_path / "journal").exists()
    assert "Show the journal's folder" not in [action.text() for action in house.window.menu("tools").actions()]


@pytest.mark.clause("G4")
async def test_a_journal_that_fails_is_told_in_the_log(house: House) -> None:
    await house.ready()
    house.application.log._journal_failed.emit("No space left on device")
    row = house.row("No space left on device")
    assert "warning" in house.log.data(house.log.index(row, 3))
    house.application.log._journal_failed.emit("")
    assert house.row("written again") > row


@pytest.mark.clause("G1")
async def test_a_tag_that_was_removed_keeps_its_name_in_the_log(house: House) -> None:
    await house.ready()
    session = house.session()
    key = session.items.all()[0].key
    house.send(batch(1, 1, key))
    await until(lambda: [r for r in range(house.log.rowCount()) if house.log.tag(r)[1] == key], "the event")
    await house.application.desk.unwatch(session, [key])
    assert session.items.get(key) is None
    (row,) = [row for row in range(house.log.rowCount()) if house.log.tag(row)[1] == key]
    assert house.log.tag(row) == (session.id, key, "Tank.Level")


@pytest.mark.clause("G2")
async def test_from_a_row_to_its_item_in_another_session(house: House) -> None:
    await house.ready()
    host = house.session("host")
    key = host.items.all()[0].key
    house.window.sessions.choose(house.session().id)
    house.window.log.jump_wanted.emit(host.id, key, "CPU.Total")
    assert house.application.items_model.session_id == host.id
    assert house.window.items.current_tag() == "CPU.Total"
    house.window.log.jump_wanted.emit(host.id, 0, "Memory.Used")  # no item: it is looked for
    assert house.window.items_pane.searching
    house.window.log.jump_wanted.emit("gone", 0, "Memory.Used")
    assert "closed" in house.window.statusBar().currentMessage()
    acts = house.window.log.acts_of(house.session().id)
    assert acts is not None
    asked: list[str] = []
    house.window.items.properties_wanted.connect(asked.append)
    acts.properties("Tank.Level")
    assert asked == ["Tank.Level"]
    assert house.application.items_model.session_id == house.session().id
    assert house.window.log.acts_of("gone") is None


@pytest.mark.clause("G3")
async def test_the_export_writes_what_was_shown(house: House, tmp_path: Path) -> None:
    await house.ready()
    key = house.session().items.all()[0].key
    house.send(batch(1, 3, key, 1.5))
    await until(lambda: [r for r in range(house.log.rowCount()) if house.log.tag(r)[1] == key], "the event")
    house.window.log._find.setText("tag:tank")
    house.window.log._filter()
    house.window.log.export_wanted.emit()
    dialog: QFileDialog = await until(lambda: house.window.findChild(QFileDialog), "the dialog")
    target = tmp_path / "events.csv"
    line = dialog.findChild(QLineEdit, "fileNameEdit")
    assert isinstance(line, QLineEdit)
    line.setText(str(target))
    dialog.accept()
    await until(target.exists, "the file")
    await until(lambda: "3 rows are in" in house.window.statusBar().currentMessage(), "the sentence")
    with target.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["Tag"], row["Value"], row["Quality code"]) for row in rows] == [
        ("Tank.Level", "1.5", "192"), ("Tank.Level", "2.5", "192"), ("Tank.Level", "3.5", "192"),
    ]  # fmt: skip
    assert house.window.log._export.accessibleName() == "Export …"


@pytest.mark.clause("G3")
async def test_an_export_that_fails_is_said_and_closing_ends_one(house: House, tmp_path: Path) -> None:
    await house.ready()
    house.window.log.export_wanted.emit()
    dialog: QFileDialog = await until(lambda: house.window.findChild(QFileDialog), "the dialog")
    dialog.done(0)
    await until(lambda: house.application.log._export is None, "the end")
    house.window.log.export_wanted.emit()
    await settle()
    assert house.application.log._export is not None
    await house.application.stop()
    await asyncio.sleep(0)
    assert house.application.log._export is None


@pytest.mark.clause("Z3")
async def test_a_clock_that_is_off_stands_in_the_log_and_with_the_session(house: House) -> None:
    await house.ready()
    key = house.session().items.all()[0].key
    second = 1_000_000_000
    for number in range(40):
        made = batch(1 + number, 1, key)
        made.worker_times[0] = 10**18 + number * second  # type: ignore[index]
        made.source_times[0] = made.worker_times[0] + 5 * second  # type: ignore[index]
        house.send(made)
    model = house.application.sessions_model
    tip = "the source's clock is 5.0 s ahead: its times are shown as they are"
    await until(
        lambda: [n for n in range(house.log.rowCount()) if house.log.data(house.log.index(n, 2)) == "clock"], "it"
    )
    assert "5.0 s ahead" in house.log.data(house.log.index(house.row("clock"), 8))
    house.application.sessions.refresh()
    assert tip in model.data(model.index_of(house.session().id), 3)
    statistics = house.session().statistics()
    assert statistics.clock_offset_ns == 5 * second


async def test_journal_and_indexes_stand_in_the_figures(house: House) -> None:
    await house.ready()
    house.window.items_pane.look_for("tank")
    figures = house.application.diagnostics.statistics()
    assert figures["journal"]["failure"] == ""
    assert figures["journal"]["missed"] == 0
    assert figures["tag indexes"]["Simulated plant"]["state"] in ("reading", "complete")


def test_a_notice_of_the_clock_has_a_word() -> None:
    notice = Notice(NoticeKind.CLOCK, Severity.WARNING, 0, "x")
    assert str(notice.kind) == "clock"
