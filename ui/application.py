"""Builds the window on the engine, and owns the order in which both stop."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from app import config
from app.config import Settings
from app.records.history import History
from app.records.program_log import ProgramLog
from app.runtime import Runtime
from app.tasks import SystemClock, running, spawn
from ui import qt_log
from ui import theme as themes
from ui.bridge import act, stop_acts, words
from ui.desk.alarms import AlarmsDesk
from ui.desk.api import ApiDesk
from ui.desk.asked import AskedDesk
from ui.desk.attention import AttentionDesk
from ui.desk.audit import AuditDesk
from ui.desk.bulk import BulkDesk
from ui.desk.desk import Desk
from ui.desk.diagnostics import DiagnosticsDesk
from ui.desk.help import HelpDesk
from ui.desk.imports import ImportsDesk
from ui.desk.index import IndexDesk
from ui.desk.items import ItemsDesk
from ui.desk.journal import JournalDesk
from ui.desk.keys import KeysDesk
from ui.desk.language import LanguageDesk
from ui.desk.language import kept as kept_language
from ui.desk.layout import LayoutDesk
from ui.desk.log import LogDesk
from ui.desk.manager import ManagerDesk
from ui.desk.notifications import NotificationsDesk
from ui.desk.places import PlacesDesk
from ui.desk.read_only import ReadOnlyDesk
from ui.desk.recorder import RecorderDesk
from ui.desk.replay import ReplayDesk
from ui.desk.sessions import SessionsDesk
from ui.desk.sources import SourcesDesk
from ui.desk.tables import TablesDesk
from ui.desk.trends import TrendsDesk
from ui.desk.troubles import TroublesDesk
from ui.desk.watch import WatchDesk
from ui.desk.workspace import WorkspaceDesk, places
from ui.desk.writing import WritingDesk
from ui.feed import Feed
from ui.format import time_text
from ui.i18n import count_text, install, tr
from ui.instance import Door, Start, Wanted
from ui.lag import LagMeter
from ui.loop import FastQEventLoop
from ui.main_window import MainWindow
from ui.models.items import ItemsModel
from ui.models.log import LogModel
from ui.models.sessions import SessionsModel, counted
from ui.native import native
from ui.session_end import SessionEnd
from ui.sources import Source
from ui.tagref import TagRef
from ui.theme import Mode

_STOP_S = 1.5
_LAST_WORDS_S = 1.0

#: A session to open at the start: source, name, tags to watch, those of them that are trended.
First = tuple[str, str, Sequence[str], Sequence[str]]
FIRST: tuple[First, ...] = (
    (
        "sim",
        "Simulated plant",
        ("Tank101.Level", "Tank301.Level", "Tank302.Level", "Reactor.PV", "Reactor.SP", "Reactor.OP", "Pump101.Flow",
         "Pump101.State", "Valve101.Command", "Valve101.Position", "Power.Active", "Boiler.PV", "Sample.Quality"),
        ("Tank101.Level", "Tank301.Level", "Tank302.Level", "Reactor.PV", "Reactor.SP", "Pump101.Flow"),
    ),
    (
        "host",
        "This computer",
        ("CPU.Total", "Memory.Used", "System.Processes", "Disks.Written", "System.UpTime"),
        ("CPU.Total",),
    ),
)  # fmt: skip


class Application:
    """The window and the engine under it, from :meth:`start` to :meth:`stop`."""

    def __init__(
        self, qt: QApplication, settings: Settings, first: Sequence[First] = FIRST, begin: Start | None = None
    ) -> None:
        """``begin``: with a workspace; without one ``first`` is opened, and nothing is kept."""
        self._qt = qt
        self._first = first
        self._begin = begin
        clock = SystemClock()
        kept = _kept()
        self._mode = Mode.of(kept.value("theme"))
        theme = themes.apply(qt, self._mode)
        self.feed = Feed(clock)
        self.runtime = Runtime(settings, broadcaster=self.feed, clock=clock, records=config.directory() / "records")
        self.lag = LagMeter()
        self.desk = desk = Desk(self.runtime, self.feed, clock, kept, theme)
        self.sessions_model = SessionsModel(theme)
        self.items_model = ItemsModel(theme, desk.book)
        self.log_model = LogModel(theme, desk.tag_of, desk.name_of, desk.book)
        self.window = desk.window = MainWindow(theme, self.sessions_model, self.items_model, self.log_model, kept)
        self.log = LogDesk(desk, self.log_model, self.items_model)
        self.sessions = SessionsDesk(desk, self.sessions_model)
        self.sources = SourcesDesk(desk, self.sessions)
        self.manager = ManagerDesk(desk, self.sessions, self.sources)
        self.items = ItemsDesk(desk, self.items_model)
        self.index = IndexDesk(desk, self.items_model, self.window.items_pane)
        self.places = PlacesDesk(desk, self.items, self.index)
        self.trends = TrendsDesk(desk, self.items, _history(self.runtime))
        self.replay = ReplayDesk(desk, self.sources, self.window.trends.collector)
        self.imports = ImportsDesk(desk, self.replay, self.trends)
        self.journal = JournalDesk(desk, self.log_model, self.trends, self.log.folder)
        self.writing = WritingDesk(desk, self.items)
        self.read_only = ReadOnlyDesk(desk, self.writing, self.items_model)
        self.audit = AuditDesk(desk, self.writing)
        self.language = LanguageDesk(desk)
        self.watch = WatchDesk(desk, self.items, self.sources, self.trends, self.writing)
        self.bulk = BulkDesk(desk, self.writing, self.items, self.watch)
        self.alarms = AlarmsDesk(desk, self.trends)
        self.api = ApiDesk(desk, self.sources, self.writing, self.alarms)
        self.keys = KeysDesk(desk, self.api)
        self.troubles = TroublesDesk(desk)
        self.program_log = ProgramLog()
        logging.getLogger().addHandler(self.program_log)
        self.notifications = NotificationsDesk(desk, self.program_log)
        self.diagnostics = DiagnosticsDesk(desk, self.lag, self.log_model, self.alarms.engine, self.program_log)
        self.attention = AttentionDesk(desk)
        self.recorder = RecorderDesk(desk, self.watch)
        self.tables = TablesDesk(desk, self._own_exports())
        self.help = HelpDesk(desk)
        self.asked = AskedDesk(desk, self.sources, self.items)
        where = config.directory() if begin is None else begin.directory
        self.workspace = WorkspaceDesk(desk, places(where, 0 if begin is None else begin.number), qt)
        self._door: Door | None = None
        self._events_before = 0
        self._looked_at = clock.monotonic()
        self._stopped = asyncio.Event()
        desk.second.connect(self.look)
        self.window.close_requested.connect(self._stopped.set)
        self.window.mode_wanted.connect(self.set_mode)
        self.window.utc_wanted.connect(self.set_utc)
        self._stop_theme = themes.on_system_change(self._system_changed)
        self.window.settle()
        self.layout = LayoutDesk(desk)

    def _own_exports(self) -> dict[QWidget, Callable[[], bool]]:
        """Of the panes that write exact values: each begins its export, but the log while it shows its journal."""
        log = self.window.log

        def begin(signal: Any) -> bool:
            signal.emit()
            return True

        return {
            log: lambda: not log.in_journal and begin(log.export_wanted),
            self.alarms.view: lambda: begin(self.alarms.view.export_wanted),
            self.audit.view: lambda: begin(self.audit.view.export_wanted),
        }

    # ---- life

    async def start(self) -> None:
        """The window first, then the engine: a slow source never delays what is seen."""
        self.window.show()
        await self.runtime.start()
        self.log.start()
        self.writing.start()
        self.api.start()
        self.desk.start()
        if self._begin is not None and self._begin.number == 0:
            self._door = Door(self._begin.directory, self.desk)
            self._door.wanted.connect(self._asked_again)
            self._door.asked_to_close.connect(self.request_close)
        if self._begin is not None:
            act(self._open_workspace(self._begin), name="open workspace", failed=self.desk.say)
        else:
            self._open_first()

    async def _open_workspace(self, start: Start) -> None:
        await self.workspace.begin(start.wanted.workspace, safe=start.safe)
        self._take_wanted(start.wanted)

    def _take_wanted(self, wanted: Wanted) -> None:
        if wanted.read_only:
            self.desk.set_read_only(True)
        if wanted.tags:
            act(self.asked.watch(wanted.tags), name="watch", failed=self.desk.say)

    def _asked_again(self, wanted: Wanted) -> None:
        """A second start has handed its arguments over."""
        if wanted.workspace:
            self.workspace.open(Path(wanted.workspace))
        self._take_wanted(wanted)
        self.window.come_forward()

    async def wait_closed(self) -> None:
        """Until the window is asked to close."""
        await self._stopped.wait()

    def request_close(self) -> None:
        self.window.close()

    async def stop(self) -> None:
        """Out of sight at once; then sessions and workers, within the budget or by force; then the window."""
        self.window.hide()
        logging.getLogger().removeHandler(self.program_log)
        self.desk.stop()
        if self._door is not None:
            self._door.close()
        self._stop_theme()
        self._stop_theme = _nothing
        for dialog in self.window.findChildren(QDialog):
            dialog.reject()  # whoever awaits its answer gets one
        keeping = spawn(self.workspace.stop(), name="keep workspace")
        stop_acts()
        await self.api.stop()
        await self.runtime.stop(_STOP_S)
        await keeping
        self.feed.flush()
        self.feed.stop()
        await self.writing.stop()
        await self.log.stop()
        self.desk.kept.sync()
        self.window.trends.stop()
        clipboard = self._qt.clipboard()
        if clipboard.ownsClipboard():  # what was copied stays as text: data of Python's would outlive Python
            clipboard.setText(clipboard.text())

    def _failed(self, error: BaseException) -> None:
        self.desk.say(words(error))

    def _open_first(self) -> None:
        self.watch.first(TagRef(name, tag) for _, name, tags, _ in self._first for tag in tags)
        for backend, name, tags, pens in self._first:
            work = self._show_first(Source(name, backend), tags, pens)
            spawn(work, name=f"open {backend}", on_failure=self._failed)

    async def _show_first(self, source: Source, tags: Sequence[str], pens: Sequence[str]) -> None:
        if self.desk.saved.find(source.name) is None:
            self.desk.saved.put(source)
        session = await self.sources.open(source)
        if session is None:
            return
        if source.backend == self._first[0][0] or not self.items_model.session_id:
            self.window.sessions.choose(session.id)
        await self.items.watch(session, tags)
        for tag in pens:
            await self.trends.add_pen(session, tag)

    # ---- the status bar

    def look(self) -> None:
        """Once a second: the figures of the status bar."""
        now = self.desk.clock.monotonic()
        infos = [session.info() for session in self.runtime.manager.list()]
        feed = self.feed.statistics()
        passed = now - self._looked_at
        rate = (feed.events - self._events_before) / passed if passed > 0 else 0.0
        self._events_before, self._looked_at = feed.events, now
        dropped = sum(info.dropped for info in infos) + feed.dropped + feed.dropped_notices
        coalesced = sum(info.coalesced for info in infos)
        lost = tr("nothing lost")
        if dropped or coalesced:
            lost = tr("{dropped} dropped, {coalesced} coalesced").format(
                dropped=count_text(dropped), coalesced=count_text(coalesced)
            )
        clock = time_text(self.desk.clock.utc_ns(), self.desk.utc)[: -len(".000")]
        self.window.show_status(
            counted(info.state for info in infos), rate, lost, self.lag.worst_s(), clock, self.desk.utc
        )

    # ---- looks

    def _system_changed(self) -> None:
        if self._mode is Mode.SYSTEM:
            self.set_mode(Mode.SYSTEM)

    def set_mode(self, mode: Mode) -> None:
        self._mode = mode
        self.desk.kept.setValue("theme", mode.value)
        theme = themes.apply(self._qt, mode)
        for model in (self.sessions_model, self.items_model, self.log_model):
            model.theme = theme
        self.window.set_theme(theme)
        self.desk.set_theme(theme)

    def set_utc(self, utc: bool) -> None:
        self.desk.set_utc(utc)
        self.look()


def _kept() -> QSettings:
    """What the window remembers for this user."""
    return QSettings(str(config.directory() / "window.ini"), QSettings.Format.IniFormat)


def _history(runtime: Runtime) -> History:
    """What the recorder has kept, also when nothing is recorded any more."""
    return History(config.directory() / "records") if runtime.recorder is None else runtime.recorder.history


def _nothing() -> None:
    """What is left to stop, once it is stopped."""


def run(
    argv: Sequence[str], begin: Start | None = None, *, seconds: float | None = None, screenshot: Path | None = None
) -> int:
    """Run the window until it is closed (or for so many seconds); the exit code."""
    settings = config.load(config.usual_file())
    _log_to_stderr()
    undo = qt_log.install()
    try:
        return _run(argv, settings, begin, seconds, screenshot)
    finally:
        undo()


def _run(
    argv: Sequence[str], settings: Settings, begin: Start | None, seconds: float | None, screenshot: Path | None
) -> int:
    native.identify()
    qt = QApplication(list(argv))
    qt.setApplicationName("Tagwatch")
    qt.setQuitOnLastWindowClosed(False)
    install(qt, kept_language(_kept()))
    loop = FastQEventLoop(qt)
    asyncio.set_event_loop(loop)
    with loop:
        loop.run_until_complete(_main(qt, settings, begin, seconds, screenshot))
    return 0


def _log_to_stderr() -> None:
    """Warnings for who started it in a terminal; a windowed program has none. The program's own ring has more."""
    for name in ("app", "ui", "qt"):
        logging.getLogger(name).setLevel(logging.INFO)
    if sys.stderr is not None:
        handler = logging.StreamHandler()
        handler.setLevel(logging.WARNING)
        handler.setFormatter(logging.Formatter("tagwatch: %(levelname)s %(message)s"))
        logging.getLogger().addHandler(handler)


