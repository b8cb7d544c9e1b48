"""``just screenshots``: the window, every pane and the forms, light and dark, from the running program with live data,
into docs/images."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

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
_LIVE_S = 40.0  # so much of a trend is worth a look


def main() -> int:
    if (fonts := Path("/usr/share/fonts/truetype/dejavu")).is_dir():
        os.environ.setdefault("QT_QPA_FONTDIR", str(fonts))
    with tempfile.TemporaryDirectory() as directory:
        os.environ["TAGWATCH_CONFIG_DIR"] = directory
        screen = Path(directory) / "screen.json"
        screen.write_text(json.dumps({"screens": [_SCREEN]}), encoding="utf-8")
        os.environ["QT_QPA_PLATFORM"] = f"offscreen:configfile={screen}"
        from ui.loop import FastQEventLoop

        qt = QApplication(sys.argv[:1])
        qt.setQuitOnLastWindowClosed(False)
        with FastQEventLoop(qt) as loop:
            loop.run_until_complete(_pictures(qt))
    return 0


async def _pictures(qt: QApplication) -> None:
    from app.config import Settings
    from ui.application import Application
    from ui.theme import Mode

    application = Application(qt, Settings())
    window = application.window
    await application.start()
    await asyncio.sleep(_LIVE_S)
    for mode in (Mode.LIGHT, Mode.DARK):
        application.set_mode(mode)
        await asyncio.sleep(1.0)
        _save(window, f"window-{mode.value}")
        for dock in window.panes():
            hidden = not dock.isVisible()
            window.show_pane(dock.objectName())
            await asyncio.sleep(0.5)
            _save(dock, f"{dock.objectName()}-{mode.value}")
            dock.setVisible(not hidden)
        window.show_pane("log")
        _save(window.centralWidget(), f"trend-{mode.value}")
        for name, show in _forms(application):
            show()
            await asyncio.sleep(1.0)
            for dialog in window.findChildren(QDialog):
                if dialog.isVisible():
                    _save(dialog, f"{name}-{mode.value}")
                    dialog.reject()
            await asyncio.sleep(0.2)
    await application.stop()


def _forms(application: object) -> list[tuple[str, Callable[[], object]]]:
    from ui.application import Application

    assert isinstance(application, Application)
    return [
        ("write", lambda: application.writing.write("Reactor.SP")),
        ("connect", application.window.open_opcua_wanted.emit),
        ("help", lambda: application.help.show("trends")),
    ]


def _save(widget: QWidget, name: str) -> None:
    if not widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB888).save(str(FOLDER / f"{name}.png")):
        raise OSError(f"{name}.png could not be written to {FOLDER}")


if __name__ == "__main__":
    sys.exit(main())
