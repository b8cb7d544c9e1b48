"""The event log's past: pages of the journal, read when somebody scrolls up to them; and the way to trends and back."""

from __future__ import annotations

import asyncio
import threading
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject

from app.records.journal_read import Page, Place, page
from app.values import NS_PER_S
from ui.aside import aside
from ui.bridge import act, serving
from ui.desk.desk import Desk
from ui.desk.trends import TrendsDesk
from ui.i18n import tr
from ui.models.journal import About, matcher, needles
from ui.models.log import LogModel
from ui.plots.trend import TrendView
from ui.tagbook import UNKNOWN, TagAbout
from ui.tagref import TagRef

#: Rows after the time that somebody jumps to are shown as well.
_AFTER_NS = 60 * NS_PER_S


class JournalDesk(QObject):
    """One page at a time; a new filter gives up the old one's."""

    def __init__(self, desk: Desk, model: LogModel, trends: TrendsDesk, folder: Path) -> None:
        super().__init__(desk)
        self._desk = desk
        self._live = model
        self._trends = trends
        self._folder = folder
        self._place: Place | None = None
        self._until_ns = 2**63 - 1
        self._wanted_ns: int | None = None  # the row of this time is to be chosen
        self._work: asyncio.Task[object] | None = None
        self.view = view = desk.window.log
        self.model = view.journal
        self.model.about = self._about
        desk.book.changed.connect(self.model.look_again)
        view.journal_toggled.connect(self._toggled)
        view.filter_changed.connect(self._again)
        view.older_wanted.connect(self.load)
        view.trend_wanted.connect(self.show_in_trend)
        trends.log_wanted.connect(self.show_time)
        desk.utc_changed.connect(self.model.set_utc)
        desk.theme_changed.connect(self._set_theme)
        desk.stopping.connect(self._cancel)

    def _set_theme(self, theme: object) -> None:
        self.model.theme = theme  # type: ignore[assignment]

    def _about(self, name: str, tag: str) -> TagAbout:
        """What the source says of a tag now; of a session that is closed, and of its rows, nothing is known."""
        session = self._desk.session_named(name) if tag else None
        return UNKNOWN if session is None else self._desk.book.about(session.id, tag)

    def _known(self) -> About:
        """The same as far as it has been told, for another thread."""
        ids = {session.name: session.id for session in self._desk.runtime.manager.list()}
        known = self._desk.book.known
        return lambda name, tag: known(ids[name], tag) if name in ids else UNKNOWN

    def _toggled(self, shown: bool) -> None:
        if shown:
            self._until_ns = 2**63 - 1 if self._wanted_ns is None else self._wanted_ns + _AFTER_NS
            self._again()
        else:
            self._cancel()
            self.model.clear()

    def _again(self) -> None:
        """From the newest row on, with the filter as it is now."""
        if self.view.in_journal:
            self._cancel()
            self._place = None
            self.model.clear()
            self.load()

    def _cancel(self) -> None:
        if self._work is not None:
            self._work.cancel()
            self._work = None
            self.model.set_loading(False)

    def load(self) -> None:
        """The next older page, if none is on its way."""
        if self._work is None and not self.model.complete and serving():
            self.model.set_loading(True)
            self._work = act(self._loaded(), name="journal", failed=self._desk.say)

    async def _loaded(self) -> None:
        wanted = self.view.filter()
        passes = matcher(wanted, self._live.sessions(), self._desk.utc, self._known())
        given_up = threading.Event()
        read = partial(
            page, self._folder, self._place, passes,
            until_ns=self._until_ns, needles=needles(wanted), cancelled=given_up.is_set,
        )  # fmt: skip
        found: Page | None = None
        try:
            found = await aside(read)
        except asyncio.CancelledError:
            given_up.set()
            raise
        finally:
            if self._work is asyncio.current_task():
                self._work = None
                self.model.set_loading(False)
        self._place = found.place
        self.view.add_older(found.rows, found.until_ns, found.place is None)
        if self._wanted_ns is not None and found.rows:
            time_ns, self._wanted_ns = self._wanted_ns, None
            self.view.show_journal_time(time_ns)
        elif not found.rows and found.place is not None:
            self.load()  # nothing has passed so far: it is looked on, and said how far

    # ---- to a trend and back

    def show_in_trend(self, source: str, tag: str, time_ns: int) -> None:
        """The tag's line at the time, with cursor A there; without a tag, the trend as it is."""
        trend = next((t for t in self._trends.pane.trends() if tag and t.has_line(TagRef(source, tag))), None)
        if trend is None:
            trend = self._trends.pane.current()
            if tag:
                self._trends.add(trend, [TagRef(source, tag)])
        self._trends.pane.show_trend(trend)
        show_at(trend, time_ns)

    def show_time(self, time_ns: int) -> None:
        """The row of the event log that is nearest to a time: of what is in memory, else of the journal."""
        self._desk.window.show_pane("log")
        if not self.view.in_journal and self.view.show_time(time_ns):
            return
        self._until_ns = time_ns + _AFTER_NS
        self._wanted_ns = time_ns
        if self.view.in_journal:
            self._again()
        else:
            self.view.show_journal(True)
        self._desk.say(tr("The event log shows its journal; End follows the newest events again."))


def show_at(trend: TrendView, time_ns: int) -> None:
    start, stop = trend.visible_range()
    half, at = (stop - start) / 2, time_ns / 1e9
    trend.show_times(at - half, at + half)
    trend.set_cursor(0, True, time_ns)
