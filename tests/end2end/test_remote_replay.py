"""A recording that another Tagwatch plays: driven through the API, by its client and by the bar of a far window."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.client import Client, ClientOptions
from app.config import Settings
from app.errors import GatewayError
from app.sessions.manager import OpenRequest
from app.values import Timestamp
from tests.helpers.engine import QUICK, subscribed, until
from tests.helpers.serving import Served
from ui.application import Application
from ui.models.sessions import state_words

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

S = 1_000_000_000
T0 = 1_700_000_000 * S


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    made = Served(tmp_path / "there", {"plant": {"first_data_ms": 10}}, {})
    rows = "\n".join(f"{1_700_000_000 + at},{at}.5" for at in range(3_600))
    (tmp_path / "tuesday.csv").write_text(f"time,Level\n{rows}\n", encoding="utf-8")
    workspace = made.place / "plant.tagwatch"
    content = json.loads(workspace.read_text(encoding="utf-8"))
    options = {"file": str(tmp_path / "tuesday.csv"), "loop": True}
    content["sources"]["sources"].append(
        {"name": "tuesday", "backend": "replay", "options": options, "open_at_start": False}
    )
    workspace.write_text(json.dumps(content), encoding="utf-8")
    made.start()
    yield made
    made.stop()


@pytest.fixture
async def application(served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Application]:
    monkeypatch.setenv("TAGWATCH_CONFIG_DIR", str(tmp_path / "here"))
    qt = QApplication.instance()
    assert isinstance(qt, QApplication)
    made = Application(qt, Settings(**QUICK), ())
    await made.start()
    yield made
    await made.stop()
    made.window.deleteLater()


@pytest.mark.clause("P2", "P4", "C4")
async def test_a_replay_far_away_has_its_bar_here(served: Served, application: Application) -> None:
    options = served.options(source="tuesday")
    session = await application.sessions.open(OpenRequest("gateway", options, name="tuesday", keep_alive=True))
    assert session is not None
    assert session.replayed
    bar = await until(lambda: next(iter(application.replay.bars()), None), "the bar")
    row = next(row for row in application.sessions_model.rows() if row.id == session.id)
    await until(lambda: state_words(row) == "replay", "the words of the tree")
    keys = await subscribed(session, "Level", "Replay.Position", "Replay.Playing", "Replay.Speed")
    await until(lambda: bar.play.text() == "Pause", "its state")
    QTest.mouseClick(bar.play, Qt.MouseButton.LeftButton)
    await until(lambda: bar.play.text() == "Play", "the pause")
    bar.seek_wanted.emit(T0 + 600 * S)
    await until(lambda: (s := session.items.sample(keys["Level"])) and s.value == 600.5, "the value there")
    async with Client(ClientOptions(address=served.address, key=served.key)) as direct:
        there = await direct.find("tuesday")
        await there.playback(position_ns=T0 + 900 * S, speed=16.0)
        await until(lambda: (s := session.items.sample(keys["Level"])) and s.value == 900.5, "the place of another")
        await until(lambda: bar.speed.currentText() == "16 ×", "the speed of another")
        with pytest.raises(GatewayError, match="is not in the recording"):
            await there.playback(position_ns=0)
        plant = await direct.open("plant")
        with pytest.raises(GatewayError, match="has no Playback") as refused:
            await plant.playback(playing=True)
        assert "status" in refused.value.fault.details
        await plant.close()
    position = session.items.sample(keys["Replay.Position"])
    assert position is not None
    assert position.value == Timestamp(T0 + 900 * S)
    QTest.mouseClick(bar.away, Qt.MouseButton.LeftButton)
    await until(lambda: not application.replay.bars(), "the end of the bar")
