"""The recorder in the window: its state is always seen, trouble is a banner, and a form has the rest."""

from __future__ import annotations

import asyncio

from PySide6.QtCore import QObject, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QMessageBox

from app.records.database import StoreError
from app.records.recorder import Recorder, RecorderState, RecorderStatistics
from app.records.store import ElsewhereError
from app.records.tracking import Keep
from ui.aside import aside
from ui.banners import Trouble
from ui.bridge import act, answered
from ui.desk.desk import Desk
from ui.desk.troubles import RECORDER, SET_ASIDE
from ui.desk.watch import WatchDesk
from ui.forms.recorder import MIB, STATES, RecorderForm, size_text
from ui.i18n import count_text, noop, tr

_ON, _DAYS, _BYTES = "recorder/on", "recorder/days", "recorder/bytes"
_TROUBLE = (RecorderState.NO_ROOM, RecorderState.ELSEWHERE, RecorderState.FAILED)
_SHORT = {
    RecorderState.OFF: noop("○ not recording"),
    RecorderState.STARTING: noop("○ recorder starts"),
    RecorderState.RECORDING: noop("● recording"),
    RecorderState.NO_ROOM: noop("✕ not recording: no room"),
    RecorderState.ELSEWHERE: noop("○ recorded elsewhere"),
    RecorderState.FAILED: noop("✕ not recording"),
}
#: What the disk holds is looked at so often where the recorder does not do it itself.
_MEASURE_S = 10.0


