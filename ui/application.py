"""Builds the window on the engine, and owns the order in which both stop."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSettings, QTimer
from PySide6.QtWidgets import QApplication, QDialog

from app import config
from app.commands import TagProperties
from app.config import RestartPolicy, Settings
from app.errors import GatewayError
from app.events.notices import NoticeKind
from app.runtime import Runtime
from app.sessions import calls
from app.sessions.items import Item, ItemRegistry
from app.sessions.manager import OpenRequest
from app.sessions.session import Session
from app.sessions.state import SessionState
from app.tasks import SystemClock, running, spawn
from ui import theme as themes
from ui.bridge import act, answered, stop_acts, words
from ui.feed import Feed, FeedFrame
from ui.format import time_text
from ui.forms.certificate import CertificateForm
from ui.forms.connect import ConnectForm, Connection
from ui.forms.properties import PropertiesDialog
from ui.forms.write import WriteForm
from ui.lag import LagMeter
from ui.loop import FastQEventLoop
from ui.main_window import MainWindow
from ui.models.items import ItemsModel, Node
from ui.models.log import LogModel
from ui.models.sessions import SessionsModel, counted
from ui.tagbook import TagBook
from ui.theme import Mode

_PAGE = 500
_STOP_S = 1.5
_LAST_WORDS_S = 1.0
_RECENT = 10
_CLIENT = "Tagwatch window"

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
        self,
        qt: QApplication,
        settings: Settings,
        first: Sequence[tuple[str, str, Sequence[str], Sequence[str]]] = FIRST,
    ) -> None:
        self._qt = qt
        self._first = first
        self.clock = SystemClock()
        self._kept = QSettings(str(config.directory() / "window.ini"), QSettings.Format.IniFormat)
        self._mode = Mode(str(self._kept.value("theme", Mode.SYSTEM.value)))
        self._theme = themes.apply(qt, self._mode)
        self.feed = Feed(self.clock)
        self.runtime = Runtime(settings, broadcaster=self.feed, clock=self.clock)
        self.lag = LagMeter()
        self.book = TagBook(self._properties)
        self.sessions_model = SessionsModel(self._theme)
        self.items_model = ItemsModel(self._theme, self.book)
        self.log_model = LogModel(self._theme, self._tag_of, self._name_of, self.book)
        self.window = MainWindow(self._theme, self.sessions_model, self.items_model, self.log_model, self._kept)
        self._names: dict[str, str] = {}
        self._handles: dict[str, int] = {}
        self._requests: dict[str, OpenRequest] = {}
        self._items: dict[str, ItemRegistry] = {}  # also of sessions that are closed: the log still shows their tags
        self._in_flight: set[tuple[str, int]] = set()  # items that have a write on its way
        self._utc = False
        self._events_before = 0
        self._looked_at = time.monotonic()
        self._stopped = asyncio.Event()
        self._connect()
        self._second = QTimer()
        self._second.setInterval(1000)
        self._second.timeout.connect(self._look)

    def _connect(self) -> None:
        window = self.window
        self.feed.frame.connect(self._take)
        window.close_requested.connect(self._stopped.set)
        window.open_opcua_wanted.connect(self._open_opcua)
        window.open_sim_wanted.connect(lambda: self._open_more("sim"))
        window.open_host_wanted.connect(lambda: self._open_more("host"))
        window.write_wanted.connect(self._write)
        window.mode_wanted.connect(self._set_mode)
        window.utc_wanted.connect(self._set_utc)
        window.sessions.chosen.connect(self._choose)
        window.sessions.close_wanted.connect(self._close_session)
        window.sessions.kill_wanted.connect(self._kill_session)
        window.sessions.reopen_wanted.connect(self._reopen)
        window.sessions.extend_wanted.connect(self._extend)
        window.items.trend_wanted.connect(self._trend_chosen)
        window.items.write_wanted.connect(self._write)
        window.items.watch_wanted.connect(self._watch_chosen)
        window.items.properties_wanted.connect(self._show_properties)
        window.items.remove_wanted.connect(self._remove_chosen)
        window.banners.details_wanted.connect(window.sessions.choose)
        self.items_model.browse_wanted.connect(self._browse)
        self._stop_theme = themes.on_system_change(self._system_changed)

    # ---- life

    async def start(self) -> None:
        """The window first, then the engine: a slow source never delays what is seen."""
        self.window.show()
        await self.runtime.start()
        self._second.start()
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
        self._second.stop()
        self._stop_theme()
        self._stop_theme = _nothing
        self.book.stop()
        for dialog in self.window.findChildren(QDialog):
            dialog.reject()  # whoever awaits its answer gets one
        stop_acts()
        await self.runtime.stop(_STOP_S)
        self.feed.stop()
        self._kept.sync()
        self.window.trend.stop()

    def _failed(self, error: BaseException) -> None:
        self.window.say(words(error))

    # ---- what comes

    def _take(self, frame: FeedFrame) -> None:
        self.sessions_model.take(frame)
        self.log_model.take(frame)
        self.window.trend.apply(frame)
        self.items_model.take(frame)
        for session_id, notice in frame.notices:
            if notice.kind is NoticeKind.SOURCE_LOST or notice.kind is NoticeKind.FAULT:
                self._show_banner(
                    session_id, notice.message, notice.time_ns, notice.details.get("next_attempt_ns", "0")
                )
            elif notice.kind is NoticeKind.SOURCE_BACK or notice.details.get("restored"):
                self.window.banners.clear(session_id)
            elif notice.kind is NoticeKind.WORKER_RESTART:
                self._show_banner(session_id, notice.message, notice.time_ns, "0")
            elif notice.kind is NoticeKind.STATE:
                self._state_changed(session_id, notice.details["new"])

    def _show_banner(self, session_id: str, message: str, time_ns: int, next_ns: str) -> None:
        since = f" (since {time_text(time_ns, self._utc, date=False)})"
        following = (
            f", next attempt {time_text(int(next_ns), self._utc, date=False)}" if next_ns not in ("", "0") else ""
        )
        self.window.banners.say(session_id, f"{message}{since}{following}")

    def _state_changed(self, session_id: str, state: str) -> None:
        self.items_model.set_stale(session_id, state != SessionState.READY)
        if state == SessionState.CLOSED:
            self.window.banners.clear(session_id)
            self._handles.pop(session_id, None)
            if self.items_model.session_id == session_id:
                self.items_model.show("", None)

    def _look(self) -> None:
        """Once a second: figures that no event tells."""
        now = time.monotonic()
        infos = [session.info() for session in self.runtime.manager.list()]
        for info in infos:
            self._names[info.id] = info.name
        self.sessions_model.refresh(infos, now, self.clock.utc_ns())
        events = self.feed.statistics().events
        rate = (events - self._events_before) / (now - self._looked_at) if now > self._looked_at else 0.0
        self._events_before, self._looked_at = events, now
        feed = self.feed.statistics()
        state = counted(info.state for info in infos)
        dropped = sum(info.dropped for info in infos) + feed.dropped + feed.dropped_notices
        coalesced = sum(info.coalesced for info in infos)
        lost = f"{dropped:,} dropped, {coalesced:,} coalesced" if dropped or coalesced else "nothing lost"
        clock = time_text(self.clock.utc_ns(), self._utc)[: -len(".000")]
        self.window.show_status(state, rate, lost, self.lag.worst_s(), clock, self._utc)

    # ---- names

    def _session(self, session_id: str) -> Session | None:
        return next((session for session in self.runtime.manager.list() if session.id == session_id), None)

    def _name_of(self, session_id: str) -> str:
        return self._names.get(session_id, session_id)

    def _tag_of(self, session_id: str, key: int) -> str:
        items = self._items.get(session_id)
        return "" if items is None else items.tag(key)

    async def _properties(self, session_id: str, tag: str) -> TagProperties:
        session = self._session(session_id)
        if session is None:
            return TagProperties(())
        return await calls.properties(session, tag)

    # ---- sessions

    async def _open_first(self, backend: str, name: str, tags: Sequence[str], pens: Sequence[str]) -> None:
        request = OpenRequest(backend, name=name, restart=RestartPolicy.ON_FAULT, keep_alive=True)
        session = await self._open(request)
        if session is None:
            return
        if backend == self._first[0][0] or not self.items_model.session_id:
            self.window.sessions.choose(session.id)
        await self._watch(session, tags)
        for tag in pens:
            await self._add_pen(session, tag)

    async def _open(self, request: OpenRequest, *, quiet: bool = False) -> Session | None:
        """A ready session, in the tree and with its name in the log; None, told in the tree, when it did not start."""
        session = self.runtime.manager.begin(request)
        self._names[session.id] = session.name
        self._requests[session.id] = request
        self._items[session.id] = session.items
        self._look()
        try:
            await self.runtime.manager.start(session)
        except GatewayError as error:
            if quiet:
                self.sessions_model.dismiss(session.id)
                raise
            self.sessions_model.failed(session.id, request.backend, session.name, words(error))
            self.window.say(words(error))
            return None
        self._look()
        return session

    def _open_more(self, backend: str) -> None:
        name = next(entry[1] for entry in FIRST if entry[0] == backend)
        request = OpenRequest(backend, name=name, restart=RestartPolicy.ON_FAULT, keep_alive=True)
        act(self._open_and_choose(request), name=f"open {backend}", failed=self.window.say)

    async def _open_and_choose(self, request: OpenRequest) -> None:
        session = await self._open(request)
        if session is not None:
            self.window.sessions.choose(session.id)

    def _reopen(self, session_id: str) -> None:
        request = self._requests.get(session_id)
        if request is not None:
            self.sessions_model.dismiss(session_id)
            act(self._open_and_choose(request), name="open again", failed=self.window.say)

    def _close_session(self, session_id: str) -> None:
        self._told("session closed", session_id=session_id)
        act(self.runtime.manager.close(session_id, "operator"), name="close session", failed=self.window.say)

    def _kill_session(self, session_id: str) -> None:
        act(self._confirm_kill(session_id), name="kill worker", failed=self.window.say)

    async def _confirm_kill(self, session_id: str) -> None:
        from PySide6.QtWidgets import QMessageBox  # noqa: PLC0415

        box = QMessageBox(
            QMessageBox.Icon.Warning,
            "Kill worker",
            f"End the worker of {self._name_of(session_id)} at once? Its session is closed.",
            QMessageBox.StandardButton.Yes | QMessageBox.StandardButton.No,
            self.window,
        )
        box.setDefaultButton(QMessageBox.StandardButton.No)
        if await answered(box) == QMessageBox.StandardButton.Yes:
            self._told("worker killed", session_id=session_id)
            await self.runtime.manager.kill(session_id, "operator")

    def _extend(self, session_id: str) -> None:
        try:
            self.runtime.manager.extend(session_id)
        except GatewayError as error:
            self.window.say(words(error))

    def _choose(self, session_id: str) -> None:
        session = self._session(session_id)
        if session is not None:
            self.items_model.show(session.id, session.items)

    # ---- OPC UA

    def _open_opcua(self) -> None:
        kept = self._kept.value("recent", [])
        recent = [str(address) for address in kept] if isinstance(kept, list) else [str(kept)] if kept else []
        form = ConnectForm(self._theme, recent, self.window)

        def connect(wanted: Connection) -> None:
            task = act(self._connect_opcua(form, wanted), name="open opcua", failed=form.show_error)
            form.rejected.connect(task.cancel)

        form.asked.connect(connect)
        form.open()

    async def _connect_opcua(self, form: ConnectForm, wanted: Connection) -> None:
        """Opens the session, asking for trust on the way; errors are shown in the form, which stays open."""
        request = OpenRequest(
            "opcua",
            wanted.options,
            name=wanted.name,
            restart=RestartPolicy.ON_FAULT if wanted.restart else RestartPolicy.NEVER,
            keep_alive=True,
        )
        trusted = self._kept.value(f"trusted/{_key(wanted.endpoint)}")
        if trusted and "trusted" not in wanted.options:
            await self._connect_opcua(form, wanted.trusting(str(trusted)))
            return
        try:
            session = await self._open(request, quiet=True)
        except GatewayError as error:
            if error.code not in ("CertificateNotTrusted", "CertificateChanged"):
                raise
            if await answered(CertificateForm(error.fault, self._theme, form)) != 1:
                form.show_error("Not connected: the server's certificate is not trusted.")
                return
            fingerprint = error.fault.details["fingerprint"]
            self._kept.setValue(f"trusted/{_key(wanted.endpoint)}", fingerprint)
            self._told("server certificate trusted", tag=wanted.endpoint, value=fingerprint[:16] + "…")
            await self._connect_opcua(form, wanted.trusting(fingerprint))
            return
        self._remember(wanted.endpoint)
        form.accept()
        if session is not None:
            self.window.sessions.choose(session.id)

    def _remember(self, endpoint: str) -> None:
        kept = self._kept.value("recent", [])
        recent = [str(address) for address in kept] if isinstance(kept, list) else [str(kept)] if kept else []
        self._kept.setValue("recent", [endpoint, *(address for address in recent if address != endpoint)][:_RECENT])

    # ---- items

    def _browse(self, node: Node) -> None:
        act(self._browsed(node, self.items_model.session_id), name="browse")

    async def _browsed(self, node: Node, session_id: str) -> None:
        session = self._session(session_id)
        if session is None:
            self.items_model.browse_failed(node, "the session is closed")
            return
        try:
            page = await calls.browse(session, node.address, node.next_page or "", _PAGE)
        except GatewayError as error:
            self.items_model.browse_failed(node, words(error))
        else:
            self.items_model.browsed(node, page)

    async def _handle(self, session: Session) -> int:
        """The window's server handle in this session."""
        if session.id not in self._handles:
            self._handles[session.id] = await calls.register(session, _CLIENT)
        return self._handles[session.id]

    async def _watch(self, session: Session, tags: Sequence[str]) -> list[Item]:
        """Items of these tags, subscribed where they are not yet."""
        handle = await self._handle(session)
        have = {item.tag: item for item in session.items.all() if item.server_handle == handle}
        rows = await calls.subscribe(session, handle, [tag for tag in tags if tag not in have])
        for row in rows:
            if row.success:
                item = session.items.find(handle, row.item_handle)
                if item is not None:
                    have[row.tag] = item
            else:
                self.window.say(f"{row.tag}: {row.error}")
        self.items_model.refresh()
        return [have[tag] for tag in tags if tag in have]

    async def _add_pen(self, session: Session, tag: str) -> None:
        for item in await self._watch(session, [tag]):
            about = self.book.about(session.id, tag)
            if not about.data_type:
                about = await self.book.ask_now(session.id, tag)
            sample = session.items.sample(item.key)
            self.window.trend.add_pen(
                session.id, item.key, tag, session.name, about.unit, about.enumeration, about.decimals, sample
            )

    def _chosen(self) -> Session | None:
        session = self._session(self.items_model.session_id)
        if session is None:
            self.window.say("Choose a session first.")
        return session

    def _trend_chosen(self, tag: str) -> None:
        if (session := self._chosen()) is not None:
            act(self._add_pen(session, tag), name="trend", failed=self.window.say)

    def _watch_chosen(self, tags: list[str]) -> None:
        if (session := self._chosen()) is not None:
            act(self._watch(session, tags), name="watch", failed=self.window.say)

    def _remove_chosen(self, keys: list[int]) -> None:
        if (session := self._chosen()) is not None:
            act(self._remove(session, keys), name="remove", failed=self.window.say)

    async def _remove(self, session: Session, keys: Sequence[int]) -> None:
        by_server: dict[int, list[int]] = {}
        for key in keys:
            by_server.setdefault(key >> 32, []).append(key & 0xFFFF_FFFF)
            self.window.trend.remove_pen(session.id, key)
        for handle, handles in by_server.items():
            await calls.unsubscribe(session, handle, handles)
        self.items_model.refresh()

    def _write(self, tag: str) -> None:
        if (session := self._chosen()) is not None:
            act(self._open_write(session, tag), name="write", failed=self.window.say)

    async def _open_write(self, session: Session, tag: str) -> None:
        items = await self._watch(session, [tag])
        if not items:
            return
        if not self.book.about(session.id, tag).data_type:
            await self.book.ask_now(session.id, tag)
        form = WriteForm(
            session,
            items[0],
            self.feed,
            self.book,
            self._theme,
            lambda said, tag, value: self._told(said, session_id=session.id, tag=tag, value=value),
            self.window,
            clock=self.clock,
            in_flight=self._in_flight,
        )
        form.open()

    def _show_properties(self, tag: str) -> None:
        if (session := self._chosen()) is not None:
            ask = partial(calls.properties, session, tag)
            PropertiesDialog(tag, session.name, ask, self._theme, self.window).show()

    def _told(self, said: str, *, session_id: str = "", tag: str = "", value: str = "") -> None:
        self.log_model.action(self.clock.utc_ns(), said, session_id=session_id, tag=tag, value=value)

    # ---- looks

    def _system_changed(self) -> None:
        if self._mode is Mode.SYSTEM:
            self._set_mode(Mode.SYSTEM)

    def _set_mode(self, mode: Mode) -> None:
        self._mode = mode
        self._kept.setValue("theme", mode.value)
        self._theme = themes.apply(self._qt, mode)
        for model in (self.sessions_model, self.items_model, self.log_model):
            model.theme = self._theme
        self.window.set_theme(self._theme)

    def _set_utc(self, utc: bool) -> None:
        self._utc = self.items_model.utc = utc
        self.log_model.set_utc(utc)
        self.window.trend.set_utc(utc)
        self.window.items.viewport().update()
        self._look()


def _nothing() -> None:
    """What is left to stop, once it is stopped."""


def _key(endpoint: str) -> str:
    """An address as the name of a kept value: slashes would make groups of it."""
    return endpoint.replace("/", "_").replace(":", "_")


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
