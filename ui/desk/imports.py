"""Takes recordings of others into the records: looked at in the form that also plays them, then drawn in a trend."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject

from app import config
from app.recordings.files import ReadCancelledError, read
from app.recordings.model import Recording
from app.records.database import StoreError
from app.records.importing import ImportCancelledError, Imported, keep
from ui.aside import aside
from ui.bridge import act
from ui.desk.desk import Desk
from ui.desk.replay import ReplayDesk
from ui.desk.trends import TrendsDesk
from ui.forms.recording import RecordingForm
from ui.i18n import count_text, tr
from ui.tagref import TagRef
from ui.taskbar import TaskbarProgress

#: So many of its tags are drawn at once; the others are added by whoever wants them.
_PENS = 8


class ImportsDesk(QObject):
    """Reads and writes beside the loop; closing the form gives it up, and nothing is kept."""

    def __init__(self, desk: Desk, replay: ReplayDesk, trends: TrendsDesk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._trends = trends
        replay.form_opened.connect(self._opened)

    def _opened(self, form: RecordingForm) -> None:
        form.keep_asked.connect(lambda: act(self.take(form), name="import", failed=form.show_error))

    async def take(self, form: RecordingForm) -> None:
        """Into the records, under the form's name as their source."""
        given_up = threading.Event()

        def closed() -> None:
            given_up.set()

        form.finished.connect(closed)
        try:
            with TaskbarProgress(form) as shown:
                recording, kept = await self._kept(form, given_up, shown)
        except (ReadCancelledError, ImportCancelledError):
            self._desk.say(tr("The import was given up."))
            return
        except StoreError as error:
            raise OSError(str(error)) from error
        except asyncio.CancelledError:
            given_up.set()
            raise
        finally:
            form.finished.disconnect(closed)
        form.accept()
        self._draw(kept)
        self._desk.told(tr("recording taken into the records"), value=recording.name)
        words = tr("{count} samples are in the records as “{source}”", None, kept.samples)
        if recording.wrong_rows:
            left = tr("; {count} rows were left out", None, recording.wrong_rows)
            words += left.format(count=count_text(recording.wrong_rows))
        self._desk.say(words.format(count=count_text(kept.samples), source=kept.tags[0][0]))

    async def _kept(
        self, form: RecordingForm, given_up: threading.Event, shown: TaskbarProgress
    ) -> tuple[Recording, Imported]:
        recorder = self._desk.runtime.recorder
        folder = config.directory() / "records" if recorder is None else recorder.folder
        path, layout, name = form.path(), form.layout_wanted(), form.name()
        loop = asyncio.get_running_loop()

        def tell(words: Callable[[int], str], count: int, most: int) -> None:
            form.show_busy(words(count))
            shown.tell(count, most)

        def telling(words: Callable[[int], str], most: int = 0) -> Callable[[int], None]:
            return lambda count: loop.call_soon_threadsafe(tell, words, count, most)  # type: ignore[return-value]

        form.show_busy(tr("reading the recording …"))
        reading = telling(lambda count: tr("{count} rows read …", None, count).format(count=count_text(count)))
        recording = await aside(partial(read, path, layout, on_progress=reading, cancelled=given_up))
        total = count_text(recording.samples)
        keeping = telling(
            lambda count: tr("{count} of {total} samples kept …").format(count=count_text(count), total=total),
            recording.samples,
        )
        now = self._desk.clock.utc_ns()
        return recording, await aside(partial(keep, folder, recording, name, now, keeping, given_up))

    def _draw(self, kept: Imported) -> None:
        """In a trend of its own, over the whole time."""
        pane = self._trends.pane
        trend = pane.plant(pane.free_name())  # linked to no other, which would move with it
        self._trends.add(trend, [TagRef(source, tag) for source, tag in kept.tags[:_PENS]])
        start, stop = kept.start_ns / 1e9, kept.end_ns / 1e9
        margin = max(1.0, (stop - start) / 50)
        trend.show_times(start - margin, stop + margin)