class RecorderDesk(QObject):
    """What is set here holds for this user's window and is kept with it; a list's own days are kept with the list."""

    _told = Signal()  # from the recorder's thread

    def __init__(self, desk: Desk, watch: WatchDesk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._watch = watch
        self.form: RecorderForm | None = None
        self._kept: tuple[dict[tuple[str, str], Keep | None], dict[str, int]] = ({}, {})
        self._since_ns = 0
        self._before: tuple[float, int] | None = None
        self._aside: tuple[str, ...] = ()
        self._measured = float("-inf")
        self._switching = asyncio.Lock()
        recorder = desk.runtime.recorder
        if recorder is None:
            desk.window.show_recorder(tr(_SHORT[RecorderState.OFF]), "")
            return
        self._recorder = recorder
        self._restore(recorder)
        self._told.connect(self.look, Qt.ConnectionType.QueuedConnection)
        recorder.on_state = lambda *_: self._told.emit()
        desk.stopping.connect(self._stop)  # its thread outlives this object
        desk.figures["recorder"] = recorder.statistics
        desk.window.add_action(tr("Recorder …"), self.show, None, "tools", "log")
        desk.window.recorder_wanted.connect(self.show)
        desk.window.banners.retry_wanted.connect(self._retry)
        desk.window.banners.details_wanted.connect(
            lambda place: self.show() if place in (RECORDER, SET_ASIDE) else None
        )
        watch.used_bytes = lambda record_id: recorder.statistics().lists.get(record_id, 0)
        desk.second.connect(self.look)
        self.look()

    def _stop(self) -> None:
        self._recorder.on_state = None

    def _restore(self, recorder: Recorder) -> None:
        kept = self._desk.kept
        if kept.contains(_ON):
            recorder.switch(kept.value(_ON) != "false")  # it has not started yet: this waits for nothing
        days, size = _whole(kept.value(_DAYS), recorder.days), _whole(kept.value(_BYTES), recorder.bytes)
        recorder.bound(days, max(size, 8 * MIB))

    # ---- what it tells

    def _tell_trouble(self, told: RecorderStatistics) -> None:
        now = self._desk.clock.utc_ns()
        banners = self._desk.window.banners
        if told.state in _TROUBLE:
            self._since_ns = self._since_ns or now
            cause = f"{tr(STATES[told.state])} ({told.words})" if told.words else tr(STATES[told.state])
            banners.tell(Trouble(RECORDER, tr("Recorder"), cause, self._since_ns), now)
        elif told.state is not RecorderState.STARTING and self._since_ns:
            self._since_ns = 0
            banners.clear(RECORDER)

    def look(self) -> None:
        """Show what it does now."""
        told = self._recorder.statistics()
        about = tr("{state}; {count} values, {missed} not held; {size}").format(
            state=tr(STATES[told.state]),
            count=count_text(told.samples),
            missed=count_text(told.missed),
            size=size_text(told.bytes),
        )
        self._desk.window.show_recorder(tr(_SHORT[told.state]), f"{about}\n{told.words}".strip())
        self._tell_trouble(told)
        self._tell_set_aside(told)
        if self.form is not None:
            self.form.show_figures(told, self._rate(told.samples), self._desk.utc)
            self._measure(told)
        if (kept := self._watch.recorded()) != self._kept:
            self._kept = kept
            self._recorder.keep(*kept)

    def _rate(self, samples: int) -> float:
        """Samples a second since the last look."""
        now = self._desk.clock.monotonic()
        before, self._before = self._before, (now, samples)
        if before is None or now <= before[0]:
            return 0.0
        return max(0, samples - before[1]) / (now - before[0])

    def _tell_set_aside(self, told: RecorderStatistics) -> None:
        """A damaged file is told once, until somebody puts that away; the next one again."""
        if told.set_aside == self._aside:
            return
        self._aside = told.set_aside
        now = self._desk.clock.utc_ns()
        banners = self._desk.window.banners
        banners.clear(SET_ASIDE)
        words = tr("a damaged file is set aside as {name}").format(name=told.set_aside[-1])
        banners.tell(Trouble(SET_ASIDE, tr("Recorder"), words, now, retries=False), now)
        self._desk.told(tr("damaged file of the recorder set aside"), value=told.set_aside[-1])

    def _measure(self, told: RecorderStatistics) -> None:
        """While it records, it does so itself."""
        now = self._desk.clock.monotonic()
        if told.state is not RecorderState.RECORDING and now - self._measured >= _MEASURE_S:
            self._measured = now
            act(self._measured_anew(), name="measure the recorder", failed=self._desk.say)

    async def _measured_anew(self) -> None:
        await aside(self._recorder.measure)
        if self.form is not None:
            self.form.show_figures(self._recorder.statistics(), 0.0, self._desk.utc)

    # ---- what is done

    def _retry(self, place: str) -> None:
        if place == RECORDER:
            self._recorder.try_now()

    def show(self) -> None:
        """The form: what is kept and for how long, and what there is."""
        if self.form is None:
            recorder = self._recorder
            self.form = form = RecorderForm(
                on=recorder.enabled,
                days=recorder.days,
                mib=recorder.bytes // MIB,
                parent=self._desk.window,
            )
            form.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            form.switched.connect(self.switch)
            form.bounds_set.connect(self._bound)
            form.delete_wanted.connect(self._delete)
            form.folder_wanted.connect(self._show_folder)
            form.finished.connect(self._closed)
            self._measured = float("-inf")
        self.look()
        self.form.show()
        self.form.raise_()

    def _closed(self) -> None:
        self.form = None

    def switch(self, on: bool) -> None:
        if on == self._recorder.enabled:
            return
        self._desk.kept.setValue(_ON, "true" if on else "false")
        self._desk.told(tr("recorder switched on") if on else tr("recorder switched off"))
        act(self._switch(on), name="switch the recorder", failed=self._desk.say, done=self.look)

    async def _switch(self, on: bool) -> None:
        async with self._switching:
            await asyncio.to_thread(self._recorder.switch, on)

    def _bound(self, days: int, mib: int) -> None:
        if (days, mib * MIB) != (self._recorder.days, self._recorder.bytes):
            self._desk.kept.setValue(_DAYS, days)
            self._desk.kept.setValue(_BYTES, mib * MIB)
            self._recorder.bound(days, mib * MIB)
            limits = [tr("{count} days", None, days).format(count=days) if days else tr("without limit")]
            self._desk.told(tr("recorder's limits changed"), value=", ".join([*limits, size_text(mib * MIB)]))

    def _delete(self, days: int) -> None:
        act(self._ask_delete(days), name="delete old records", failed=self._desk.say, done=self.look)

    async def _ask_delete(self, days: int) -> None:
        box = QMessageBox(
            QMessageBox.Icon.Warning,
            tr("Delete old records"),
            tr("Delete what was recorded more than {count} days ago? It cannot be brought back.", None, days).format(
                count=days
            ),
            QMessageBox.StandardButton.Yes | QMessageBox.StandardButton.No,
            self.form,
        )
        box.setDefaultButton(QMessageBox.StandardButton.No)
        try:
            if await answered(box) == QMessageBox.StandardButton.Yes:
                await self.delete(days)
        finally:
            box.deleteLater()

    async def delete(self, days: int) -> int:
        """Delete what is older than so many days: files of which nothing is newer. How many bytes that gave back."""
        before_ns = self._desk.clock.utc_ns() - days * 86_400 * 1_000_000_000
        try:
            freed = await aside(self._recorder.delete_before, before_ns)
        except (StoreError, ElsewhereError) as error:
            raise OSError(str(error)) from error
        if freed:
            self._desk.told(tr("old records deleted"), value=size_text(freed))
        words = tr("{size} are free again.") if freed else tr("No file has only values that are older than that.")
        self._desk.say(words.format(size=size_text(freed)))
        return freed

    def _show_folder(self) -> None:
        self._recorder.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._recorder.folder)))


def _whole(kept: object, otherwise: int) -> int:
    """What a settings file has for a number is text."""
    text = str(kept)
    return int(text) if text.isascii() and text.isdecimal() else otherwise
