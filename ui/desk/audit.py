"""The audit pane: pages of the store, what has been recorded since, verifying and exporting."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal

from app.records import audit_query, audit_table
from app.records.audit_file import AuditError, AuditFile
from app.records.audit_query import PAGE, AuditQuery
from app.records.audit_record import AuditRow
from app.records.export import export_table
from app.values import Value
from ui.bridge import act, serving
from ui.desk.desk import Desk
from ui.desk.files import file_to_write
from ui.desk.writing import WritingDesk
from ui.forms.details import DetailsDialog
from ui.i18n import count_text, tr
from ui.models.audit import AuditModel
from ui.taskbar import TaskbarProgress
from ui.theme import Theme
from ui.views.audit import AuditView


class AuditDesk(QObject):
    """Reads nothing while the pane is hidden."""

    _read = Signal(int)  # records, from the thread that verifies

    def __init__(self, desk: Desk, writing: WritingDesk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._store = writing.store
        self.model = AuditModel(desk.theme, lambda: writing.writer.open_numbers)
        self.view = AuditView(self.model)
        self._query = AuditQuery()
        self._head = 0  # the newest record that is shown, or was left out by the filter
        self._count = 0
        self._asking: asyncio.Task[object] | None = None
        self._unread = ""  # why the store could not be read
        self._stale = True  # nothing has been read for this filter
        window = desk.window
        area = Qt.DockWidgetArea.BottomDockWidgetArea
        window.add_pane("audit", tr("Audit"), self.view, area, beside="log")
        desk.second.connect(self.look)
        desk.utc_changed.connect(self.model.set_utc)
        desk.theme_changed.connect(self._set_theme)
        self.model.more_wanted.connect(lambda: self._ask(self._more))
        self.view.query_changed.connect(self._anew)
        self.view.details_wanted.connect(self._details)
        self.view.verify_wanted.connect(self.verify)
        self.view.export_wanted.connect(self._ask_export)
        self._read.connect(self.view.show_verifying)

    def _set_theme(self, theme: Theme) -> None:
        self.view.set_theme(theme)

    def look(self) -> None:
        """What has been recorded since; at most one question at a time."""
        self._show_trouble()
        if self.view.isVisible() and (self._asking is None or self._asking.done()):
            self._ask(self._refresh if self._stale else self._since)

    def _anew(self) -> None:
        """Another filter: what is being read for the old one is of no use."""
        self._query = self.view.query(self._desk.clock.utc_ns())
        self._stale = True
        if self._asking is not None:
            self._asking.cancel()
        self._ask(self._refresh)

    def _ask(self, question: Callable[[], Awaitable[None]]) -> None:
        if not serving():  # a timer may fire before it runs, and after
            return

        async def ask() -> None:
            await question()
            self._unread = ""

        self._asking = act(ask(), name="audit", failed=self._failed)

    def _failed(self, words: str) -> None:
        self._unread = words
        self.view.show_counts(self._count, filtered=not self._query.empty)
        self._show_trouble()

    def _show_trouble(self) -> None:
        self.view.show_trouble(self._store.problem or self._unread)

    # ---- reading

    async def _refresh(self) -> None:
        query = self._query
        self.view.show_counts(0, filtered=not query.empty, looking=True)

        def ask(file: AuditFile) -> tuple[int, list[AuditRow], int]:
            return file.head().number, audit_query.page(file, query), audit_query.count(file, query)

        head, rows, count = await self._store.read(ask)
        if query == self._query:
            self._head, self._count, self._stale = head, count, False
            self.model.reset(rows, len(rows) == PAGE)
            self._show_counts()

    async def _more(self) -> None:
        query, oldest = self._query, self.model.oldest
        rows = await self._store.read(lambda file: audit_query.page(file, query, oldest))
        if query == self._query:
            self.model.add(rows, len(rows) == PAGE)

    async def _since(self) -> None:
        query, before = self._query, self._head

        def ask(file: AuditFile) -> tuple[int, list[AuditRow], list[AuditRow]]:
            head = file.head().number
            if head == before:
                return head, [], []
            return head, audit_query.changed(file, query, before), audit_query.changed(file, AuditQuery(), before)

        head, new, changed = await self._store.read(ask)
        if query != self._query or head == before:
            return
        if len(changed) == PAGE or head < before:  # too many, or another store
            await self._refresh()
            return
        self._head = head
        self._count += sum(row.number > before for row in new)
        self.model.merge(new, changed)
        self._show_counts()

    def _show_counts(self) -> None:
        self.view.show_counts(self._count, filtered=not self._query.empty)

    # ---- what is asked for

    def _details(self, row: AuditRow) -> None:
        title = tr("Write of {tag}").format(tag=row.intent.tag)
        DetailsDialog(title, self.model.details(row), self._desk.window).show()

    def verify(self) -> None:
        """Read the whole store."""
        act(self._verified(), name="verify", failed=self._desk.say, done=lambda: self.view.show_verifying(None))

    async def _verified(self) -> None:
        self.view.show_verifying(0)
        try:
            verdict = await self._store.verify(told=self._read.emit)
        except InterruptedError:
            return
        except AuditError as error:
            self.view.show_verdict(f"✕ {error.fault.message}", False)
            return
        if verdict.problem:
            words = tr("✕ The record is damaged: {reason}").format(reason=self._store.problem or verdict.problem)
        elif verdict.head is None:
            words = tr("✓ Nothing is recorded yet.")
        else:
            words = tr("✓ {count} records, all as they were written. Fingerprint {fingerprint}")
            words = words.format(count=count_text(verdict.records), fingerprint=verdict.head)
        self.view.show_verdict(words, not verdict.problem)
        self._desk.told(tr("audit store verified: {result}").format(result=words[2:]))

    def _ask_export(self) -> None:
        act(self._export(self._query), name="export the audit store", failed=self._desk.say)

    async def _export(self, query: AuditQuery) -> None:
        path = await file_to_write(self._desk, tr("Export the audit store"), tr("writes"))
        if path is None:
            return
        with TaskbarProgress(self._desk.window):
            rows = _exported(self._store.path, query)
            count = await export_table(path, audit_table.COLUMNS, rows, sheet=tr("Audit"))
        self._desk.say(tr("{count} writes are in {path}", None, count).format(count=count_text(count), path=path))
        self._desk.told(tr("audit store exported"), value=str(path))


def _exported(store: Path, query: AuditQuery) -> Iterator[tuple[Value, ...]]:
    """Rows from a connection of its own, in the thread that iterates it."""
    file = AuditFile(store, read_only=True)
    try:
        yield from audit_table.cells(audit_query.every(file, query))
    finally:
        file.close()
