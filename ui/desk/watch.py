"""Watch lists: what is in them, what is done with their rows, and what a workspace keeps of them."""

from __future__ import annotations

import math
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QActionGroup, QGuiApplication
from PySide6.QtWidgets import QDialog, QMenu

from app.records.tracking import Keep
from app.sessions.session import Session
from ui.bridge import act, answered
from ui.desk.desk import Desk
from ui.desk.items import ItemsDesk
from ui.desk.properties import show_properties
from ui.desk.sources import SourcesDesk
from ui.desk.trends import TrendsDesk
from ui.desk.watch_sources import WatchSources
from ui.desk.writing import WritingDesk
from ui.expression import ExpressionError
from ui.feed import FeedFrame
from ui.forms.recorder import MIB, size_text
from ui.forms.watch import AddTagsForm, ComputedForm, NameForm, ToleranceForm
from ui.i18n import count_text, tr
from ui.models.watch import WatchModel, unknown_words
from ui.models.watch_edits import Edits
from ui.models.watch_paste import lines_of
from ui.models.watch_rows import Kind, Line, Link, Row
from ui.models.watch_snapshot import Snapshot
from ui.number_format import NumberFormat
from ui.tagref import TagRef, from_mime
from ui.views.watch import WatchPane
from ui.views.watch_list import AS_OTHERS, NOT_RECORDED, WatchList
from ui.views.watch_state import restore_list, state_of

#: More rows than this are not taken at once: nobody pastes so many on purpose.
MOST_ROWS = 200_000
_RECORD_DAYS = (1, 7, 30, 90, 365)
_RECORD_MIB = (100, 1024, 10 * 1024, 100 * 1024)


