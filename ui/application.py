"""Builds the window on the engine, and owns the order in which both stop."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication, QDialog

from app import config
from app.config import RestartPolicy, Settings
from app.runtime import Runtime
from app.sessions.manager import OpenRequest
from app.tasks import SystemClock, running, spawn
from ui import theme as themes
from ui.bridge import stop_acts, words
from ui.desk.desk import Desk
from ui.desk.help import HelpDesk
from ui.desk.index import IndexDesk
from ui.desk.items import ItemsDesk
from ui.desk.sessions import SessionsDesk
from ui.desk.trends import TrendsDesk
from ui.desk.writing import WritingDesk
from ui.feed import Feed
from ui.format import time_text
from ui.i18n import tr
from ui.lag import LagMeter
from ui.loop import FastQEventLoop
from ui.main_window import MainWindow
from ui.models.items import ItemsModel
from ui.models.log import LogModel
from ui.models.sessions import SessionsModel, counted
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

    def __init__(self, qt: QApplication, settings: Settings, first: Sequence[First] = FIRST) -> None:
        self._qt = qt
        self._first = first
        clock = SystemClock()
        kept = QSettings(str(config.directory() / "window.ini"), QSettings.Format.IniFormat)
        self._mode = Mode(str(kept.value("theme", Mode.SYSTEM.value)))
        theme = themes.apply(qt, self._mode)
        self.feed = Feed(clock)
        self.runtime = Runtime(settings, broadcaster=self.feed, clock=clock)
        self.lag = LagMeter()
        self.desk = desk = Desk(self.runtime, self.feed, clock, kept, theme)
        self.sessions_model = SessionsModel(theme)
        self.items_model = ItemsModel(theme, desk.book)
        self.log_model = LogModel(theme, desk.tag_of, desk.name_of, desk.book)
        self.window = desk.window = MainWindow(theme, self.sessions_model, self.items_model, self.log_model, kept)
        desk.frame.connect(self.log_model.take)
        desk.acted.connect(self.log_model.action)
        desk.utc_changed.connect(self.log_model.set_utc)
        self.sessions = SessionsDesk(desk, self.sessions_model)
        self.items = ItemsDesk(desk, self.items_model)
        self.index = IndexDesk(desk, self.items_model, self.window.items_pane)
        self.trends = TrendsDesk(desk, self.items)
        self.writing = WritingDesk(desk, self.items)
        self.help = HelpDesk(desk)
        self._events_before = 0
        self._looked_at = clock.monotonic()
        self._stopped = asyncio.Event()
        desk.second.connect(self.look)
        self.window.close_requested.connect(self._stopped.set)
        self.window.open_sim_wanted.connect(lambda: self._open_more("sim"))
        self.window.open_host_wanted.connect(lambda: self._open_more("host"))
        self.window.mode_wanted.connect(self.set_mode)
        self.window.utc_wanted.connect(self.set_utc)
        self._stop_theme = themes.on_system_change(self._system_changed)
        self.window.settle()

    # ---- life

    async def start(self) -> None:
        """The window first, then the engine: a slow source never delays what is seen."""
        self.window.show()
        await self.runtime.start()
        self.desk.start()
        for backend, name, tags, pens in self._first:
            spawn(self._open_first(backend, name, tags, pens), name=f"open {backend}", on_failure=self._failed)

    async def wait_closed(self) -> None:
        """Until the window is asked to close."""
        await self._stopped.wait()

    def request_close(self) -> None:
        self.window.close()

    async def stop(self) -> None:
        """Out of sight at once; then sessions and workers, within the budget or by force; then the window."""
        self.window.hide()
        self.desk.stop()
        self._stop_theme()
        self._stop_theme = _nothing
        for dialog in self.window.findChildren(QDialog):
            dialog.reject()  # whoever awaits its answer gets one
        stop_acts()
        await self.runtime.stop(_STOP_S)
        self.feed.stop()
        self.desk.kept.sync()
        self.window.trend.stop()

    def _failed(self, error: BaseException) -> None:
        self.desk.say(words(error))

    async def _open_first(self, backend: str, name: str, tags: Sequence[str], pens: Sequence[str]) -> None:
        request = OpenRequest(backend, name=name, restart=RestartPolicy.ON_FAULT, keep_alive=True)
        session = await self.sessions.open(request)
        if session is None:
            return
        if backend == self._first[0][0] or not self.items_model.session_id:
            self.window.sessions.choose(session.id)
        await self.items.watch(session, tags)
        for tag in pens:
            await self.trends.add_pen(session, tag)

    def _open_more(self, backend: str) -> None:
        self.sessions.open_more(backend, next(name for kind, name, *_ in FIRST if kind == backend))

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
                dropped=f"{dropped:,}", coalesced=f"{coalesced:,}"
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


def _nothing() -> None:
    """What is left to stop, once it is stopped."""


def run(argv: Sequence[str], *, seconds: float | None = None, screenshot: Path | None = None) -> int:
    """Run the window until it is closed (or for so many seconds); the exit code."""
    settings = config.load(config.usual_file())
    qt = QApplication(list(argv))
    qt.setApplicationName("Tagwatch")
    qt.setQuitOnLastWindowClosed(False)
    qt.setWindowIcon(themes.icon("tagwatch"))
    loop = FastQEventLoop(qt)
    asyncio.set_event_loop(loop)
    with loop:
        loop.run_until_complete(_main(qt, settings, seconds, screenshot))
    return 0


async def _main(qt: QApplication, settings: Settings, seconds: float | None, screenshot: Path | None) -> None:
    application = Application(qt, settings)
    for number in (signal.SIGINT, signal.SIGTERM):
        # Runs between two turns of the loop, which the lag meter's timer keeps turning.
        signal.signal(number, lambda number, frame: application.request_close())
    await application.start()
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
