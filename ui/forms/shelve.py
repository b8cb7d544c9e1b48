"""Until when alarms are put away."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QDateTime, Qt, Signal
from PySide6.QtWidgets import (
    QDateTimeEdit,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from app.alarms.model import Alarm
from ui.format import zone_text
from ui.forms.editors import Deaf
from ui.i18n import tr
from ui.theme import Theme

_HOURS = 8


class ShelveForm(QDialog):
    """Not modal; :attr:`asked` tells the end (ns since 1970 UTC) and the comment."""

    asked = Signal(object, str)  # an int that is too large for Qt's

    def __init__(
        self, alarms: Sequence[Alarm], comment: str, now_ns: int, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._now_ns = now_ns
        self.setWindowTitle(tr("Shelve"))
        self.setAccessibleName(tr("Shelve alarms"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(10)
        several = tr("{count} alarms").format(count=len(alarms))
        what = QLabel(f"{alarms[0].id.tag} {alarms[0].id.condition.value}" if len(alarms) == 1 else several)
        what.setTextFormat(Qt.TextFormat.PlainText)
        what.setWordWrap(True)
        layout.addWidget(what)
        self._end = QDateTimeEdit(QDateTime.fromMSecsSinceEpoch(now_ns // 1_000_000).addSecs(_HOURS * 3600))
        self._end.setAccessibleName(tr("End"))
        self._end.setDisplayFormat("yyyy-MM-dd HH:mm")
        Deaf(self).keep(self._end)
        self._comment = QLineEdit(comment)
        self._comment.setAccessibleName(tr("Comment"))
        self._comment.setMinimumWidth(280)
        form = QFormLayout()
        form.addRow(tr("Until ({zone})").format(zone=zone_text(False)), self._end)
        form.addRow(tr("Comment"), self._comment)
        layout.addLayout(form)
        self._state = QLabel()
        self._state.setAccessibleName(tr("What is wrong"))
        self._state.setMargin(6)
        self._state.hide()
        layout.addWidget(self._state)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        shelve = buttons.button(QDialogButtonBox.StandardButton.Ok)
        shelve.setText(tr("Shelve"))
        for button in buttons.buttons():
            button.setAccessibleName(button.text().replace("&", ""))
        buttons.accepted.connect(self.shelve)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        self._state.setStyleSheet(f"background: {theme.warning_back}; color: {theme.text}; border-radius: 3px")

    def shelve(self) -> None:
        until_ns = self._end.dateTime().toMSecsSinceEpoch() * 1_000_000
        if until_ns <= self._now_ns:
            self._state.setText(tr("The end must be later than now."))
            self._state.show()
            return
        self.asked.emit(until_ns, " ".join(self._comment.text().split()))
        self.accept()
