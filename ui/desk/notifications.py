"""Notifications: what sessions and the program itself say in the background, in one place and never as a dialog."""

from __future__ import annotations

import logging
import re

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QToolButton

from app.events.notices import Notice, NoticeKind, Severity
from app.records.program_log import LogLine, ProgramLog
from ui.desk.desk import Desk
from ui.feed import FeedFrame
from ui.forms.details import DetailsDialog
from ui.i18n import count_text, tr
from ui.models.notifications import Notification, NotificationsModel
from ui.theme import SEVERITY_MARKS, Theme, icon
from ui.views.notifications import NotificationsView

#: Alarms have a pane of their own.
_NOT_HERE = (NoticeKind.ALARM,)
_NUMBERS = re.compile(r"\d[\d.,:]*")


class NotificationsDesk(QObject):
    """Owns the pane and the count in the status bar."""

    def __init__(self, desk: Desk, program_log: ProgramLog) -> None:
        super().__init__(desk)
        self._desk = desk
        self._log = program_log
        self._read = program_log.statistics().lines
        self.model = NotificationsModel(desk.theme)
        self.view = NotificationsView(self.model)
        window = desk.window
        bottom = Qt.DockWidgetArea.BottomDockWidgetArea
        window.add_pane("notifications", tr("Notifications"), self.view, bottom, beside="log")
        self._count = QToolButton()
        self._count.setAutoRaise(True)
        self._count.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._count.setToolTip(tr("Show the notifications"))
        self._count.clicked.connect(lambda *_: window.show_pane("notifications"))
        window.statusBar().insertPermanentWidget(1, self._count)
        desk.frame.connect(self._take)
        desk.second.connect(self.look)
        desk.utc_changed.connect(self.model.set_utc)
        desk.theme_changed.connect(self._set_theme)
        self.model.counts_changed.connect(self._show_count)
        self.view.details_wanted.connect(self._show_details)
        self._set_theme(desk.theme)

    def _take(self, frame: FeedFrame) -> None:
        self.model.add(
            self._of(session_id, notice)
            for session_id, notice in frame.notices
            if notice.severity is not Severity.INFO and notice.kind not in _NOT_HERE
        )

    def _of(self, session_id: str, notice: Notice) -> Notification:
        name = self._desk.name_of(session_id) if session_id else ""
        words = notice.message.removeprefix(f"{name}: ")
        # Attempts, counts and times differ each time and are the same matter.
        matter = f"{name} {notice.kind} {_NUMBERS.sub('#', words)}"
        details = tuple((key.replace("_", " "), text) for key, text in notice.details.items())
        return Notification(matter, notice.severity, name, words, notice.time_ns, details=details)

    def look(self) -> None:
        """Warnings and errors of the program log since the last look."""
        lines = self._log.lines(self._read)
        if lines:
            self._read = lines[-1].number
            self.model.add(_of_line(line) for line in lines if line.level >= logging.WARNING and not _told(line))

    def _show_count(self) -> None:
        count, worst, theme = self.model.rowCount(), self.model.worst, self._desk.theme
        text = f"{SEVERITY_MARKS[worst]} {count_text(count)}".strip() if count else ""
        if self._count.text() != text:
            self._count.setText(text)
        self._count.setAccessibleName(tr("Notifications: {count}").format(count=count))
        colour = theme.of_severity(worst) if count else theme.muted
        sheet = f"QToolButton {{ color: {colour}; padding: 1px 6px; border: 0 }}"
        if self._count.styleSheet() != sheet:
            self._count.setStyleSheet(sheet)

    def _set_theme(self, theme: Theme) -> None:
        self.view.set_theme(theme)
        self._count.setIcon(icon("notification", theme))
        self._show_count()

    def _show_details(self, row: Notification) -> None:
        fields = [(name, text) for name, text in self.model.fields(row) if text]
        DetailsDialog(tr("Notification"), fields, self._desk.window).show()


def _told(line: LogLine) -> bool:
    """Sessions tell their troubles themselves, in better words."""
    return line.logger.startswith("app.sessions")


def _of_line(line: LogLine) -> Notification:
    severity = Severity.ERROR if line.level > logging.WARNING else Severity.WARNING
    return Notification(f"log {line.template}", severity, tr("program"), line.words, line.time_ns)
