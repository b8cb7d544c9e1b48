"""Diagnostics: every figure of the engine and the window, live while somebody looks, and as a bundle to send."""

from __future__ import annotations

import asyncio
import datetime
import platform
import sys
from collections import deque
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import PySide6
from PySide6.QtCore import QObject, QStandardPaths, Qt, qVersion
from PySide6.QtWidgets import QFileDialog

from app.alarms.engine import AlarmEngine
from app.records.bundle import HIDDEN, plain, write_bundle
from app.records.program_log import ProgramLog, safe_traceback
from app.sessions.session import Session
from app.values import Value, iso_utc
from ui.bridge import act, answered
from ui.desk.desk import Desk
from ui.i18n import tr
from ui.lag import LagMeter
from ui.models.log import LogModel
from ui.sources import SECRETS
from ui.views.diagnostics import HISTORY_S, DiagnosticsView

_PACKAGES = ("asyncua", "grpcio", "numpy", "protobuf", "psutil", "pyqtgraph", "qasync", "PySide6-Essentials")
#: Buckets of histograms are for machines.
_BUCKETS = "_bucket{"
#: Details of a fault that are neither secrets nor values; of the others only their names are told.
_PLAIN_DETAILS = frozenset(
    {"code", "step", "exit_code", "signal", "pid", "attempt", "restored", "items", "missed", "next_attempt_ns", "limit"}
)


class DiagnosticsDesk(QObject):
    """Looks once a second, and only while the pane is seen; stalls are always kept."""

    def __init__(self, desk: Desk, lag: LagMeter, log: LogModel, alarms: AlarmEngine, program_log: ProgramLog) -> None:
        super().__init__(desk)
        self._desk = desk
        self._lag = lag
        self._program_log = program_log
        self._stalls: deque[float] = deque(maxlen=HISTORY_S)
        desk.figures |= {
            "feed": desk.feed.statistics,
            "event log": log.statistics,
            "tag book": desk.book.statistics,
            "alarms": alarms.statistics,
            "program log": program_log.statistics,
        }
        self.view = DiagnosticsView(desk.theme)
        bottom = Qt.DockWidgetArea.BottomDockWidgetArea
        desk.window.add_pane("diagnostics", tr("Diagnostics"), self.view, bottom, beside="log")
        desk.window.add_action(tr("Diagnostics"), self.show, None, "tools", "diagnostics")
        desk.window.add_action(tr("Save support bundle …"), self.ask_bundle, None, "tools", "package")
        self.view.bundle_wanted.connect(self.ask_bundle)
        desk.second.connect(self._second)
        desk.theme_changed.connect(self.view.set_theme)

    def show(self) -> None:
        self._desk.window.show_pane("diagnostics")
        self.look()

    def _second(self) -> None:
        self._stalls.append(self._lag.take_s())
        if self.view.isVisible() and not self.view.visibleRegion().isEmpty():
            self.look()

    def look(self) -> None:
        self.view.line.show_stalls(list(self._stalls))
        self.view.show_tree(self._shown())

    # ---- figures

    def statistics(self) -> dict[str, Any]:
        """Everything that counts or queues, as JSON knows it."""
        told = plain(self._desk.runtime.statistics())
        figures: dict[str, Any] = {
            "engine": {"worst_lag_s": told["worst_lag_s"], "session_limit": told["manager"]["limit"]},
            "sessions": {},
        }
        for entry in told["manager"]["sessions"]:
            figures["sessions"][f"{self._desk.name_of(entry['id'])} ({entry['id'][:6]})"] = entry
        for name, ask in sorted(self._desk.figures.items()):
            figures[name] = plain(ask())
        figures["window"] = {"worst_stall_s": self._lag.worst_s()}
        figures["metrics"] = {name: n for name, n in told["metrics"].items() if _BUCKETS not in name}
        return figures

    def _shown(self) -> dict[str, Any]:
        settings = {s.name: (s.value, f"{s.text} ({s.origin})") for s in self._desk.runtime.settings.effective()}
        figures = self.statistics()
        tasks = plain(self._desk.runtime.statistics().tasks)
        return {**figures, "settings": settings, "tasks": tasks, "versions": versions()}

    # ---- the bundle

    def ask_bundle(self) -> None:
        act(self._ask_bundle(), name="support bundle", busy=self.view.bundle_button, failed=self._desk.say)

    async def _ask_bundle(self) -> None:
        where = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        stamp = datetime.datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")
        dialog = QFileDialog(self._desk.window, tr("Save support bundle"), where)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(tr("Support bundle (*.zip)"))
        dialog.setDefaultSuffix("zip")
        dialog.selectFile(f"tagwatch-support-{stamp}.zip")
        if await answered(dialog) != 1:
            return
        await self.save_bundle(Path(dialog.selectedFiles()[0]))

    async def save_bundle(self, path: Path) -> None:
        """OSError where the file cannot be written."""
        files, secrets = self.bundle(), self._secrets()
        await asyncio.to_thread(write_bundle, path, files, secrets)
        self._desk.told(tr("support bundle saved"), value=path.name)
        self._desk.say(tr("Saved {file}. It has no passwords and no values of tags.").format(file=path.name))

    def bundle(self) -> dict[str, object]:
        lines = [
            f"{iso_utc(line.time_ns)} {line.level_name} {line.logger}: {line.words}"
            for line in self._program_log.lines()
        ]
        return {
            "read me.txt": _READ_ME,
            "statistics.json": self.statistics(),
            "settings.json": [plain(entry) for entry in self._desk.runtime.settings.effective()],
            "versions.json": versions(),
            "tasks.json": self._desk.runtime.statistics().tasks,
            "stalls.json": [round(stall, 4) for stall in self._stalls],
            "sessions.json": [_session(session) for session in self._desk.runtime.manager.list()],
            "program log.txt": "\n".join(lines),
        }

    def _secrets(self) -> set[str]:
        """What must not be in it, should it have found a way into some words: options of sessions, and values."""
        found: set[str] = set()
        for session in self._desk.runtime.manager.list():
            spec = session.spec
            found |= {spec.nonce, spec.pipe_name, spec.owner_key or ""}
            found |= {text for name, option in spec.options.items() if _is_secret(name) for text in _texts(option)}
            for item in session.items.all():
                if (sample := session.items.sample(item.key)) is not None:
                    found |= _value_texts(sample.value)
        found.discard("")
        return found


