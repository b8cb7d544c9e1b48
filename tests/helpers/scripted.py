"""The window on a scripted engine: an application whose workers a test steers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication

from app import commands as c
from app.commands import BrowseNode, BrowsePage, Command, Property, Reply, TagProperties
from app.config import Settings
from app.runtime import Runtime
from tests.helpers.engine import until
from tests.helpers.worker import SteeredClient, SteeredLauncher, default_answer
from ui import application as applications
from ui.application import Application

FIRST = (
    ("sim", "Simulated plant", ("Tank.Level", "Pump.Flow"), ("Tank.Level",)),
    ("host", "This computer", ("CPU.Total",), ("CPU.Total",)),
)
ABOUT = TagProperties((Property("data_type", "Double"), Property("unit", "bar"), Property("decimals", 2)))


def answer(command: Command) -> Reply:
    """What the scripted workers say: a folder and a tag to browse, and a unit for every tag."""
    match command:
        case c.Browse(node=""):
            return Reply(
                payload=BrowsePage((BrowseNode("area", "Area", has_children=True), BrowseNode("t", "t", True)))
            )
        case c.Browse():
            return Reply(payload=BrowsePage(()))
        case c.Properties():
            return Reply(payload=ABOUT)
        case _:
            return default_answer(command)


class Scripted:
    """An application whose workers a test steers."""

    def __init__(self, qt: QApplication, launcher: SteeredLauncher) -> None:
        self.launcher = launcher
        self.application = Application(qt, Settings(detach_grace_s=0.0), FIRST)
        self.window = self.application.window

    async def ready(self) -> None:
        await self.application.start()
        await until(lambda: len(self.launcher.clients) == len(FIRST), "the workers")
        await until(lambda: len(self.window.trend.pens()) == 2, "the pens")
        await until(lambda: self.application.items_model.space.children, "the name space")

    def choose(self, tag: str) -> None:
        """Put the cursor of the items on a registered tag, or on the name space."""
        model = self.application.items_model
        node = model.space
        if tag:
            (node,) = [node for node in model.registered.children[0].children if node.tag == tag]
        self.window.items.setCurrentIndex(model.index_of(node))

    def action(self, words: str) -> QAction:
        (found,) = [action for action in self.window.findChildren(QAction) if action.text() == words]
        return found

    def status(self, name: str) -> str:
        return self.window._status[name].text()


@pytest.fixture
async def scripted(qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Scripted]:
    monkeypatch.setenv("TAGWATCH_CONFIG_DIR", str(tmp_path))
    launcher = SteeredLauncher()

    def script(client: SteeredClient) -> None:
        client.answer = answer

    launcher.made = script
    monkeypatch.setattr(applications, "Runtime", partial(Runtime, launcher=launcher))
    made = Scripted(qapp, launcher)
    yield made
    await made.application.stop()
    made.window.deleteLater()
