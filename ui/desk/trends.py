"""Trends: which tags they draw, whom those come from, and what happened beside them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDialog, QMenu

from app.records.history import History
from app.sessions.session import Session
from app.sessions.state import SessionState
from ui.bridge import act, answered
from ui.desk.desk import Desk
from ui.desk.items import ItemsDesk
from ui.desk.past import PastDesk
from ui.desk.trend_files import TrendFiles
from ui.desk.trend_records import TrendRecords
from ui.forms.note import NoteForm, RangeForm
from ui.forms.watch import NameForm
from ui.i18n import tr
from ui.plots import kept
from ui.plots.collector import Line
from ui.plots.marks import Mark, MarkKind, Note
from ui.plots.trend import TrendView
from ui.tagref import TagRef


class TrendsDesk(QObject):
    """Puts tags into trends, finds their sources again by name, and keeps trends in the workspace."""

    log_wanted = Signal(object)  # a time in ns: what happened then

    def __init__(self, desk: Desk, items: ItemsDesk, history: History) -> None:
        super().__init__(desk)
        self._desk = desk
        self._items = items
        self.pane = pane = desk.window.trends
        self.past = PastDesk(desk, history)
        self.past.unit_found.connect(self._line_changed)
        self._files = TrendFiles(desk, self.past)
        self._records = TrendRecords(desk, self._files)
        pane.past_wanted.connect(self.past.want)
        pane.mark_opened.connect(self.log_wanted)
        desk.frame.connect(pane.collector.apply)
        desk.utc_changed.connect(pane.set_utc)
        desk.session_opened.connect(self._opened)
        desk.acted.connect(self._acted)
        desk.window.items.trend_wanted.connect(self._trend)
        pane.dropped.connect(self.add)
        pane.told.connect(desk.say)
        pane.limits_wanted.connect(desk.limits_wanted)
        pane.rename_wanted.connect(lambda of: self._ask(self._rename(of)))
        pane.note_wanted.connect(lambda trend, at, note: self._ask(self._edit_note(trend, at, note)))
        pane.menu_wanted.connect(self._menu)
        pane.more_wanted.connect(self._fill_more)
        desk.parts["trends"] = self
        window = desk.window
        window.add_action(tr("New trend"), pane.new, "Ctrl+T", "view", "trend")

    # ---- pens

    async def add_pen(self, session: Session, tag: str) -> None:
        """Into the trend in front."""
        pane = self.pane
        pane.current().add_ref(TagRef(session.name, tag))
        await self._bind(session, pane.collector.lines(session.name))
        self._items.model.refresh()

    def add(self, trend: TrendView, refs: Sequence[TagRef]) -> None:
        """Pens of tags whose sources may be away: they begin when those come."""
        for ref in refs:
            trend.add_ref(ref)
        self.bind()

    def bind(self) -> None:
        """Lines that have no item, to those of the sessions that are open."""
        waiting = {line.source for line in self.pane.collector.lines() if not line.key}
        for source in waiting:
            session = self._desk.session_named(source)
            if session is not None and session.state is SessionState.READY:
                lines = self.pane.collector.lines(source)
                act(self._bind(session, lines), name="trend", failed=self._desk.say)

    async def _bind(self, session: Session, lines: Sequence[Line]) -> None:
        desk = self._desk
        wanted = {line.tag: line for line in lines if not line.key or line.session_id != session.id}
        for item in await desk.watch(session, list(wanted)):
            about = desk.book.about(session.id, item.tag)
            if not about.data_type:
                about = await desk.book.ask_now(session.id, item.tag)
            line, sample = wanted[item.tag], session.items.sample(item.key)
            told = about.unit, about.enumeration, about.decimals, sample
            replayed = session.replayed
            self.pane.collector.bind(line, session.id, item.key, *told, replayed=replayed)
            self._line_changed(line)

    def _line_changed(self, line: Line) -> None:
        for trend in self.pane.findChildren(TrendView):
            trend.line_changed(line)

    def _opened(self, session: Session) -> None:
        """Its pens go on where they were, with the gap that it left."""
        lines = self.pane.collector.lines(session.name)
        if lines:
            self.add_mark(MarkKind.BACK, self._desk.clock.utc_ns(), tr("session opened"), session.name)
            act(self._bind(session, lines), name="trend", failed=self._desk.say)

    def _trend(self, tag: str) -> None:
        if (session := self._items.chosen()) is not None:
            act(self.add_pen(session, tag), name="trend", failed=self._desk.say)

    # ---- marks

    def add_mark(self, kind: MarkKind, time_ns: int, text: str, source: str, tag: str = "") -> None:
        """On every trend that has a pen of this tag; without one, of any tag of the source (its name)."""
        self.pane.collector.mark(Mark(time_ns, kind, text, source, tag))

    def _acted(self, time_ns: int, words: str, session_id: str, tag: str, value: str) -> None:
        """An operator's action: what has a value is about writing."""
        if not session_id:
            return
        kind = MarkKind.WRITE if value else MarkKind.EVENT
        self.add_mark(kind, time_ns, f"{words} {value}".strip(), self._desk.name_of(session_id), tag)

    # ---- forms

    def _ask(self, work: Any) -> None:
        act(work, name="trend form", failed=self._desk.say)

    async def _accepted(self, form: QDialog) -> bool:
        try:
            return await answered(form) == QDialog.DialogCode.Accepted
        finally:
            form.deleteLater()

    async def _rename(self, of: TrendView) -> None:
        def wrong(name: str) -> str:
            if not name:
                return tr("A trend needs a name.")
            return tr("Another trend has this name.") if self.pane.named(name) not in (None, of) else ""

        form = NameForm(self._desk.theme, of.name, wrong, self._desk.window)
        form.setWindowTitle(tr("Rename the trend"))
        if await self._accepted(form) and form.name() != of.name:
            self.pane.rename(of, form.name())

    async def _edit_note(self, trend: TrendView, time_ns: int, note: Note | None) -> None:
        text = "" if note is None else note.text
        form = NoteForm(self._desk.theme, time_ns, text, self._desk.utc, self._desk.window)
        if await self._accepted(form):
            self._set_note(trend, note, Note(form.time_ns(), form.text()))

    def _set_note(self, trend: TrendView, before: Note | None, after: Note | None) -> None:
        """Of the trend, and in the journal, where it outlives the trend."""
        others = [one for one in trend.notes() if one is not before]
        trend.set_notes([*others, *filter(None, (after,))])
        if before != after:
            self._desk.noted.emit(trend.name, before, after)

    async def _show_range(self, trend: TrendView) -> None:
        form = RangeForm(self._desk.theme, trend.visible_range(), self._desk.utc, self._desk.window)
        if await self._accepted(form):
            trend.show_times(*form.range_s())

    # ---- menus

    def _menu(self, trend: TrendView, at: QPoint, time_ns: int) -> None:
        menu = self.menu_of(trend, time_ns)
        menu.popup(at)

    def menu_of(self, trend: TrendView, time_ns: int) -> QMenu:
        """What can be done at a time of a trend."""
        menu = QMenu(trend)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for number, words in enumerate((tr("Cursor A here"), tr("Cursor B here"))):
            _add(menu, words, partial(trend.set_cursor, number, True, time_ns))
        _add(menu, tr("Show in the event log"), partial(self.log_wanted.emit, time_ns))
        menu.addSeparator()
        note = trend.note_near(time_ns)
        if note is None:
            _add(menu, tr("Note here …"), partial(trend.note_wanted.emit, time_ns, None))
        else:
            _add(menu, tr("Edit the note …"), partial(trend.note_wanted.emit, note.time_ns, note))
            _add(menu, tr("Remove the note"), partial(self._set_note, trend, note, None))
        menu.addSeparator()
        self._files.fill_menu(menu, trend)
        return menu

    def _fill_more(self, trend: TrendView, menu: QMenu) -> None:
        menu.clear()
        start, stop = trend.visible_range()
        a, _ = trend.cursors()
        now = self._desk.clock.utc_ns()
        middle = round((start + stop) / 2 * 1e9)
        at = a if a is not None else now if not trend.paused else middle
        _add(menu, tr("Show everything held (Ctrl+0)"), trend.autoscale)
        _add(menu, tr("Time range …"), lambda: self._ask(self._show_range(trend)))
        _add(menu, tr("Note at A …") if a is not None else tr("Note …"), partial(trend.note_wanted.emit, at, None))
        menu.addSeparator()
        self._records.fill_menu(menu, trend)
        menu.addSeparator()
        self._files.fill_menu(menu, trend)
        menu.addSeparator()
        self.pane.fill_menu(menu, trend)

    # ---- the workspace

    def state(self) -> dict[str, Any]:
        return kept.state_of(self.pane)

    async def restore(self, state: dict[str, Any]) -> None:
        problems = kept.restore(self.pane, state)
        self.bind()
        if problems:
            told = tr("{count} entries of the trends were left out: {first}")
            self._desk.say(told.format(count=len(problems), first=problems[0]))


def _add(menu: QMenu, words: str, act: Any) -> None:
    action = QAction(words, menu)
    action.triggered.connect(lambda *_: act())
    menu.addAction(action)
