"""Replays in the window: opened from a file, driven by a bar each, and told apart from what is live."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.commands import Playback
from app.recordings.files import SUFFIXES, Preview, preview
from app.sessions import calls
from app.sessions.items import Item
from app.sessions.session import Session
from app.values import Timestamp, Value
from ui.aside import aside
from ui.bridge import act
from ui.desk.desk import Desk
from ui.desk.files import file_to_read
from ui.desk.opening import Asker
from ui.desk.sources import SourcesDesk
from ui.feed import FeedFrame
from ui.forms.recording import RecordingForm
from ui.i18n import noop, tr
from ui.plots.collector import Collector
from ui.replay_bar import ReplayBar
from ui.sources import Source

BACKEND = "replay"
SAMPLE = "sample:this-computer"
_STATES = ("Position", "Speed", "Playing", "Loop", "Start", "End")
_FILES = noop("Recordings (*.csv *.txt *.tsv *.parquet)")
assert all(f"*{suffix}" in _FILES for suffix in SUFFIXES)


class _Replay:
    """One that is open: its bar, and the items that tell what it does."""

    def __init__(self, session: Session, bar: ReplayBar) -> None:
        self.session = session
        self.bar = bar
        self.items: dict[str, Item] = {}

    def value(self, name: str) -> Value:
        item = self.items.get(name)
        sample = None if item is None else self.session.items.sample(item.key)
        return None if sample is None else sample.value


class ReplayDesk(QObject):
    """A bar for each open replay, over the trends; it goes with its session."""

    form_opened = Signal(object)  # a RecordingForm

    def __init__(self, desk: Desk, sources: SourcesDesk, collector: Collector) -> None:
        super().__init__(desk)
        self._desk = desk
        self._sources = sources
        self._collector = collector
        self._replays: dict[str, _Replay] = {}
        self._bars = QWidget()
        self._layout = QVBoxLayout(self._bars)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self._bars.hide()
        window = desk.window
        window.add_bar(self._bars)
        window.add_action(tr("Play a recording …"), self.choose, None, "file", "play")
        desk.session_opened.connect(self._opened)
        desk.session_ended.connect(self._ended)
        desk.frame.connect(self._take)
        desk.theme_changed.connect(lambda theme: [one.bar.set_theme(theme) for one in self._replays.values()])
        desk.utc_changed.connect(lambda utc: [one.bar.set_utc(utc) for one in self._replays.values()])

    # ---- opening

    def choose(self) -> None:
        """Ask for a recording, and what its columns mean."""
        form = RecordingForm(self._desk.theme, self._desk.window)
        form.browse_wanted.connect(lambda: self._do(self._browse(form), form))
        form.file_changed.connect(lambda again: self._do(self._preview(form, **again), form))
        form.sample_wanted.connect(lambda: self._do(self.play_sample(form), form))
        form.asked.connect(lambda: self._do(self._open_form(form), form))
        self.form_opened.emit(form)
        form.open()

    def _do(self, work: Any, form: RecordingForm) -> None:
        act(work, name="recording", failed=form.show_error)

    async def _browse(self, form: RecordingForm) -> None:
        path = await file_to_read(self._desk, tr("Play a recording"), _FILES)
        if path is not None:
            form.set_file(str(path))

    async def _preview(self, form: RecordingForm, **as_read: str) -> None:
        path = form.path()
        form.show_busy(tr("looking at the file …"))
        found: Preview = await aside(partial(preview, path, **as_read))
        if form.path() == path:
            form.show_preview(found)

    async def play_sample(self, form: RecordingForm) -> None:
        """The recording that comes with the program."""
        name = tr("Recording of a computer")
        await self._open(form, Source(name, BACKEND, {"file": SAMPLE, "loop": True}, open_at_start=False))

    async def _open_form(self, form: RecordingForm) -> None:
        await self._open(form, form.source())

    async def _open(self, form: RecordingForm, source: Source) -> None:
        form.show_busy(tr("reading the recording …"))
        saved = self._desk.saved
        there = next((one for one in saved if one.backend == BACKEND and one.options == source.options), None)
        if there is None:
            name, number = source.name, 1
            while saved.taken(name) or self._desk.session_named(name) is not None:
                number += 1
                name = f"{source.name} {number}"
            source = Source(name, BACKEND, source.options, source.restart, source.open_at_start)
        else:
            source = there
        session = self._desk.session_named(source.name)
        if session is None or session.state.ended:
            with saved.held(source.name):
                session = await self._sources.opener.opened(source, Asker(form))
            if there is None:
                self._sources.add(source)
        if session is not None:
            form.accept()
            self._desk.window.sessions.choose(session.id)

    # ---- a bar for each

    def _opened(self, session: Session) -> None:
        if session.replayed and session.id not in self._replays:
            act(self._begin(session), name="replay", failed=self._desk.say)

    async def _begin(self, session: Session) -> None:
        names = {f"{BACKEND.capitalize()}.{state}": state for state in _STATES}
        items = await self._desk.watch(session, list(names))
        bar = ReplayBar(session.name, self._desk.theme)
        bar.set_utc(self._desk.utc)
        replay = self._replays[session.id] = _Replay(session, bar)
        replay.items = {names[item.tag]: item for item in items}
        bar.play_wanted.connect(lambda on: self._ask(session, Playback(playing=on)))
        bar.speed_wanted.connect(lambda speed: self._ask(session, Playback(speed=speed)))
        bar.loop_wanted.connect(lambda on: self._ask(session, Playback(loop=on)))
        bar.seek_wanted.connect(lambda position: self._ask(session, Playback(position_ns=position)))
        bar.close_wanted.connect(lambda: act(self._close(session), name="close replay", failed=self._desk.say))
        self._layout.addWidget(bar)
        self._bars.show()
        self._show(replay)

    async def _close(self, session: Session) -> None:
        await self._desk.runtime.manager.close(session.id, "operator")

    def _ask(self, session: Session, wanted: Playback) -> None:
        act(calls.playback(session, wanted), name="playback", failed=self._desk.say)

    def _ended(self, session_id: str) -> None:
        replay = self._replays.pop(session_id, None)
        if replay is None:
            return
        self._layout.removeWidget(replay.bar)
        replay.bar.hide()
        replay.bar.deleteLater()
        self._bars.setVisible(bool(self._replays))
        self._collector.show_replay(replay.session.name, None)

    def bars(self) -> list[ReplayBar]:
        return [one.bar for one in self._replays.values()]

    # ---- what it does

    def _take(self, frame: FeedFrame) -> None:
        for session_id in {session_id for session_id, _ in frame.batches} & self._replays.keys():
            self._show(self._replays[session_id])

    def _show(self, replay: _Replay) -> None:
        position, start, end = (replay.value(name) for name in ("Position", "Start", "End"))
        speed, playing, loop = (replay.value(name) for name in ("Speed", "Playing", "Loop"))
        if not (isinstance(position, Timestamp) and isinstance(start, Timestamp) and isinstance(end, Timestamp)):
            return
        self._collector.show_replay(replay.session.name, position.ns)
        replay.bar.show_state(
            start_ns=start.ns,
            end_ns=end.ns,
            at_ns=position.ns,
            playing=bool(playing),
            speed=float(speed) if isinstance(speed, int | float) else 1.0,
            loop=bool(loop),
        )


def name_of(file: str) -> str:
    return tr("Recording {name}").format(name=Path(file).stem)
