"""The real window on another Tagwatch: connected by the dialog, kept in the workspace, over a server that is killed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.config import Settings
from app.sessions import calls
from tests.helpers.engine import QUICK, changes, subscribed, until
from tests.helpers.serving import Served, serving
from ui.application import Application
from ui.forms.connect import ConnectForm

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with serving(tmp_path / "there") as made:
        yield made


@pytest.fixture
async def application(served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Application]:
    monkeypatch.setenv("TAGWATCH_CONFIG_DIR", str(tmp_path / "here"))
    qt = QApplication.instance()
    assert isinstance(qt, QApplication)
    made = Application(qt, Settings(**QUICK))
    await made.start()
    yield made
    await made.stop()
    made.window.deleteLater()


@pytest.mark.clause("C5")
async def test_the_window_attaches_to_another_tagwatch(application: Application, served: Served) -> None:
    application.sources.connect_gateway()
    form: ConnectForm = await until(lambda: application.window.findChild(ConnectForm), "the dialog")
    rows = form._rows
    form._address.setEditText(served.address)
    rows.wanted.setText("elsewhere")  # type: ignore[union-attr]
    form._password.setText(served.key)
    QTest.mouseClick(form._connect, Qt.MouseButton.LeftButton)
    await until(lambda: "no saved source named elsewhere" in form._words.text(), "the refusal in words")
    rows.wanted.setText("plant")  # type: ignore[union-attr]
    QTest.mouseClick(form._connect, Qt.MouseButton.LeftButton)
    session = await until(lambda: application.desk.session_named("plant"), "the session")
    await until(lambda: application.desk.saved.find("plant"), "the source")
    source = application.desk.saved.find("plant")
    assert source is not None
    assert (source.backend, source.address, source.user) == ("gateway", served.address, served.key_id)
    assert served.key not in repr(application.sources.state())
    assert form._password.text() == ""
    keys = await subscribed(session, "Reactor.Conversion", "Sample.Integer")
    await changes(session, keys["Reactor.Conversion"], 1)

    served.kill()
    banners = application.window.banners
    await until(lambda: banners.shown().get(session.id), "the banner")
    served.start()
    await calls.reconnect(session)
    await until(lambda: session.id not in banners.shown(), "the banner gone again", 60)
    await changes(session, keys["Reactor.Conversion"], 1)
    await until(lambda: session.items.sample(keys["Sample.Integer"]).quality == 192, "a good value")
    await application.runtime.manager.close(session.id, "test")
