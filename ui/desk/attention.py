"""New alarms while somebody works in another program: the window's button in the taskbar asks for attention, and the
system's notifications tell them, where that is wanted."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QSystemTrayIcon

from app.events.notices import Notice, NoticeKind, Severity
from ui.desk.desk import Desk
from ui.feed import FeedFrame
from ui.i18n import count_text, tr

#: A flood of alarms is one notification each time, with a count.
_QUIET_S = 15.0
_LINES = 3
_KEPT = "attention/notifications"


class AttentionDesk(QObject):
    """Alarms of low priority are in the pane alone."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._untold: list[Notice] = []
        self._told_at = -_QUIET_S + desk.clock.monotonic()
        self._tray: QSystemTrayIcon | None = None
        self._wanted = desk.window.add_action(
            tr("Alarms as system notifications"), self._set_wanted, None, "tools", "notification"
        )
        self._wanted.setCheckable(True)
        self._wanted.setToolTip(tr("Tell new alarms outside the window while another program is in front"))
        if desk.kept.value(_KEPT, "") == "on" and self._show_tray():
            self._wanted.setChecked(True)
        desk.frame.connect(self._take)
        desk.second.connect(self._look)
        desk.stopping.connect(self._hide_tray)

    def _take(self, frame: FeedFrame) -> None:
        raised = [
            notice
            for _, notice in frame.notices
            if notice.kind is NoticeKind.ALARM and notice.severity is not Severity.INFO
        ]
        if raised and QApplication.activeWindow() is None:
            QApplication.alert(self._desk.window)
            if self._tray is not None:
                self._untold += raised
                self._look()

    def _look(self) -> None:
        if QApplication.activeWindow() is not None:
            self._untold.clear()  # they are looked at
        now = self._desk.clock.monotonic()
        if self._tray is None or not self._untold or now - self._told_at < _QUIET_S:
            return
        told, self._untold = self._untold, []
        self._told_at = now
        count = len(told)
        title = tr("1 alarm") if count == 1 else tr("{count} alarms", None, count).format(count=count_text(count))
        lines = [_line(notice) for notice in told[-_LINES:]]
        if count > _LINES:
            lines.append(tr("and {count} more").format(count=count_text(count - _LINES)))
        worst = any(notice.severity is Severity.ERROR for notice in told)
        kind = QSystemTrayIcon.MessageIcon.Critical if worst else QSystemTrayIcon.MessageIcon.Warning
        self._tray.showMessage(title, "\n".join(lines), kind)

    # ---- whether notifications are wanted

    def _set_wanted(self) -> None:
        wanted = self._wanted.isChecked()
        if wanted and not self._show_tray():
            self._wanted.setChecked(False)
            self._desk.say(tr("This desktop has no place for notifications."))
            return
        if not wanted:
            self._hide_tray()
        self._desk.kept.setValue(_KEPT, "on" if wanted else "off")

    def _show_tray(self) -> bool:
        """Whether there is a place for it: notifications come from an icon there."""
        if not QSystemTrayIcon.isSystemTrayAvailable():
            return False
        self._tray = QSystemTrayIcon(QApplication.windowIcon(), self)
        self._tray.setToolTip("Tagwatch")
        self._tray.activated.connect(lambda *_: self._desk.window.come_forward())
        self._tray.messageClicked.connect(self._show_alarms)
        self._tray.show()
        return True

    def _hide_tray(self) -> None:
        self._untold.clear()
        if self._tray is not None:
            self._tray.hide()
            self._tray.deleteLater()
            self._tray = None

    def _show_alarms(self) -> None:
        self._desk.window.come_forward()
        self._desk.window.show_pane("alarms")


def _line(notice: Notice) -> str:
    source, tag = notice.details.get("source", ""), notice.details.get("tag", "")
    return f"{source}: {tag}: {notice.message}" if tag and tag not in notice.message else notice.message
