"""Forms of a trend: a note at a time, and the time range to look at."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QDateTime, Qt, QTimeZone
from PySide6.QtWidgets import (
    QDateTimeEdit,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from ui.format import zone_text
from ui.i18n import tr
from ui.theme import Theme

_SHOWN = "yyyy-MM-dd HH:mm:ss.zzz"


class _Form(QDialog):
    def __init__(self, title: str, ok: str, theme: Theme, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.setMinimumWidth(440)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(12)
        self.rows = QFormLayout()
        self.rows.setHorizontalSpacing(16)
        layout.addLayout(self.rows)
        self._problem = QLabel()
        self._problem.setWordWrap(True)
        self._problem.setAccessibleName(tr("Problem"))
        layout.addWidget(self._problem)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self._ok = buttons.button(QDialogButtonBox.StandardButton.Ok)
        self._ok.setText(ok)
        buttons.button(QDialogButtonBox.StandardButton.Cancel).setText(tr("Cancel"))
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        self._problem.setStyleSheet(f"color: {theme.bad}")

    def _say(self, problem: str) -> None:
        self._problem.setText(f"✕ {problem}" if problem else "")
        self._problem.setVisible(bool(problem))
        self._ok.setEnabled(not problem)

    def _time(self, name: str, time_ns: int, utc: bool, changed: Callable[[], object]) -> QDateTimeEdit:
        edit = QDateTimeEdit()
        if utc:
            edit.setTimeZone(QTimeZone(QTimeZone.Initialization.UTC))
        edit.setDisplayFormat(_SHOWN)
        edit.setDateTime(QDateTime.fromMSecsSinceEpoch(time_ns // 1_000_000, edit.timeZone()))
        edit.setAccessibleName(name)
        edit.dateTimeChanged.connect(lambda *_: changed())
        self.rows.addRow(f"{name} ({zone_text(utc)})", edit)
        return edit


class NoteForm(_Form):
    """:meth:`time_ns` and :meth:`text` when it is accepted."""

    def __init__(self, theme: Theme, time_ns: int, text: str, utc: bool, parent: QWidget | None = None) -> None:
        super().__init__(tr("Note"), tr("Keep"), theme, parent)
        self._given_ns = time_ns
        self._when = self._time(tr("Time"), time_ns, utc, self._check)
        self._given = self._when.dateTime()
        self._text = QPlainTextEdit(text)
        self._text.setTabChangesFocus(True)
        self._text.setAccessibleName(tr("Text"))
        self._text.setPlaceholderText(tr("What happened here?"))
        self._text.textChanged.connect(self._check)
        self.rows.addRow(tr("Text"), self._text)
        self._text.setFocus(Qt.FocusReason.OtherFocusReason)
        self._check()
        self._problem.hide()

    def time_ns(self) -> int:
        """To the nanosecond where it was not changed."""
        if self._when.dateTime() == self._given:
            return self._given_ns
        return self._when.dateTime().toMSecsSinceEpoch() * 1_000_000

    def text(self) -> str:
        return self._text.toPlainText().strip()

    def _check(self) -> None:
        self._say("" if self.text() else tr("A note has a text."))


class RangeForm(_Form):
    """:meth:`range_s` (seconds since 1970 UTC) when it is accepted."""

    def __init__(self, theme: Theme, times: tuple[float, float], utc: bool, parent: QWidget | None = None) -> None:
        super().__init__(tr("Time range"), tr("Show"), theme, parent)
        start, stop = times
        self._from = self._time(tr("From"), round(start * 1e9), utc, self._check)
        self._to = self._time(tr("To"), round(stop * 1e9), utc, self._check)
        self._check()

    def range_s(self) -> tuple[float, float]:
        return self._from.dateTime().toMSecsSinceEpoch() / 1000, self._to.dateTime().toMSecsSinceEpoch() / 1000

    def _check(self) -> None:
        if not hasattr(self, "_to"):  # while it is made
            return
        start, stop = self.range_s()
        self._say("" if stop > start else tr("The range ends before it begins."))