def _ends() -> list[signal.Signals]:
    """The signals that ask for an end: Ctrl+C, the system, and a terminal that is closed (but for ``nohup``)."""
    ends = [signal.SIGINT, signal.SIGTERM]
    if sys.platform != "win32" and signal.getsignal(signal.SIGHUP) is signal.SIG_DFL:
        ends.append(signal.SIGHUP)
    return ends


async def _main(
    qt: QApplication, settings: Settings, begin: Start | None, seconds: float | None, screenshot: Path | None
) -> None:
    application = Application(qt, settings, begin=begin)
    for number in _ends():
        # Runs between two turns of the loop, which the lag meter's timer keeps turning.
        signal.signal(number, lambda number, frame: application.request_close())
    ending = SessionEnd(
        qt,
        application.window,
        application.desk.clock,
        keep=application.workspace.look,
        close=application.request_close,
        writing=lambda: bool(application.writing.writer.open_numbers),
    )
    await application.start()
    # Modules and widgets stay: a collector that looks through them again and again stops the window for up to 100 ms.
    gc.freeze()
    if seconds is not None:
        asyncio.get_running_loop().call_later(seconds, application.request_close)
    await application.wait_closed()
    if screenshot is not None:
        application.window.grab().save(str(screenshot))
    await application.stop()
    # What still ends by itself gets a moment; nothing may keep a closed program alive.
    end = time.monotonic() + _LAST_WORDS_S
    while running() and time.monotonic() < end:  # noqa: ASYNC110 - any of them
        await asyncio.sleep(0.01)
    ending.over()