class WatchDesk(QObject):
    """The pane of watch lists. Everything that changes a list can be undone; nothing here writes to a plant."""

    def __init__(
        self, desk: Desk, items: ItemsDesk, sources: SourcesDesk, trends: TrendsDesk, writing: WritingDesk
    ) -> None:
        super().__init__(desk)
        self._desk = desk
        self._items = items
        self._saved = sources
        self._trends = trends
        self._writing = writing
        self.sources = WatchSources(desk, self._links)
        self.used_bytes: Callable[[str], int] = lambda record_id: 0  # by a list's records
        self.edits = Edits(self)
        self.pane = pane = WatchPane(desk.theme)
        desk.window.add_pane("watch", tr("Watch lists"), pane, Qt.DockWidgetArea.TopDockWidgetArea)
        desk.window.add_action(tr("Add tags …"), self.add_tags, "Ctrl+Shift+A", "tag", "add")
        self._menu = desk.window.menu("tag").addMenu(tr("Watch list"))
        self._menu.aboutToShow.connect(self._fill_menu)
        desk.frame.connect(self._take)
        desk.second.connect(self._tick)
        desk.utc_changed.connect(self._set_utc)
        desk.theme_changed.connect(pane.set_theme)
        desk.window.items.watch_wanted.connect(self._watch_items)
        desk.tags_wanted.connect(self._want)
        self.sources.changed.connect(lambda source: [made.model.source_changed(source) for made in self._all()])
        self.sources.bound.connect(lambda: [made.model.rebound() for made in self._all()])
        self.sources.unknown.connect(lambda count: desk.say(unknown_words(count)))
        self.edits.indexChanged.connect(self._show_edits)
        pane.new_wanted.connect(self.new_list)
        pane.rename_wanted.connect(lambda of: self._ask(self._rename(of)))
        pane.duplicate_wanted.connect(self.duplicate)
        pane.close_wanted.connect(self.close)
        pane.undo_wanted.connect(self.edits.undo)
        pane.redo_wanted.connect(self.edits.redo)
        desk.parts["watch"] = self
        self._plant(tr("List {number}").format(number=1))

    # ---- lists

    def _all(self) -> list[WatchList]:
        """Also those that are closed and can be brought back."""
        return self.pane.findChildren(WatchList)

    def _links(self) -> Iterator[Link]:
        for made in self._all():
            yield from made.model.links()

    @property
    def current(self) -> WatchList:
        """The list in front; one is made where there is none."""
        return self.pane.current() or self._plant(self._free_name())

    def _plant(self, name: str, number: int | None = None) -> WatchList:
        made = self._make(name)
        self.pane.insert(made, len(self.pane.lists()) if number is None else number)
        return made

    def _make(self, name: str) -> WatchList:
        desk = self._desk
        model = WatchModel(desk.book, desk.clock, self.sources.source, name)
        model.set_utc(desk.utc)
        made = WatchList(model, desk.theme)
        made.refusal = desk.refusal
        model.setParent(made)
        model.rows_changed.connect(self.sources.bind)
        model.comment_changed.connect(partial(self._set_comment, model))
        table = made.table
        table.trend_wanted.connect(self._trend)
        table.write_wanted.connect(lambda ref: self._with(ref, self._writing.open_form))
        table.place_wanted.connect(self._show_place)
        table.properties_wanted.connect(lambda ref: self._with(ref, self._properties))
        table.limits_wanted.connect(desk.limits_wanted)
        table.read_wanted.connect(self._read)
        table.remove_wanted.connect(partial(self.edits.remove, model, tr("remove rows")))
        table.rows_moved.connect(partial(self._move, made))
        table.refs_dropped.connect(lambda refs, before: self.add(refs, into=made, before=before))
        table.text_dropped.connect(lambda text, before: self.paste(text, into=made, before=before))
        table.said.connect(desk.say)
        made.paste_wanted.connect(lambda text: self._paste(made, text))
        made.tags_wanted.connect(self.add_tags)
        made.comment_wanted.connect(lambda: self._add_comment(made))
        made.computed_wanted.connect(lambda row: self._ask(self._compute(made, row)))
        made.tolerance_wanted.connect(lambda: self._ask(self._set_tolerance(made)))
        made.snapshot_wanted.connect(lambda: made.add_snapshot(Snapshot.of(model.rows, desk.clock.utc_ns())))
        made.format_wanted.connect(partial(self._format, model))
        made.open_wanted.connect(self._saved.open_named)
        return made

    def _free_name(self) -> str:
        names = {made.model.name for made in self.pane.lists()}
        numbers = range(1, len(names) + 2)
        return next(name for n in numbers if (name := tr("List {number}").format(number=n)) not in names)

    def new_list(self) -> None:
        self._open(self._make(self._free_name()), tr("new list"))

    def _open(self, made: WatchList, words: str) -> None:
        at = len(self.pane.lists())
        made.setParent(self.pane)
        self.edits.act(words, lambda: self.pane.insert(made, at), lambda: self.pane.take(made))

    def duplicate(self, of: WatchList) -> None:
        made = self._make(self._copy_name(of.model.name))
        made.setParent(self.pane)
        restore_list(made, {**state_of(of), "name": made.model.name})
        made.record_id = secrets.token_hex(4) if made.record_mib else ""  # a space of its own, not its model's
        self._open(made, tr("duplicate a list"))

    def _copy_name(self, name: str) -> str:
        taken = {made.model.name for made in self.pane.lists()}
        names = (f"{name} ({number})" for number in range(2, len(taken) + 3))
        return next(one for one in names if one not in taken)

    def close(self, gone: WatchList) -> None:
        at = self.pane.lists().index(gone)
        self.edits.act(
            tr("close “{name}”").format(name=gone.model.name),
            lambda: self.pane.take(gone),
            lambda: self.pane.insert(gone, at),
        )
        self._desk.say(tr("“{name}” is closed. Ctrl+Z brings it back.").format(name=gone.model.name))
        if not self.pane.lists():
            self._plant(self._free_name())

    async def _rename(self, of: WatchList) -> None:
        def wrong(name: str) -> str:
            if not name:
                return tr("A list needs a name.")
            others = {made.model.name for made in self.pane.lists() if made is not of}
            return tr("Another list has this name.") if name in others else ""

        form = NameForm(self._desk.theme, of.model.name, wrong, self._desk.window)
        if await self._accepted(form) and form.name() != of.model.name:
            self.rename(of, form.name())

    def rename(self, of: WatchList, name: str) -> None:
        def become(name: str) -> None:
            of.model.name = name
            if of in self.pane.lists():
                self.pane.name_changed(of)

        self.edits.act(tr("rename a list"), partial(become, name), partial(become, of.model.name))

    # ---- rows

    def first(self, refs: Iterable[TagRef]) -> None:
        """Rows that a start begins with: there is nothing to undo."""
        model = self.current.model
        model.become([*model.state_of_rows(), *((row, row.line) for row in model.make(map(_tag, refs)))])

    def add(self, refs: Sequence[TagRef], *, into: WatchList | None = None, before: Row | None = None) -> None:
        self._insert([_tag(ref) for ref in refs], into, before)

    def paste(self, text: str, *, into: WatchList | None = None, before: Row | None = None) -> None:
        """Names, comments and expressions as text; what cannot be read is told, and nothing is added."""
        try:
            lines = lines_of(text, self.sources.names(), self._usual_source())
        except ExpressionError as error:
            self._desk.say(tr("Nothing was pasted: {problem}").format(problem=error))
            return
        self._insert(lines, into, before)

    def _paste(self, made: WatchList, text: str) -> None:
        data = QGuiApplication.clipboard().mimeData()
        refs = from_mime(data) if data is not None else []
        before = _after(made, made.table.selected())
        if refs:
            self.add(refs, into=made, before=before)
        else:
            self.paste(text, into=made, before=before)

    def _insert(self, lines: Sequence[Line], into: WatchList | None, before: Row | None) -> None:
        made = into or self.current
        if not lines:
            self._desk.say(tr("There are no names to add."))
            return
        if len(lines) + made.model.count > MOST_ROWS:
            told = tr("Nothing was added: a list holds {most} rows at the most.")
            self._desk.say(told.format(most=count_text(MOST_ROWS)))
            return
        if any(not ref.source for line in lines for ref in line.refs):
            self._desk.say(tr("Nothing was added: open a source first, or write its name before the tag (Plant:Tank)."))
            return
        rows = self.edits.insert(made.model, tr("add rows"), lines, before)
        made.table.select(rows)
        many = tr("{count} rows added.", None, len(rows)).format(count=count_text(len(rows)))
        self._desk.say(tr("1 row added.") if len(rows) == 1 else many)

    def _usual_source(self) -> str:
        """Of names without one: that of the session whose items are shown, else any that is open."""
        session = self._desk.session(self._items.model.session_id)
        return session.name if session is not None else next(iter(self.sources.names()), "")

    def _move(self, made: WatchList, rows: Sequence[Row], before: Row | None) -> None:
        self.edits.move(made.model, tr("move rows"), rows, before)
        made.table.select(rows)

    def _set_comment(self, model: WatchModel, row: Row, text: str) -> None:
        if text:
            self.edits.set_lines(model, tr("change a comment"), {row: replace(row.line, text=text)})

    def _add_comment(self, made: WatchList) -> None:
        chosen = made.table.selected()
        comment = Line(Kind.COMMENT, text=tr("Comment"))
        (row,) = self.edits.insert(made.model, tr("add a comment"), [comment], chosen[0] if chosen else None)
        made.table.change(row)

    def _format(self, model: WatchModel, rows: Sequence[Row], style: NumberFormat) -> None:
        changed = {row: replace(row.line, format=style) for row in rows}
        self.edits.set_lines(model, tr("change a number format"), changed)

    # ---- forms

    def _ask(self, work: Any) -> None:
        act(work, name="watch form", failed=self._desk.say)

    async def _accepted(self, form: QDialog) -> bool:
        try:
            return await answered(form) == QDialog.DialogCode.Accepted
        finally:
            form.deleteLater()

    def add_tags(self) -> None:
        """A form to type or paste names into."""
        self._desk.window.show_pane("watch")
        self._ask(self._add_tags(self.current))

    async def _add_tags(self, made: WatchList) -> None:
        form = AddTagsForm(self._desk.theme, self.sources.names(), self._usual_source(), self._desk.window)
        if await self._accepted(form):
            self._insert(form.lines(), made, _after(made, made.table.selected()))

    async def _compute(self, made: WatchList, row: Row | None) -> None:
        line = None if row is None else row.line
        names = self.sources.names()
        form = ComputedForm(self._desk.theme, names, self._usual_source(), line, self._desk.window)
        if not await self._accepted(form):
            return
        if row is None:
            self._insert([form.line()], made, _after(made, made.table.selected()))
        else:
            self.edits.set_lines(made.model, tr("change a computed row"), {row: form.line()})

    async def _set_tolerance(self, made: WatchList) -> None:
        form = ToleranceForm(self._desk.theme, made.tolerance, self._desk.window)
        if await self._accepted(form):
            made.set_tolerance(form.tolerance())

    # ---- what is done with tags

    def _with(self, ref: TagRef, work: Callable[[Session, str], Any]) -> None:
        session = self._desk.session_named(ref.source)
        if session is None:
            self._desk.say(tr("{source} is not open.").format(source=ref.source))
        else:
            act(work(session, ref.tag), name="watch", failed=self._desk.say)

    def _trend(self, refs: Sequence[TagRef]) -> None:
        for ref in refs:
            self._with(ref, self._trends.add_pen)

    def _show_place(self, ref: TagRef) -> None:
        if (session := self._desk.session_named(ref.source)) is not None:
            self._desk.place_wanted.emit(session.id, ref.tag)

    async def _properties(self, session: Session, tag: str) -> None:
        show_properties(self._desk, session, tag)

    def _watch_items(self, tags: Sequence[str]) -> None:
        """From the items pane."""
        session = self._desk.session(self._items.model.session_id)
        if session is not None:
            self._want([TagRef(session.name, tag) for tag in tags])

    def _want(self, refs: Sequence[TagRef]) -> None:
        """Somewhere else these were asked for: those that the list in front has not come into it."""
        self._desk.window.show_pane("watch")
        there = {row.line.ref: row for row in self.current.model.rows}
        if new := [ref for ref in refs if ref not in there]:
            self.add(new)
        else:
            self.current.table.select([there[ref] for ref in refs])

    def _read(self, rows: Sequence[Row]) -> None:
        links = {link.ref: link for row in rows for link in row.links}
        self._ask(self._read_again(list(links.values())))

    async def _read_again(self, links: Sequence[Link]) -> None:
        read, failed = await self.sources.read(links)
        told = tr("{count} values read.", None, read).format(count=count_text(read))
        if failed:
            told = tr("{count} values read, {failed} could not be.", None, read).format(
                count=count_text(read), failed=count_text(failed)
            )
        self._desk.say(told)

    # ---- what comes

    def _take(self, frame: FeedFrame) -> None:
        for made in self.pane.lists():
            made.model.take(frame)

    def _tick(self) -> None:
        for made in self.pane.lists():
            made.model.tick()

    def _set_utc(self, utc: bool) -> None:
        for made in self._all():
            made.model.set_utc(utc)

    def _show_edits(self, *_: int) -> None:
        self.pane.undo_words, self.pane.redo_words = self.edits.undoText(), self.edits.redoText()

    def _fill_menu(self) -> None:
        self._menu.clear()
        self.pane.fill_menu(self._menu, self.pane.current())
        if (current := self.pane.current()) is not None:
            self._fill_recording(self._menu.addMenu(tr("Record values")), current)

    def _fill_recording(self, menu: QMenu, of: WatchList) -> None:
        """How long the values of its tags are kept; where several lists have a tag, the longest of theirs."""
        group = QActionGroup(menu)
        for words, days in (
            (tr("As all other tags"), AS_OTHERS),
            *((tr("For {count} days", None, days).format(count=days), days) for days in _RECORD_DAYS),
            (tr("Without limit"), 0),
            (tr("Not at all"), NOT_RECORDED),
        ):
            _choice(menu, group, words, of.record_days == days, partial(self._record, of, days))
        menu.addSeparator()
        sizes = menu.addMenu(tr("Keep at most"))
        group = QActionGroup(sizes)
        for mib in dict.fromkeys((0, *_RECORD_MIB, of.record_mib)):
            words = size_text(mib * MIB) if mib else tr("No limit of its own")
            _choice(sizes, group, words, of.record_mib == mib, partial(self._limit, of, mib))
        if of.record_id:
            used = QAction(tr("{size} are used").format(size=size_text(self.used_bytes(of.record_id))), menu)
            used.setEnabled(False)
            menu.addAction(used)

    def _record(self, of: WatchList, days: int, *_: object) -> None:
        before = of.record_days
        if days != before:
            words = tr("recording of “{name}”").format(name=of.model.name)
            self.edits.act(words, lambda: setattr(of, "record_days", days), lambda: setattr(of, "record_days", before))

    def _limit(self, of: WatchList, mib: int, *_: object) -> None:
        """A list keeps its id: what is recorded already counts for a limit that is set again."""
        before = of.record_mib
        if mib != before:
            of.record_id = of.record_id or secrets.token_hex(4)
            words = tr("recording of “{name}”").format(name=of.model.name)
            self.edits.act(words, lambda: setattr(of, "record_mib", mib), lambda: setattr(of, "record_mib", before))

    def recorded(self) -> tuple[dict[tuple[str, str], Keep | None], dict[str, int]]:
        """How the tags of lists that say something of it are recorded, None = not at all; and the bytes that lists may
        have, by their ids."""
        found: dict[tuple[str, str], Keep | None] = {}
        limits: dict[str, int] = {}
        for made in self.pane.lists():
            if made.record_mib:
                limits[made.record_id] = made.record_mib * MIB
            elif made.record_days == AS_OTHERS:
                continue
            days = None if made.record_days == AS_OTHERS else made.record_days
            keep = Keep(days, made.record_id if made.record_mib else "")
            kept = None if made.record_days == NOT_RECORDED else keep
            for link in made.model.links():
                place = link.ref.source, link.ref.tag
                found[place] = _longer(found[place], kept) if place in found else kept
        return found, limits

    # ---- the workspace

    def state(self) -> dict[str, Any]:
        lists = self.pane.lists()
        current = self.pane.current()
        return {"lists": [state_of(made) for made in lists], "current": lists.index(current) if current else 0}

    async def restore(self, state: dict[str, Any]) -> None:
        problems: list[str] = []
        self.edits.clear()
        for made in self._all():
            if made in self.pane.lists():
                self.pane.take(made)
            made.setParent(None)
            made.deleteLater()
        for number, kept in enumerate(_list(state.get("lists")), 1):
            made = self._make(tr("List {number}").format(number=number))
            problems += restore_list(made, kept)
            self.pane.insert(made, len(self.pane.lists()))
        lists = self.pane.lists() or [self._plant(self._free_name())]
        current = state.get("current", 0)
        self.pane.show_list(lists[current if isinstance(current, int) and 0 <= current < len(lists) else 0])
        self.sources.bind()
        if problems:
            told = tr("{count} entries of the watch lists were left out: {first}")
            self._desk.say(told.format(count=len(problems), first=problems[0]))


def _tag(ref: TagRef) -> Line:
    return Line(Kind.TAG, ref)


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _after(made: WatchList, rows: Sequence[Row]) -> Row | None:
    """The row below the selected ones, in the list's own order; None = the end."""
    if not rows:
        return None
    all_rows, chosen = made.model.rows, set(rows)
    at = max(number for number, row in enumerate(all_rows) if row in chosen) + 1
    return all_rows[at] if at < len(all_rows) else None


def _choice(menu: QMenu, group: QActionGroup, words: str, chosen: bool, act: Callable[..., object]) -> None:
    action = QAction(words, menu)
    action.setCheckable(True)
    action.setChecked(chosen)
    action.triggered.connect(act)
    group.addAction(action)
    menu.addAction(action)


def _longer(one: Keep | None, other: Keep | None) -> Keep | None:
    """Of two lists: the longer one keeps the tag, and of equal ones that without a limit of size, or the first."""
    if one is None or other is None:
        return other if one is None else one
    return other if _length(other) > _length(one) else one


def _length(keep: Keep) -> tuple[float, bool]:
    """What is kept as all others are has the least to say."""
    days = -1.0 if keep.days is None else keep.days or math.inf
    return days, not keep.list
