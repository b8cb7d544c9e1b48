"""``just screenshots``: the window, every pane and the forms, light and dark, from the running program with live data,
into docs/images; some in high contrast, one at 150 %, one in German.

``--language de --into FOLDER`` takes those of a language, to look at where words have no room."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QDialog, QWidget

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "images"
_SCREEN = {
    "name": "desk",
    "x": 0,
    "y": 0,
    "width": 1600,
    "height": 1000,
    "logicalDpi": 96,
    "logicalBaseDpi": 96,
    "dpr": 1,
}
_LIVE_S = 65.0  # so much of a trend is worth a look, and the start is no longer among the stalls of the last minute
_REPLAY_S = 20.0
#: Written by hand beforehand, for the record of writes: tag, by how much more than now, comment.
_WRITES = (
    ("Reactor.SP", 1.5, "warmer for the next batch"),
    ("Boiler.SP", -0.5, ""),
    ("Tank101.Level", 1.0, "trial of a tag that takes no writes"),
)
_BULK = "tag\tvalue\nReactor.SP\t84.5\nBoiler.SP\t6.2\nValve101.Command\t1\nPump101.Flow\t12\nTank999.Level\t1.5"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--language", default="")
    parser.add_argument("--into", type=Path, default=FOLDER)
    parser.add_argument("--only", default="", help="the window alone, under this name")
    wanted = parser.parse_args()
    wanted.into.mkdir(parents=True, exist_ok=True)
    _take(wanted.language or "en", wanted.into, wanted.only)
    if not wanted.language:
        for name, language, scale in (("window-150", "en", "1.5"), ("window-german", "de", "1")):
            again = [sys.executable, "-m", "tests.helpers.screenshots", "--only", name, "--language", language]
            environment = {**os.environ, "QT_SCALE_FACTOR": scale}
            subprocess.run([*again, "--into", str(wanted.into)], check=True, env=environment)
    return 0


def _take(language: str, folder: Path, only: str) -> None:
    if (fonts := Path("/usr/share/fonts/truetype/dejavu")).is_dir():
        os.environ.setdefault("QT_QPA_FONTDIR", str(fonts))
    with tempfile.TemporaryDirectory() as directory:
        os.environ["TAGWATCH_CONFIG_DIR"] = directory
        screen = Path(directory) / "screen.json"
        screen.write_text(json.dumps({"screens": [_SCREEN]}), encoding="utf-8")
        os.environ["QT_QPA_PLATFORM"] = f"offscreen:configfile={screen}"
        from ui.i18n import install
        from ui.loop import FastQEventLoop

        qt = QApplication(sys.argv[:1])
        qt.setQuitOnLastWindowClosed(False)
        install(qt, language)
        with FastQEventLoop(qt) as loop:
            loop.run_until_complete(_pictures(qt, folder, only))


async def _pictures(qt: QApplication, folder: Path, only: str) -> None:
    from app.config import Settings
    from ui.application import Application
    from ui.theme import Mode

    application = Application(qt, Settings())
    window = application.window
    application.set_mode(Mode.LIGHT)
    await application.start()
    await asyncio.sleep(5.0)
    for tag, more, comment in _WRITES:
        await _write(application, tag, more, comment)
    _watch_limits(application)
    await asyncio.sleep(_LIVE_S)
    if only:
        _save(window, folder / f"{only}.png")
        await application.stop()
        return
    for mode in (Mode.LIGHT, Mode.DARK, Mode.CONTRAST):
        if mode is not Mode.LIGHT:  # which it has had from the start: to change it is a stall of its own
            application.set_mode(mode)
        await asyncio.sleep(1.0)
        _save(window, folder / f"window-{mode.value}.png")
        for dock in window.panes():
            if mode is Mode.CONTRAST and dock.objectName() not in ("watch", "log"):
                continue
            hidden = not dock.isVisible()
            window.show_pane(dock.objectName())
            await asyncio.sleep(1.0)
            _save(dock, folder / f"{dock.objectName()}-{mode.value}.png")
            dock.setVisible(not hidden)
        window.show_pane("log")
        _save(window.centralWidget(), folder / f"trend-{mode.value}.png")
        if mode is not Mode.CONTRAST:
            await _forms(application, folder, mode.value)
            await _journal(application, folder, mode.value)
    await _replay(application, folder)
    await application.stop()


async def _journal(application: Any, folder: Path, mode: str) -> None:
    window = application.window
    window.log.show_journal(True)
    await asyncio.sleep(2.0)
    _save(window.pane("log"), folder / f"journal-{mode}.png")
    window.log.show_journal(False)


async def _replay(application: Any, folder: Path) -> None:
    """The sample recording, with its bar over a trend of its own: last, for nothing after it is the plant's alone."""
    from ui.forms.recording import RecordingForm
    from ui.theme import Mode

    window = application.window
    application.replay.choose()
    form = next(form for form in window.findChildren(RecordingForm) if form.isVisible())
    await application.replay.play_sample(form)
    await asyncio.sleep(2.0)
    session = next(session for session in application.runtime.manager.list() if session.replayed)
    window.trends.plant("Replay")
    for tag in ("CPU.Total", "CPU.Load1"):
        await application.trends.add_pen(session, tag)
    application.replay.bars()[0].speed_wanted.emit(8.0)
    await asyncio.sleep(_REPLAY_S)
    for mode in (Mode.LIGHT, Mode.DARK):
        application.set_mode(mode)
        await asyncio.sleep(1.0)
        _save(window.centralWidget(), folder / f"replay-{mode.value}.png")


