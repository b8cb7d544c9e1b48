"""Bulk writes, and values of tags saved to a file to be written back."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from app.records import values_file
from app.records.export import export_table
from app.records.values_file import KeptValue
from app.tasks import spawn
from app.values import iso_utc
from ui.bridge import act
from ui.desk.desk import Desk
from ui.desk.files import file_to_read, file_to_write
from ui.desk.items import ItemsDesk
from ui.desk.watch import WatchDesk
from ui.desk.writing import WritingDesk, source_words
from ui.forms.bulk import BulkForm
from ui.forms.bulk_load import BulkLoader
from ui.forms.bulk_paste import BulkLine
from ui.forms.write_job import Target
from ui.i18n import count_text, noop, tr
from ui.models.bulk import REPORT
from ui.models.watch_rows import Kind
from ui.tagref import TagRef

_SAVED = noop("Saved values (*.tagvalues)")
_TO_READ = noop("Tables and saved values (*.csv *.txt *.tsv *.tagvalues)")
_LARGEST = 16 * 1024 * 1024
_FIRST_VALUES_S = 2.0
_LOOK_S = 0.05


class BulkDesk(QObject):
    """Tag → Bulk write, Save values, Restore values."""

    def __init__(self, desk: Desk, writing: WritingDesk, items: ItemsDesk, watch: WatchDesk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._writing = writing
        self._items = items
        self._watch = watch
        window = desk.window
        self._write = window.add_action(tr("Bulk write …"), self.open, "Ctrl+Shift+W", "tag", "bulk")
        window.add_action(tr("Save values …"), self.save, None, "tag", "snapshot")
        self._restore = window.add_action(tr("Restore values …"), self.restore, None, "tag", "import")
        desk.read_only_changed.connect(lambda _: self._show_possible())
        self._show_possible()

    def _show_possible(self) -> None:
        refused = self._desk.refusal("")
        for action in (self._write, self._restore):
            action.setEnabled(not refused)
            action.setToolTip(refused or action.text())

    # ---- the form

    def open(self) -> BulkForm:
        """An empty form, to paste into."""
        desk = self._desk
        loader = BulkLoader(desk.session_named, desk.book, desk.clock, desk.refusal, desk.runtime.settings.big_change)
        form = BulkForm(
            loader,
            self._writing.writer,
            desk.feed.on_completion,
            desk.theme,
            desk.told,
            desk.window,
            sources=self._sources,
            usual=desk.name_of(self._items.model.session_id),
            clock=desk.clock,
            running=self._writing.sending,
            refusal=desk.refusal,
            source_of=self._source,
            over=lambda: self._give_back(loader),
        )
        form.open_wanted.connect(lambda: act(self._open_file(form), name="open bulk", failed=desk.say))
        form.report_wanted.connect(lambda: act(self._report(form), name="report bulk", failed=desk.say))
        form.open()
        return form

    def _sources(self) -> Sequence[str]:
        return [session.name for session in self._desk.runtime.manager.list()]

    def _source(self, session: Target) -> str:
        found = self._desk.session(session.id)
        return "" if found is None else source_words(found)

    def _give_back(self, loader: BulkLoader) -> None:
        spawn(loader.close(), name="end bulk write")

    async def _open_file(self, form: BulkForm) -> None:
        path = await file_to_read(self._desk, tr("Open values to write"), _TO_READ)
        if path is not None:
            await self.load(form, path)

    async def load(self, form: BulkForm, path: Path) -> None:
        """A table as text, or values that were saved."""
        if path.suffix.lower() != values_file.SUFFIX:
            form.take_text(await asyncio.to_thread(_text_of, path))
            return
        taken_ns, values = await asyncio.to_thread(values_file.load, path)
        form.setWindowTitle(tr("Restore the values of {time}").format(time=iso_utc(taken_ns)))
        form.take(
            [BulkLine(number, TagRef(one.source, one.tag), value=one.value) for number, one in enumerate(values, 1)]
        )

    async def _report(self, form: BulkForm) -> None:
        rows = form.model.report()
        path = await file_to_write(self._desk, tr("Report of the bulk write"), tr("bulk write"))
        if path is not None:
            count = await export_table(path, REPORT, rows, sheet=tr("Bulk write"))
            self._desk.say(tr("{count} rows are in {path}", None, count).format(count=count_text(count), path=path))

    # ---- values in a file

    def _refs(self) -> list[TagRef]:
        """What is selected where the focus is: items, else rows of the watch list in front, one or none meaning all."""
        items, focus = self._desk.window.items, QApplication.focusWidget()
        if focus is not None and (focus is items or items.isAncestorOf(focus)):
            source = self._desk.name_of(self._items.model.session_id)
            return [TagRef(source, tag) for tag in items.selected_tags()]
        shown = self._watch.current
        selected = shown.table.selected()
        rows = selected if len(selected) > 1 else shown.model.rows
        return list(dict.fromkeys(row.line.ref for row in rows if row.line.kind is Kind.TAG))

    def save(self) -> None:
        act(self._save(self._refs()), name="save values", failed=self._desk.say)

    async def _save(self, refs: Sequence[TagRef]) -> None:
        desk = self._desk
        if not refs:
            desk.say(tr("Choose items, or put tags into a watch list: their values are saved."))
            return
        values = await self.values(refs)
        missing = len(refs) - len(values)
        if not values:
            desk.say(tr("None of these tags has a value."))
            return
        path = await file_to_write(desk, tr("Save values"), tr("values"), _SAVED)
        if path is None:
            return
        await asyncio.to_thread(values_file.save, path, desk.clock.utc_ns(), values)
        words = tr("{count} values are in {path}", None, len(values)).format(count=count_text(len(values)), path=path)
        if missing:
            words += tr("; {count} tags had none", None, missing).format(count=count_text(missing))
        desk.say(words)
        desk.told(tr("values saved"), value=str(path))

    async def values(self, refs: Sequence[TagRef]) -> list[KeptValue]:
        """What the tags show now; without those that have no value."""
        desk = self._desk
        found: list[KeptValue] = []
        for source in dict.fromkeys(ref.source for ref in refs):
            session = desk.session_named(source)
            if session is None:
                continue
            items = await desk.watch(session, [ref.tag for ref in refs if ref.source == source])
            end = desk.clock.monotonic() + _FIRST_VALUES_S
            while desk.clock.monotonic() < end and not all(session.items.sample(item.key) for item in items):
                await desk.clock.sleep(_LOOK_S)
            samples = [(item.tag, sample) for item in items if (sample := session.items.sample(item.key))]
            found += [
                KeptValue(source, tag, sample.value, sample.quality, sample.source_time)
                for tag, sample in samples
                if sample.value is not None
            ]
        return found

    def restore(self) -> None:
        """A form with the values of a file: what differs is what it would write."""
        act(self._restored(), name="restore values", failed=self._desk.say)

    async def _restored(self) -> None:
        path = await file_to_read(self._desk, tr("Restore values"), _SAVED)
        if path is not None:
            await self.load(self.open(), path)


def _text_of(path: Path) -> str:
    """As spreadsheets write text: UTF-8, UTF-16 with its mark, or the code page of Windows. ValueError where it is
    too large."""
    if path.stat().st_size > _LARGEST:
        raise ValueError(tr("{path} is too large for a bulk write").format(path=path))
    content = path.read_bytes()
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")
