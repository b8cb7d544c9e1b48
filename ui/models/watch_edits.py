"""What was done to watch lists, to be undone: lists alone, never the plant."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from PySide6.QtCore import QObject
from PySide6.QtGui import QUndoCommand, QUndoStack

from ui.models.watch import WatchModel
from ui.models.watch_rows import Line, Row

_LIMIT = 100

Rows = Sequence[tuple[Row, Line]]


class _Edit(QUndoCommand):
    def __init__(self, words: str, do: Callable[[], object], undo: Callable[[], object]) -> None:
        super().__init__(words)
        self._do = do
        self._undo = undo

    def redo(self) -> None:
        self._do()

    def undo(self) -> None:
        self._undo()


class Edits(QUndoStack):
    """Every change of a list goes through here. Words are translated already."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setUndoLimit(_LIMIT)

    def act(self, words: str, do: Callable[[], object], undo: Callable[[], object]) -> None:
        """``do`` is called at once, and with every redo."""
        self.push(_Edit(words, do, undo))

    def change(self, model: WatchModel, words: str, after: Rows) -> None:
        before = model.state_of_rows()
        if list(after) != before:
            self.act(words, lambda: model.become(after), lambda: model.become(before))

    def insert(self, model: WatchModel, words: str, lines: Sequence[Line], before: Row | None = None) -> list[Row]:
        """New rows before this one, or at the end."""
        rows = model.make(lines)
        there = model.state_of_rows()
        at = next((number for number, (row, _) in enumerate(there) if row is before), len(there))
        self.change(model, words, [*there[:at], *((row, row.line) for row in rows), *there[at:]])
        return rows

    def remove(self, model: WatchModel, words: str, rows: Collection[Row]) -> None:
        gone = set(rows)
        self.change(model, words, [entry for entry in model.state_of_rows() if entry[0] not in gone])

    def move(self, model: WatchModel, words: str, rows: Sequence[Row], before: Row | None) -> None:
        """These, in this order, before another one or to the end."""
        moved = set(rows)
        there = model.state_of_rows()
        if before in moved:  # dropped on itself: before the next one that stays
            place = next(number for number, (row, _) in enumerate(there) if row is before)
            before = next((row for row, _ in there[place:] if row not in moved), None)
        rest = [entry for entry in there if entry[0] not in moved]
        at = next((number for number, (row, _) in enumerate(rest) if row is before), len(rest))
        lines = {row: line for row, line in there if row in moved}
        self.change(model, words, [*rest[:at], *((row, lines[row]) for row in rows), *rest[at:]])

    def set_lines(self, model: WatchModel, words: str, lines: dict[Row, Line]) -> None:
        self.change(model, words, [(row, lines.get(row, line)) for row, line in model.state_of_rows()])
