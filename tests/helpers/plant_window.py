"""The window on workers that a test steers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from app import commands as c
from app.batch import Event, EventBatch
from app.commands import BrowsePage, Command, ItemRow, ItemRows, Property, Reply, TagProperties
from app.config import Settings
from app.runtime import Runtime
from app.sessions.session import Session
from app.values import QUALITY_GOOD, EventKind, Value
from tests.helpers.engine import until
from tests.helpers.worker import SteeredClient, SteeredLauncher, default_answer
from ui import application as applications
from ui.application import Application, First

FIRST: tuple[First, ...] = (("sim", "Plant", ("Tank.Level", "Pump.Flow"), ("Tank.Level",)),)
ABOUT = TagProperties((Property("data_type", "Double"), Property("unit", "bar"), Property("decimals", 2)))


class Answers:
    """An empty name space, a unit for every tag, and a handle of its own for each."""

    def __init__(self) -> None:
        self._handles: dict[str, int] = {}

    def __call__(self, command: Command) -> Reply:
        match command:
            case c.Browse():
                return Reply(payload=BrowsePage(()))
            case c.Properties():
                return Reply(payload=ABOUT)
            case c.SubscribeBulk():
                rows = [
                    ItemRow(True, self._handles.setdefault(tag, len(self._handles) + 1), tag) for tag in command.tags
                ]
                return Reply(payload=ItemRows(tuple(rows)))
            case _:
                return default_answer(command)


class ScriptedWindow:
    """An application whose events a test makes; each :meth:`send` is a frame of its own."""

    def __init__(self, application: Application, launcher: SteeredLauncher) -> None:
        self.application = application
        self.launcher = launcher
        self.window = application.window
        self._sequences: dict[str, int] = {}

    @property
    def session(self) -> Session:
        return self.application.runtime.manager.list()[0]

    @property
    def client(self) -> SteeredClient:
        return self.launcher.clients[-1]

    async def ready(self) -> None:
        await self.application.start()
        tags = set(FIRST[0][2])
        await until(
            lambda: (
                self.application.runtime.manager.list()
                and {item.tag for item in self.session.items.all()} >= tags
                and self.window.trend.pens()
            ),
            "the plant",
        )

    async def send(self, tag: str, value: Value, quality: int = QUALITY_GOOD) -> None:
        """A data change, seen by every controller when this returns."""
        session = self.session
        key = next(item.key for item in session.items.all() if item.tag == tag)
        number = self._sequences[session.id] = self._sequences.get(session.id, 0) + 1
        now = self.application.desk.clock.utc_ns()
        made = EventBatch.of([Event(number, EventKind.DATA_CHANGE, key, value, quality, now, now)])
        before = self.application.feed.statistics().events
        self.client.send(made)
        await until(lambda: self.application.feed.statistics().events > before, "the event")
        self.application.feed.flush()

    def told(self, kind: str) -> list[str]:
        """The details of the event log's rows of a kind."""
        model = self.application.log_model
        cells = [[str(model.index(row, column).data()) for column in (2, 8)] for row in range(model.rowCount())]
        return [detail for row_kind, detail in cells if row_kind == kind]


@asynccontextmanager
async def scripted_window(
    qt: QApplication,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    first: Sequence[First] = FIRST,
    answering: Callable[[Command], Reply] | None = None,
) -> AsyncIterator[ScriptedWindow]:
    """Not started yet: :meth:`ScriptedWindow.ready` does that."""
    monkeypatch.setenv("TAGWATCH_CONFIG_DIR", str(tmp_path))
    launcher = SteeredLauncher()

    def script(client: SteeredClient) -> None:
        client.answer = answering or Answers()

    launcher.made = script
    monkeypatch.setattr(applications, "Runtime", partial(Runtime, launcher=launcher))
    application = Application(qt, Settings(detach_grace_s=0.0), first)
    yield ScriptedWindow(application, launcher)
    await application.stop()
    application.window.deleteLater()
