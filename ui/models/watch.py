"""A watch list: its rows in their own order, and what of them is shown, filtered and sorted."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from PySide6.QtCore import (
    QMimeData,
    QModelIndex,
    QObject,
    Qt,
    QTimer,
    Signal,
)

from app.batch import EventBatch
from app.tasks import Clock
from app.values import EventKind, QualityClass, quality_class
from ui.feed import FeedFrame
from ui.format import tip_text
from ui.i18n import tr
from ui.models import watch_cells
from ui.models.spark import Spark
from ui.models.table import RIGHT_ALIGNED, Index, TableModel
from ui.models.watch_cells import AGE, COMPARE, COUNT, HEADERS, RIGHT, SPARK, TAG, VALUE, Cells
from ui.models.watch_order import Arranging, Known, Order, WatchFilter
from ui.models.watch_rows import Kind, Line, Link, Row, Source
from ui.models.watch_snapshot import Snapshot, Tolerance
from ui.tagbook import TagBook
from ui.tagref import TagRef, to_mime

_NONE = QModelIndex()
#: An order by values is renewed this often.
SORT_S = 1.0
#: Rows that change on the screen are told one by one up to so many.
_FEW_ROWS = 20
#: Rows come and go as ranges up to so many ranges; beyond it everything is told anew.
_FEW_RANGES = 64
#: So many rows are put out of the garbage collector's sight: looking through them stops the window for up to 100 ms,
#: and as they make no circles they go without it.
_MANY_ROWS = 5_000
#: With more events than this in a frame, small curves take the newest value of each item.
_MANY_EVENTS = 20_000
SPANS_S = (60.0, 300.0, 900.0, 3600.0)


class WatchModel(TableModel):
    """Flat. Only rows on the screen are looked at each frame; all of them for an order or a filter by values, once a
    second, in slices."""

    columns = HEADERS
    numbers = RIGHT

    counts_changed = Signal()
    comment_changed = Signal(object, str)  # a Row and its new words: who listens changes it
    rows_changed = Signal()  # which rows there are, or their lines: the list differs from what was kept
    #: The order changes, or (True) everything is told anew: who shows it keeps selection and place.
    about_to_rearrange = Signal(bool)
    rearranged = Signal()

    def __init__(
        self,
        book: TagBook,
        clock: Clock,
        source_of: Callable[[str], Source],
        name: str = "",
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.name = name
        self.cells = Cells(book, clock)
        self.span_s = SPANS_S[1]
        self._clock = clock
        self._source_of = source_of
        self._links: dict[TagRef, Link] = {}
        self._rows: list[Row] = []
        self._shown: list[Row] = []
        self._filter = WatchFilter()
        self._order = Order()
        self._visible: Callable[[], range] = lambda: range(0)
        self._columns: frozenset[int] = watch_cells.USUAL
        self._computed: list[Row] = []
        self._by_key: dict[str, dict[int, list[Row]]] | None = None  # session id -> item key -> rows
        self._held = False
        self._arranged_at = clock.monotonic()
        self._arranging: Arranging | None = None
        self._fitting: Known = {}
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._look_on)
        book.changed.connect(self._abouts_changed)

    # ---- the model's duties

    def shown_rows(self) -> int:
        return len(self._shown)

    def header(self, column: int) -> str:
        return self.cells.header(column)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, column = self._shown[index.row()], index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                text = self.cells.text(row, column)
                mark = self.cells.mark(row) if column == VALUE else ""
                return f"{text} {mark}" if mark else text
            case Qt.ItemDataRole.EditRole:
                return row.line.text
            case Qt.ItemDataRole.TextAlignmentRole if column in RIGHT:
                return RIGHT_ALIGNED
            case Qt.ItemDataRole.ToolTipRole:
                return tip_text(self.cells.tooltip(row))
            case _:
                return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled
        if index.column() == TAG and self._shown[index.row()].line.kind is Kind.COMMENT:
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.EditRole or not self.flags(index) & Qt.ItemFlag.ItemIsEditable:
            return False
        self.comment_changed.emit(self._shown[index.row()], str(value).strip())
        return True

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        rows = [self._shown[number] for number in sorted({index.row() for index in indexes})]
        return to_mime(row.line.ref for row in rows if row.line.kind is Kind.TAG)

    # ---- rows

    def row(self, number: int) -> Row:
        """A shown row."""
        return self._shown[number]

    @property
    def rows(self) -> list[Row]:
        """All of them, in the list's own order."""
        return list(self._rows)

    @property
    def shown(self) -> list[Row]:
        return list(self._shown)

    @property
    def count(self) -> int:
        return len(self._rows)

    def link(self, ref: TagRef) -> Link:
        """All rows of one tag share it."""
        link = self._links.get(ref)
        if link is None:
            link = self._links[ref] = Link(ref, self._source_of(ref.source))
        return link

    def links(self) -> list[Link]:
        return list(self._links.values())

    def make(self, lines: Iterable[Line]) -> list[Row]:
        """Rows of these lines, not in the list yet."""
        made = [Row(line, [self.link(ref) for ref in line.refs]) for line in lines]
        if len(made) >= _MANY_ROWS:
            gc.freeze()
        return made

    def become(self, rows: Sequence[tuple[Row, Line]]) -> None:
        """The whole list: these rows with these lines, in this order."""
        for row, line in rows:
            if row.line != line:
                row.become(line, [self.link(ref) for ref in line.refs])
        self._rows = [row for row, _ in rows]
        self._computed = [row for row in self._rows if row.program is not None]
        wanted = {ref for row in self._rows for ref in row.line.refs}
        self._links = {ref: link for ref, link in self._links.items() if ref in wanted}
        for row in self._rows:
            for link in row.links:
                self._links.setdefault(link.ref, link)
        self._by_key = None
        self._fitting.clear()
        self.rows_changed.emit()
        self.arrange()
        self._repaint()
        self.counts_changed.emit()

    def state_of_rows(self) -> list[tuple[Row, Line]]:
        """What :meth:`become` takes: to go back to it."""
        return [(row, row.line) for row in self._rows]

    def rebound(self) -> None:
        """Tags have found their items or lost them."""
        self._by_key = None
        self._repaint()

    def source_changed(self, source: Source) -> None:
        """It went, came, or is no longer live."""
        for link in self._links.values():
            if link.source is source:
                link.stamp += 1
        self.rebound()

    # ---- what is shown

    @property
    def filter(self) -> WatchFilter:
        return self._filter

    def set_filter(self, wanted: WatchFilter) -> None:
        if wanted != self._filter:
            self._filter = wanted
            self._fitting.clear()
            self.arrange()
            self.counts_changed.emit()

    @property
    def order(self) -> Order:
        return self._order

    def set_order(self, order: Order) -> None:
        if order != self._order:
            self._order = order
            self.arrange()

    def set_columns(self, shown: Iterable[int]) -> None:
        """Those in sight: what a hidden one would cost is saved."""
        columns = frozenset(shown)
        if columns == self._columns:
            return
        gone, self._columns = self._columns - columns, columns
        for row in self._rows:
            if SPARK in gone:
                row.spark = None
            if COUNT in gone:
                row.count = 0

    def set_span(self, span_s: float) -> None:
        """Of the small curves; they begin anew."""
        self.span_s = span_s
        for row in self._rows:
            row.spark = None
        self._all_changed()

    def watch_visible(self, visible: Callable[[], range]) -> None:
        """``visible`` tells the rows on the screen."""
        self._visible = visible

    def hold(self, held: bool) -> None:
        """While a cell is edited or a row dragged the order stands still."""
        self._held = held

    @property
    def arranging(self) -> bool:
        """Whether rows are still looked through; until then the old ones stand."""
        return self._arranging is not None

    def arrange(self) -> None:
        """Filter and sort anew; long lists take a few turns of the loop."""
        self._arranged_at = self._clock.monotonic()
        self._arranging = Arranging(self._rows, self.cells, self._filter, self._order, self._fitting)
        self._look_on()

    def _look_on(self) -> None:
        if self._arranging is None:
            return
        if not self._arranging.look():
            self._soon.start(0)
            return
        if self._held:
            self._arranging = None  # the next second tries again
            return
        if not self._arranging.sort():
            self._soon.start(0)
            return
        rows, self._arranging = self._arranging.rows(), None
        self._show(rows)
        self.counts_changed.emit()

    def _show(self, rows: list[Row]) -> None:
        old = self._shown
        if rows == old:
            return
        there, wanted = set(old), set(rows)
        gone = [i for i, row in enumerate(old) if row not in wanted]
        new = [i for i, row in enumerate(rows) if row not in there]
        gone_parts, new_parts = ranges(gone), ranges(new)
        if len(gone_parts) + len(new_parts) > _FEW_RANGES:
            self.about_to_rearrange.emit(True)
            self.beginResetModel()
            self._shown = rows
            self.endResetModel()
            self.rearranged.emit()
            return
        for first, last in reversed(gone_parts):
            self.beginRemoveRows(QModelIndex(), first, last)
            self._shown = self._shown[:first] + self._shown[last + 1 :]
            self.endRemoveRows()
        self._reorder([row for row in rows if row in there] if new else rows)
        for first, last in new_parts:
            self.beginInsertRows(QModelIndex(), first, last)
            self._shown = self._shown[:first] + rows[first : last + 1] + self._shown[first:]
            self.endInsertRows()

    def _reorder(self, rows: list[Row]) -> None:
        if rows == self._shown:
            return
        self.about_to_rearrange.emit(False)
        self.layoutAboutToBeChanged.emit()
        held = self.persistentIndexList()
        followed = {self._shown[index.row()]: 0 for index in held}
        if followed:
            for number, row in enumerate(rows):
                if row in followed:
                    followed[row] = number
        moved = [self.index(followed[self._shown[index.row()]], index.column()) for index in held]
        self._shown = rows
        self.changePersistentIndexList(held, moved)
        self.layoutChanged.emit()
        self.rearranged.emit()

    # ---- what comes

    def take(self, frame: FeedFrame) -> None:
        """Once a frame."""
        if SPARK in self._columns or COUNT in self._columns:
            self._collect(frame)
        for row in self._computed:
            if row.refresh() and SPARK in self._columns:
                self._draw(row)
        self._repaint()
        self._renew()

    def _renew(self) -> None:
        """What passes and where it stands, once a second where that depends on values."""
        is_live = self._order.is_live or self._filter.is_live
        due = self._clock.monotonic() - self._arranged_at >= SORT_S
        if is_live and due and self._arranging is None and not self._held:
            self.arrange()

    def _repaint(self) -> None:
        changed: list[int] = []
        for number in self._visible():
            row = self._shown[number]
            if row.refresh() or row.painted != row.version:
                changed.append(number)
        if len(changed) <= _FEW_ROWS:
            for number in changed:
                self._changed(number, number)
        else:
            self._changed(changed[0], changed[-1])

    def _changed(self, first: int, last: int) -> None:
        self.dataChanged.emit(self.index(first, VALUE), self.index(last, len(HEADERS) - 1))

    def _all_changed(self) -> None:
        if self._shown:
            self._changed(0, len(self._shown) - 1)

    def now(self) -> float:
        """Of the clock that the small curves are drawn by."""
        return self._clock.monotonic()

    def look_at(self, row: Row) -> None:
        """It is painted now; before, it may have been out of sight."""
        row.refresh()
        row.painted = row.version
        if row.spark is None and SPARK in self._columns and row.live:
            self._draw(row)  # a value that does not move is a level line

    def tick(self) -> None:
        """Once a second: ages grow, curves move on."""
        visible = self._visible()
        if visible and (AGE in self._columns or SPARK in self._columns):
            self.dataChanged.emit(self.index(visible[0], AGE), self.index(visible[-1], len(HEADERS) - 1))
        self._renew()

    def _collect(self, frame: FeedFrame) -> None:
        """Events for counts and small curves: the one place where each of them is looked at."""
        rows_of = self._rows_by_key()
        many = sum(len(batch) for _, batch in frame.batches) > _MANY_EVENTS
        now, spark = self._clock.monotonic(), SPARK in self._columns
        for session_id, batch in frame.batches:
            rows = rows_of.get(session_id)
            if not rows:
                continue
            if many:
                self._collect_newest(rows, batch, now)
                continue
            kinds = batch.kinds
            for i, key in enumerate(batch.keys):
                if key not in rows or (kinds and kinds[i] > EventKind.BUFFERED_DATA_CHANGE):
                    continue
                for row in rows[key]:
                    row.count += 1
                    if spark:
                        self._add(row, batch.values[i], batch.qualities[i], now)

    def _collect_newest(self, rows: dict[int, list[Row]], batch: EventBatch, now: float) -> None:
        counts: dict[int, int] = {}
        for key in batch.keys:
            counts[key] = counts.get(key, 0) + 1
        newest = dict(zip(batch.keys, zip(batch.values, batch.qualities, strict=True), strict=True))
        for key, (value, quality) in newest.items():
            for row in rows.get(key, ()):
                row.count += counts[key]
                if SPARK in self._columns:
                    self._add(row, value, quality, now)

    def _add(self, row: Row, value: object, quality: int, now: float) -> None:
        if row.spark is None:
            row.spark = Spark(self.span_s)
        good = isinstance(value, float | int) and quality_class(quality) is not QualityClass.BAD
        row.spark.add(float(value) if good else float("nan"), now)  # type: ignore[arg-type]

    def _draw(self, row: Row) -> None:
        if (sample := row.sample()) is not None:
            self._add(row, sample.value, sample.quality, self._clock.monotonic())

    def _rows_by_key(self) -> dict[str, dict[int, list[Row]]]:
        if self._by_key is None:
            self._by_key = {}
            for row in self._rows:
                if row.line.kind is Kind.TAG and row.links[0].key:
                    link = row.links[0]
                    self._by_key.setdefault(link.source.session_id, {}).setdefault(link.key, []).append(row)
        return self._by_key

    def _abouts_changed(self) -> None:
        for number in self._visible():
            self._shown[number].touch()
        self._repaint()

    # ---- looks

    def set_utc(self, utc: bool) -> None:
        self.cells.utc = utc
        self._touch_all()
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(HEADERS) - 1)

    def compare(self, snapshot: Snapshot | None, tolerance: Tolerance) -> None:
        """With what the last column compares."""
        self.cells.snapshot, self.cells.tolerance = snapshot, tolerance
        self._touch_all()
        if self._filter.changed or self._order.column == COMPARE:
            self.arrange()

    def _touch_all(self) -> None:
        for row in self._rows:
            row.touch()
        self._all_changed()


def ranges(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """First and last of each run of rising numbers."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and found[-1][1] == number - 1:
            found[-1] = found[-1][0], number
        else:
            found.append((number, number))
    return found


def unknown_words(count: int) -> str:
    """Told once for all of them."""
    if count == 1:
        return tr("1 name is not known to its source: its row stays, marked “not found”.")
    return tr("{count} names are not known to their source: their rows stay, marked “not found”.").format(count=count)
