"""Columns that fit their pane: nothing is cut that matters, and nothing has to be scrolled while there is room."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtWidgets import QAbstractItemView, QHeaderView

from ui.i18n import tr

_HEADER_PAD = 13
_CELL_PAD = 12


@dataclass(frozen=True, slots=True)
class Column:
    """As wide as its header and as ``sample``, a long text as it usually is (in the language of the
    window, where it is a text of ours). Where there is room left it gets its
    ``share`` of it; where there is too little, columns with a ``rank`` are put away, the highest first. ``indent`` is
    for branches, in pixels."""

    sample: str
    rank: int = 0
    share: int = 0
    indent: int = 0


class Columns(QObject):
    """Fits the columns of a view whenever its width changes, until somebody drags one: from then on they are his."""

    def __init__(self, view: QAbstractItemView, header: QHeaderView, columns: Sequence[Column]) -> None:
        super().__init__(view)
        self._view = view
        self._header = header
        self._columns = columns
        self._advances: dict[tuple[str, str], int] = {}
        self._fitting = False
        self._own = False
        self._pressed = False  # the mouse, on the head: it may drag a column
        self._chosen = frozenset(range(len(columns)))
        self._always: frozenset[int] = frozenset()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(24)
        header.sectionResized.connect(self._resized)
        view.viewport().installEventFilter(self)
        self._head = header.viewport()
        self._head.installEventFilter(self)
        view.installEventFilter(self)
        self.fit()

    def reset(self) -> None:
        """Ours again."""
        self._own = False
        self.fit()

    def choose(self, columns: Iterable[int], always: Iterable[int] = ()) -> None:
        """Show these alone; those that are ``always`` shown stay also where there is no room."""
        before, self._chosen, self._always = self._chosen, frozenset(columns), frozenset(always)
        if self._own:
            least = self._least()
            for number in before - self._chosen:
                self._header.setSectionHidden(number, True)
            for number in self._chosen - before:
                self._header.setSectionHidden(number, False)
                self._header.resizeSection(number, least[number])
        self.fit()

    @property
    def chosen(self) -> frozenset[int]:
        return self._chosen

    @property
    def widths(self) -> dict[int, int] | None:
        """Those that somebody gave them; None while they fit by themselves."""
        seen = [number for number in self._chosen if not self._header.isSectionHidden(number)]
        return {number: self._header.sectionSize(number) for number in seen} if self._own else None

    def set_widths(self, widths: Mapping[int, int]) -> None:
        """As if somebody had dragged them; what has no width had no room, and stays away."""
        self._own = True
        for number in range(len(self._columns)):
            seen = number in self._chosen and number in widths
            self._header.setSectionHidden(number, not seen)
            if seen:
                self._header.resizeSection(number, widths[number])

    def fit(self) -> None:
        if self._own:
            return
        room = self._view.viewport().width()
        widths = self._least()
        for number in sorted(widths, key=lambda number: -self._columns[number].rank):
            if sum(widths.values()) > room and self._columns[number].rank and number not in self._always:
                del widths[number]
        left = max(0, room - sum(widths.values()))
        shares = sum(self._columns[number].share for number in widths) or 1
        self._fitting = True
        for number, column in enumerate(self._columns):
            self._header.setSectionHidden(number, number not in widths)
            if number in widths:
                self._header.resizeSection(number, widths[number] + left * column.share // shares)
        self._fitting = False

    def _least(self) -> dict[int, int]:
        head, cell = self._header.font(), self._view.font()
        model = self._header.model()
        return {
            number: max(
                self._advance(head, str(model.headerData(number, Qt.Orientation.Horizontal))) + _HEADER_PAD,
                self._advance(cell, tr(column.sample)) + column.indent + _CELL_PAD,
            )
            for number, column in enumerate(self._columns)
            if number in self._chosen
        }

    def _advance(self, font: QFont, text: str) -> int:
        """Measured once: a new theme alone asks dozens of times."""
        if (key := (font.key(), text)) not in self._advances:
            self._advances[key] = QFontMetrics(font).horizontalAdvance(text)
        return self._advances[key]

    def _resized(self, *_: int) -> None:
        if not self._fitting and self._pressed:
            self._own = True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._head:  # which may outlive its header
            if event.type() in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease):
                self._pressed = event.type() == QEvent.Type.MouseButtonPress
        elif event.type() in (QEvent.Type.Resize, QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.fit()
        return super().eventFilter(watched, event)