_READ_ME = """A support bundle of Tagwatch: statistics, settings in force, versions, tasks, faults of sessions, and the
newest lines of the program's own log. Passwords, nonces and values of tags are left out; what might have been one
reads •••.
"""


def versions() -> dict[str, str]:
    found = {"tagwatch": _version("tagwatch"), "python": sys.version.split()[0], "qt": qVersion()}
    found |= {"pyside": PySide6.__version__, "system": platform.platform(), "machine": platform.machine()}
    return found | {name: _version(name) for name in _PACKAGES}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _without(told: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: entry for name, entry in told.items() if name not in names}


def _session(session: Session) -> dict[str, Any]:
    """What is known of a session, its fault included; the fault's words only as far as they hold no values."""
    told = _without(plain(session.info()), "fault")
    fault = session.info().fault
    if fault is not None:
        details = {name: text if name in _PLAIN_DETAILS else HIDDEN for name, text in fault.details.items()}
        if "stderr" in fault.details:
            details["stderr"] = safe_traceback(fault.details["stderr"])
        told["fault"] = {"code": fault.code, "message": fault.message, "details": details}
    return told


def _is_secret(name: str) -> bool:
    return name in SECRETS or any(part in name.lower() for part in ("pass", "secret", "token", "user", "pin"))


def _texts(option: object) -> set[str]:
    if isinstance(option, str):
        return {option}
    if isinstance(option, list | tuple):
        return {text for entry in option for text in _texts(entry)}
    return set()


def _value_texts(value: Value) -> set[str]:
    """Values that could stand in words: texts, and numbers that are long enough to be told from others."""
    if isinstance(value, str):
        return {value}
    if isinstance(value, tuple):
        return {text for entry in value for text in _value_texts(entry)}
    if isinstance(value, bytes):
        return {value.hex(" "), value.hex()}
    return set()
