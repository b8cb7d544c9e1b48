"""The event log: its journal on disk, its export, and the way from a row to its tag."""

from __future__ import annotations

import asyncio
from pathlib import Path

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog

from app import config
from app.batch import EventBatch
from app.config import JournalPolicy
from app.events.notices import Notice, NoticeKind, Severity
from app.records.export import export_table
from app.records.journal import Act, Journal
from app.records.journal_file import NOTE
from app.sessions.names import TagNames
from ui.bridge import act, answered
from ui.desk.desk import Desk
from ui.feed import FeedFrame
from ui.format import time_text
from ui.i18n import count_text, tr
from ui.models.items import ItemsModel
from ui.models.log import LogModel
from ui.models.log_rows import EXPORTED, exported
from ui.plots.marks import Note
from ui.tag_menu import TagActs
from ui.taskbar import TaskbarProgress

_STOP_S = 0.5
_FILTERS = "Excel (*.xlsx);;CSV (*.csv);;Parquet (*.parquet)"


class LogDesk(QObject):
    """Feeds the log and the journal; what the pane asks for is done here."""

    _journal_failed = Signal(str)  # from the journal's thread

    def __init__(self, desk: Desk, model: LogModel, items: ItemsModel) -> None:
        super().__init__(desk)
        self._desk = desk
        self._model = model
        self._items = items
        self._names: TagNames = desk.names
        self._export: asyncio.Task[object] | None = None
        self.folder = config.directory() / "journal"
        self.journal = Journal.of(desk.runtime.settings, self.folder, desk.clock, self._journal_failed.emit)
        self._journal_failed.connect(self._tell_failure)
        desk.figures["journal"] = self.journal.statistics
        desk.frame.connect(self._take)
        desk.acted.connect(self._act)
        desk.noted.connect(self._note)
        desk.utc_changed.connect(model.set_utc)
        desk.stopping.connect(self._cancel)
        view = desk.window.log
        view.acts_of = self._acts
        view.show_details(desk.kept.value("log/details", "false") == "true")
        view.details_toggled.connect(lambda shown: desk.kept.setValue("log/details", "true" if shown else "false"))
        view.jump_wanted.connect(self.show_in_items)
        view.export_wanted.connect(self._ask_export)
        view.cancel_wanted.connect(self._cancel)
        desk.window.add_action(tr("Export the event log …"), self._ask_export, None, "file", "export")
        if desk.runtime.settings.journal is not JournalPolicy.OFF:
            desk.window.add_action(tr("Show the journal's folder"), self._show_folder, None, "tools", "folder")

    def start(self) -> None:
        self.journal.start()

    async def stop(self) -> None:
        """Once nothing comes any more: what waits is written."""
        await asyncio.to_thread(self.journal.stop, _STOP_S)

    # ---- what comes

    def _take(self, frame: FeedFrame) -> None:
        self._model.take(frame)
        for session_id, what in (*frame.batches, *frame.notices):
            self._write(session_id, what)

    def _write(self, session_id: str, what: EventBatch | Notice) -> None:
        self.journal.take(self._desk.name_of(session_id), what, self._names.of(session_id))

    def _act(self, time_ns: int, words: str, session_id: str, tag: str, value: str) -> None:
        self._keep(session_id, Act(time_ns, words, tag, value))

    def _keep(self, session_id: str, act: Act) -> None:
        self._model.act(session_id, act)
        self.journal.act(self._desk.name_of(session_id) if session_id else "", act)

    def _note(self, trend: str, before: Note | None, after: Note | None) -> None:
        """Notes are kept as what was made of which: what is taken back stays readable."""
        now = self._desk.clock.utc_ns()
        details: dict[str, object] = {"trend": trend}
        if before is not None:
            details |= {"was_ns": before.time_ns, "was": before.text}
        if after is not None:
            details |= {"at_ns": after.time_ns, "text": after.text}
            words = f"{time_text(after.time_ns, self._desk.utc)}: {after.text}"
        else:
            words = tr("note removed: {text}").format(text="" if before is None else before.text)
        self._keep("", Act(now, words, kind=NOTE, details=details))

    def _tell_failure(self, words: str) -> None:
        failed = tr("the journal of events cannot be written: {reason}; what comes is missing in it")
        told = failed.format(reason=words) if words else tr("the journal of events is written again")
        notice = Notice(
            NoticeKind.DROPPED, Severity.WARNING if words else Severity.INFO, self._desk.clock.utc_ns(), told
        )
        self._model.take(FeedFrame([], [("", notice)]))

    def _show_folder(self) -> None:
        folder = config.directory() / "journal"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

    # ---- from a row to its tag

    def _acts(self, session_id: str) -> TagActs | None:
        """The same as in the items' tree, which shows the session then."""
        if self._desk.session(session_id) is None:
            return None
        acts = self._desk.window.items.acts

        def choose() -> None:
            self._desk.window.sessions.choose(session_id)

        return TagActs(
            lambda tag: (choose(), acts.trend(tag)),
            lambda tags: (choose(), acts.watch(tags)),
            lambda tag: (choose(), acts.write(tag)),
            lambda tag: (choose(), acts.properties(tag)),
            refused=self._desk.refusal(self._desk.name_of(session_id)),
            show=lambda tag: self._desk.place_wanted.emit(session_id, tag),
        )

    def show_in_items(self, session_id: str, key: int, tag: str) -> None:
        """Put the cursor of the items on the tag; a tag that is no registered item is looked for."""
        desk = self._desk
        if desk.session(session_id) is None:
            desk.say(tr("{tag}: its session is closed.").format(tag=tag))
            return
        desk.window.sessions.choose(session_id)
        desk.window.show_pane("items")
        pane, items = desk.window.items_pane, desk.window.items
        node = self._items.node_of(key) or self._items.node_of_tag(tag)
        if node is None:
            pane.look_for(tag)
            return
        pane.clear()
        index = self._items.index_of(node)
        items.setCurrentIndex(index)
        items.scrollTo(index)
        items.setFocus()

    # ---- export

    def _ask_export(self) -> None:
        if self._export is None:
            self._export = act(self._exported(), name="export the log", failed=self._desk.say, done=self._export_done)

    def _cancel(self) -> None:
        if self._export is not None:
            self._export.cancel()

    def _export_done(self) -> None:
        self._export = None
        self._desk.window.log.show_export(None)

    async def _exported(self) -> None:
        desk, view = self._desk, self._desk.window.log
        pieces = self._model.snapshot()  # what is shown now, not when a name is found
        dialog = QFileDialog(desk.window, tr("Export the event log"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters(_FILTERS.split(";;"))
        dialog.setDefaultSuffix("xlsx")
        dialog.setDirectory(str(desk.kept.value("export/folder", str(Path.home()))))
        dialog.selectFile("events")
        dialog.filterSelected.connect(lambda chosen: dialog.setDefaultSuffix(chosen.split("*.")[-1].rstrip(")")))
        try:
            if not await answered(dialog):
                return
            path = Path(dialog.selectedFiles()[0])
        finally:
            dialog.deleteLater()
        desk.kept.setValue("export/folder", str(path.parent))
        view.show_export(0)
        rows = exported(pieces, self._model.names())
        with TaskbarProgress(desk.window):
            count = await export_table(path, EXPORTED, rows, sheet=tr("Event log"), on_progress=view.show_export)
        desk.say(tr("{count} rows are in {path}", None, count).format(count=count_text(count), path=path))
        desk.told(tr("event log exported"), value=str(path))