async def _forms(application: Any, folder: Path, mode: str) -> None:
    from ui.tagref import TagRef

    window = application.window
    shown: list[tuple[str, Callable[[], object]]] = [
        ("write", lambda: application.writing.write("Reactor.SP")),
        ("bulk", lambda: application.bulk.open().take_text(_BULK)),
        ("limits", lambda: application.alarms.edit([TagRef("Simulated plant", "Tank101.Level")])),
        ("connect", window.open_opcua_wanted.emit),
        ("remote", lambda: _remote(application)),
        ("keys", lambda: _keys(application)),
        ("new-key", lambda: _new_key(application)),
        ("sources", application.manager.show),
        ("statistics", lambda: application.trends._records.show_statistics(window.trend)),
        ("help", lambda: application.help.show("trends")),
    ]
    for name, show in shown:
        show()
        await asyncio.sleep(2.0)
        dialogs = [dialog for dialog in window.findChildren(QDialog) if dialog.isVisible()]
        _save(dialogs[-1], folder / f"{name}-{mode}.png")  # what asks stands behind the form that it belongs to
        for dialog in reversed(dialogs):
            dialog.reject()
        await asyncio.sleep(0.2)


def _remote(application: Any) -> None:
    """Filled in, and looked at."""
    from ui.forms.connect import ConnectForm

    application.window.open_gateway_wanted.emit()

    def fill() -> None:
        form = application.window.findChildren(ConnectForm)[-1]
        form._rows.address.setCurrentText("plant-gw.example:50571")
        form._rows.wanted.setText("Plant")
        form._rows.password.setText("a key would stand here")
        form._rows.ca.setText("plant-gw.pem")

    QTimer.singleShot(500, fill)  # it is there with a later turn of the loop


def _keys(application: Any) -> None:
    """Those of a few programs, one of them revoked."""
    from app.access import key_file, pepper
    from app.access.keys import Constraints, KeySpec
    from app.access.scopes import READING, Scope

    settings = application.desk.runtime.settings
    if not key_file.of(settings).exists():
        now = application.desk.clock.utc_ns()
        writing = READING | {Scope.INVOKE_WRITE}
        limits = Constraints(sources=("Simulated plant",), read=("Tank101", "Reactor"), write=("Tank101",))
        specs = (
            KeySpec("Display of line 4", READING, Constraints(sources=("Simulated plant",)), calls_per_s=20.0),
            KeySpec("Recipe loader", writing, limits, expires_ns=now + 90 * 86_400 * 10**9),
            KeySpec("Shift report", frozenset((Scope.RECORDS_READ, Scope.METADATA_READ))),
            KeySpec("Trial of last year", writing),
        )
        with key_file.opened(key_file.of(settings), pepper.of(settings), make=True) as file:
            ids = [
                file.create(spec, now - (4 - i) * 86_400 * 10**9, "anna @ panel-7").id for i, spec in enumerate(specs)
            ]
            file.revoke(ids[-1], now, "anna @ panel-7")
            file.used({ids[0]: now - 10**9, ids[2]: now - 7 * 3600 * 10**9})
    application.keys.show()


def _new_key(application: Any) -> None:
    from ui.forms.new_key import NewKeyForm

    _keys(application)
    application.keys.form.new_wanted.emit()

    def fill() -> None:
        form = application.keys.form.findChildren(NewKeyForm)[-1]
        form._name.setText("Display of line 5")
        form._patterns["sources"].setPlainText("Simulated plant")

    QTimer.singleShot(500, fill)


def _watch_limits(application: Any) -> None:
    """Two that are passed already, one that is not."""
    from app.alarms.limits import Condition, Limit, Priority, TagLimits
    from ui.tagref import TagRef

    level = Limit(Condition.HIGH, 50.0, priority=Priority.HIGH, deadband=1.0)
    high = Limit(Condition.HIGH_HIGH, 95.0, priority=Priority.URGENT)
    quality = Limit(Condition.QUALITY, priority=Priority.MEDIUM)
    of = {"Tank101.Level": (level, high), "Sample.Quality": (quality,), "Tank302.Level": (level,)}
    limits = {TagRef("Simulated plant", tag): TagLimits(found) for tag, found in of.items()}
    application.alarms.set_limits(limits)


async def _write(application: Any, tag: str, more: float, comment: str) -> None:
    """As an operator does it, in the form."""
    from ui.forms.write import WriteForm

    session = application.desk.session_named("Simulated plant")
    await application.writing.open_form(session, tag)
    form = application.window.findChildren(WriteForm)[-1]
    await asyncio.sleep(0.5)
    form._take_current()
    form._value.take(form._live_value() + more)
    form._comment.setText(comment)
    for _ in range(2):  # a second time where it asks
        form._pressed()
        await asyncio.sleep(1.5)
    form.reject()
    await asyncio.sleep(0.1)


def _save(widget: QWidget, path: Path) -> None:
    if not widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB888).save(str(path)):
        raise OSError(f"{path} could not be written")


if __name__ == "__main__":
    sys.exit(main())
