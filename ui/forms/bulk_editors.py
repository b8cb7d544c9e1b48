"""Editors in the table of a bulk write, by the type of each row's tag: a choice, a time, or text that is read while it
is typed. None reacts to the wheel; Enter or Tab takes what is there, Esc discards it, and so does losing the focus."""

from __future__ import annotations

from PySide6.QtCore import (
    QAbstractItemModel,
    QDateTime,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QDateTimeEdit,
    QLineEdit,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
    QWidget,
)

from app.values import Timestamp
from ui.format import iso_text, value_text
from ui.forms.bulk_rows import BulkRow
from ui.forms.editors import Deaf, choices, example
from ui.i18n import tr
from ui.models.bulk import BulkModel

Index = QModelIndex | QPersistentModelIndex
_TIMES = ("time", "datetime", "utctime")
#: A text editor is so many characters wide at least.
_LEAST = 24
#: The editor of times begins with 1752, and 1601 stands for no time at all.
_FIRST_YEAR = 1752


class _Text(QLineEdit):
    """Says below it what is wrong with what has been typed so far."""

    def __init__(self, row: BulkRow, parent: QWidget) -> None:
        super().__init__(parent)
        self._row = row
        self.setFrame(False)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setPlaceholderText(example(row.about, row.type_name, array=row.is_array))
        self.textEdited.connect(self._look)

    def _look(self, text: str) -> None:
        problem = self._row.problem_of(text) if text.strip() else ""
        self.setProperty("wrong", bool(problem))  # the theme's style sheet colours it
        self.style().polish(self)
        self.setAccessibleDescription(problem)
        if problem:
            QToolTip.showText(self.mapToGlobal(QPoint(0, self.height())), problem, self)
        else:
            QToolTip.hideText()


class _Choice(QComboBox):
    """What is picked in its list is taken at once; arrows beside the list only turn it."""

    picked = Signal()

    def __init__(self, words: tuple[str, ...], parent: QWidget) -> None:
        super().__init__(parent)
        self._from_list = False
        self.addItems([value_text(number, enumeration=words) for number in range(len(words))])
        self.setPlaceholderText(tr("choose"))
        self.activated.connect(self._activated)

    def hidePopup(self) -> None:
        self._from_list = True  # Qt closes the list just before it says what was picked
        super().hidePopup()
        QTimer.singleShot(0, self, self._closed)

    def _closed(self) -> None:
        self._from_list = False

    def _activated(self, number: int) -> None:
        if self._from_list:
            self.picked.emit()


class NewValues(QStyledItemDelegate):
    """For the column of new values of a :class:`BulkModel`."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._deaf = Deaf(self)

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        model = index.model()
        assert isinstance(model, BulkModel)
        row = model.row(index.row())
        editor = self._editor(row, parent)
        editor.setAccessibleName(tr("New value"))
        return editor

    def _editor(self, row: BulkRow, parent: QWidget) -> QWidget:
        words = choices(row.about, row.type_name, array=row.is_array)
        if words:
            return self._choice(words, parent)
        if row.type_name.lower() in _TIMES and not row.is_array and _held(row):
            return self._time(parent)
        return _Text(row, parent)

    def _choice(self, words: tuple[str, ...], parent: QWidget) -> QComboBox:
        box = _Choice(words, parent)
        self._deaf.keep(box)
        box.picked.connect(lambda: self._take(box))
        QTimer.singleShot(0, box, box.showPopup)  # one click less; it needs its place in the table first
        return box

    def _time(self, parent: QWidget) -> QDateTimeEdit:
        edit = QDateTimeEdit(parent)
        edit.setDisplayFormat("yyyy-MM-dd HH:mm:ss.zzz")
        edit.setCalendarPopup(True)
        edit.setFrame(False)
        self._deaf.keep(edit)
        return edit

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        """Wider than its cell where its column is too narrow for it, to the left."""
        super().updateEditorGeometry(editor, option, index)
        place = editor.geometry()
        text = isinstance(editor, QLineEdit)
        wanted = editor.fontMetrics().averageCharWidth() * _LEAST if text else editor.sizeHint().width()
        if wanted > place.width():
            place.setLeft(max(0, place.right() + 1 - wanted))
            editor.setGeometry(place)

    def _take(self, editor: QWidget) -> None:
        self.commitData.emit(editor)
        self.closeEditor.emit(editor, QStyledItemDelegate.EndEditHint.NoHint)

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        """Once: live values are painted anew every second, which takes nobody's typing away."""
        if editor.property("filled"):
            return
        editor.setProperty("filled", True)
        model = index.model()
        assert isinstance(model, BulkModel)
        row = model.row(index.row())
        if isinstance(editor, QComboBox):
            editor.setCurrentIndex(int(row.new) if isinstance(row.new, int) else -1)
        elif isinstance(editor, QDateTimeEdit):
            moment = _moment(row)
            known = QDateTime.fromMSecsSinceEpoch(moment.ns // 1_000_000) if moment else QDateTime.currentDateTime()
            editor.setDateTime(known)
        elif isinstance(editor, QLineEdit):
            editor.setText(row.edit_text())

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        assert isinstance(model, BulkModel)
        row = model.row(index.row())
        if isinstance(editor, QComboBox):
            if editor.currentIndex() >= 0 and editor.currentIndex() != row.new:
                model.setData(index, str(editor.currentIndex()))
        elif isinstance(editor, QDateTimeEdit):
            ms = editor.dateTime().toMSecsSinceEpoch()
            if not isinstance(row.new, Timestamp) or row.new.ns // 1_000_000 != ms:  # finer digits stay
                model.setData(index, iso_text(ms * 1_000_000, utc=False))
        elif isinstance(editor, QLineEdit):
            model.setData(index, editor.text())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut and isinstance(watched, QWidget):
            to_popup = isinstance(event, QFocusEvent) and event.reason() == Qt.FocusReason.PopupFocusReason
            if not to_popup and QApplication.activePopupWidget() is None:
                self.closeEditor.emit(watched, QStyledItemDelegate.EndEditHint.RevertModelCache)
            return False
        return super().eventFilter(watched, event)


def _moment(row: BulkRow) -> Timestamp | None:
    """The time to begin with: the new one, else the tag's."""
    if isinstance(row.new, Timestamp):
        return row.new
    live = row.live()
    return live.value if live is not None and isinstance(live.value, Timestamp) else None


def _held(row: BulkRow) -> bool:
    """Whether Qt's editor of times can hold it; others are text."""
    moment = _moment(row)
    return moment is None or QDateTime.fromMSecsSinceEpoch(moment.ns // 1_000_000).date().year() > _FIRST_YEAR
