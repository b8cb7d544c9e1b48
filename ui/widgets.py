"""Small parts that several views use."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from ui.theme import Theme


@runtime_checkable
class Themed(Protocol):
    """What paints by itself, and takes other colours while it is open."""

    def set_theme(self, theme: Theme) -> None: ...


class Banner(QFrame):
    """One line over the panes for a session in trouble: it says what, and stays until it is over or put away."""

    details_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Warning")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 6, 8, 6)
        self._label = QLabel()
        self._label.setAccessibleName("Warning text")
        self._label.setWordWrap(True)
        details = QPushButton("Details")
        details.setAccessibleName("Details")
        details.clicked.connect(self.details_wanted)
        away = QPushButton("Put away")
        away.setAccessibleName("Put the warning away")
        away.clicked.connect(self.hide)
        layout.addWidget(self._label, 1)
        layout.addWidget(details)
        layout.addWidget(away)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        self.setStyleSheet(
            f"Banner {{ background: {theme.error_back}; border-bottom: 1px solid {theme.border}; }}"
            f"Banner QLabel {{ color: {theme.text}; }}"
        )

    def say(self, words: str) -> None:
        if self._label.text() != words:
            self._label.setText(words)

    def words(self) -> str:
        return self._label.text()


class Banners(QWidget):
    """A banner for each session that needs one."""

    details_wanted = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._banners: dict[str, Banner] = {}
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self.setVisible(False)

    def say(self, session_id: str, words: str) -> None:
        """Show a session's banner, or change its words; one that was put away stays away until it was cleared."""
        banner = self._banners.get(session_id)
        if banner is None:
            banner = self._banners[session_id] = Banner(self._theme)
            banner.details_wanted.connect(lambda: self.details_wanted.emit(session_id))
            self._layout.addWidget(banner)
            self.setVisible(True)
        banner.say(words)

    def clear(self, session_id: str) -> None:
        banner = self._banners.pop(session_id, None)
        if banner is not None:
            banner.hide()
            banner.deleteLater()
        self.setVisible(bool(self._banners))

    def shown(self) -> dict[str, str]:
        return {session_id: banner.words() for session_id, banner in self._banners.items()}

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for banner in self._banners.values():
            banner.set_theme(theme)


def paint_hint(view: QAbstractItemView, words: str) -> None:
    """A quiet sentence in the middle of an empty pane; to be called while it is painted."""
    painter = QPainter(view.viewport())
    painter.setPen(view.palette().color(QPalette.ColorRole.PlaceholderText))
    room = view.viewport().rect().adjusted(12, 4, -12, -4)
    painter.drawText(room, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, words)
    painter.end()


class Tags(QStyledItemDelegate):
    """Long tags lose their middle where there is no room: their ends tell them apart."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        super().initStyleOption(option, index)
        option.textElideMode = Qt.TextElideMode.ElideMiddle  # type: ignore[attr-defined]


class Elided(QLabel):
    """One line that gives way: where it has no room it ends with "…", and its tooltip has all of it."""

    def minimumSizeHint(self) -> QSize:
        return QSize(self.fontMetrics().averageCharWidth() * 4, super().minimumSizeHint().height())

    def setText(self, text: str) -> None:
        super().setText(text)
        self.setToolTip(text)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        room = self.contentsRect()
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        self.style().drawItemText(painter, room, self.alignment(), self.palette(), self.isEnabled(), text)


class Steady(QLabel):
    """A figure that changes: it never gets narrower, so that what stands beside it does not tremble."""

    def setText(self, text: str) -> None:
        super().setText(text)
        self.setMinimumWidth(max(self.minimumWidth(), self.sizeHint().width()))
