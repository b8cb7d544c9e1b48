"""One line over the panes for each session in trouble: what, since when, the next attempt, and what can be done."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from app.events.notices import Severity
from app.values import NS_PER_S
from ui.format import age_text, time_text
from ui.i18n import tr
from ui.theme import SEVERITY_MARKS, Theme
from ui.widgets import Elided

#: More than these are behind a button, so that trouble never takes the room of what still works.
_SHOWN = 3
#: And so many have room when that was pressed; the others are scrolled to.
_ROOM = 8


@dataclass(frozen=True, slots=True)
class Trouble:
    """What one session lacks, or something else that has an id of its own. Times in ns since 1970 UTC; ``next_ns`` 0 =
    no attempt is planned."""

    session_id: str
    name: str
    cause: str
    since_ns: int
    next_ns: int = 0
    attempt: int = 0
    ended: bool = False  # it does not come back by itself: it has to be opened again
    retries: bool = True  # trying again can help

    def words(self, now_ns: int, utc: bool) -> str:
        since = tr("since {time} ({age})").format(
            time=time_text(self.since_ns, utc, date=False)[: -len(".000")],
            age=age_text((now_ns - self.since_ns) / NS_PER_S),
        )
        return f"{SEVERITY_MARKS[Severity.ERROR]} {self.name}: {self.cause}, {since}{self._next(now_ns)}"

    def _next(self, now_ns: int) -> str:
        if not self.next_ns:
            return ""
        left_s = (self.next_ns - now_ns) / NS_PER_S
        if left_s <= 0:
            return tr(", trying now")
        words = tr(", attempt {number} in {time}") if self.attempt else tr(", next attempt in {time}")
        return words.format(number=self.attempt, time=age_text(left_s + 0.999))


class Banner(QFrame):
    """Stays until the trouble is over or somebody puts it away."""

    details_wanted = Signal()
    retry_wanted = Signal()
    put_away = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Warning"))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 4, 8, 4)
        self._label = Elided()
        self._label.setAccessibleName(tr("Warning text"))
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self.retry = QPushButton(tr("Retry now"))
        details = QPushButton(tr("Details"))
        details.setAccessibleName(tr("Details"))
        away = QPushButton(tr("Put away"))
        away.setAccessibleName(tr("Put the warning away"))
        self.retry.clicked.connect(self.retry_wanted)
        details.clicked.connect(self.details_wanted)
        away.clicked.connect(self.put_away)
        layout.addWidget(self._label, 1)
        for button in (self.retry, details, away):
            layout.addWidget(button)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        self.setStyleSheet(
            f"Banner {{ background: {theme.error_back}; border-bottom: 1px solid {theme.border}; }}"
            f"Banner QLabel {{ color: {theme.text}; }}"
        )

    def tell(self, trouble: Trouble, now_ns: int, utc: bool) -> None:
        words, act = trouble.words(now_ns, utc), tr("Open again") if trouble.ended else tr("Retry now")
        if self._label.text() != words:
            self._label.setText(words)
        self.retry.setVisible(trouble.retries)
        if self.retry.text() != act or not self.retry.accessibleName():
            self.retry.setText(act)
            self.retry.setAccessibleName(act)

    def words(self) -> str:
        return self._label.text()


class Banners(QWidget):
    """A banner for each session that needs one; several stack, and beyond a few there is a count of the others."""

    details_wanted = Signal(str)
    retry_wanted = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._troubles: dict[str, Trouble] = {}
        self._banners: dict[str, Banner] = {}
        self._away: set[str] = set()
        self._expanded = False
        self._now_ns = 0
        self._utc = False
        inside = QWidget()
        self._stack = QVBoxLayout(inside)
        self._stack.setContentsMargins(0, 0, 0, 0)
        self._stack.setSpacing(0)
        self._scroll = QScrollArea()
        self._scroll.setWidget(inside)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._more = QPushButton()
        self._more.setFlat(True)
        self._more.clicked.connect(self._toggle)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._scroll)
        layout.addWidget(self._more)
        self.setVisible(False)

    def tell(self, trouble: Trouble, now_ns: int) -> None:
        """Show a session's trouble, or change its words; one that was put away stays away until it was cleared."""
        self._now_ns = now_ns
        self._troubles[trouble.session_id] = trouble
        if trouble.session_id not in self._banners:
            self._add(trouble.session_id)
        self._banners[trouble.session_id].tell(trouble, now_ns, self._utc)
        self._arrange()

    def _add(self, session_id: str) -> None:
        banner = self._banners[session_id] = Banner(self._theme)
        banner.details_wanted.connect(lambda: self.details_wanted.emit(session_id))
        banner.retry_wanted.connect(lambda: self.retry_wanted.emit(session_id))
        banner.put_away.connect(lambda: self._put_away(session_id))
        self._stack.addWidget(banner)

    def tick(self, now_ns: int) -> None:
        """Ages and attempts count on."""
        self._now_ns = now_ns
        for session_id, banner in self._banners.items():
            if not banner.isHidden():
                banner.tell(self._troubles[session_id], now_ns, self._utc)

    def set_utc(self, utc: bool) -> None:
        self._utc = utc
        self.tick(self._now_ns)

    def clear(self, session_id: str) -> None:
        self._troubles.pop(session_id, None)
        self._away.discard(session_id)
        banner = self._banners.pop(session_id, None)
        if banner is not None:
            banner.hide()
            banner.deleteLater()
        self._arrange()

    def trouble(self, session_id: str) -> Trouble | None:
        return self._troubles.get(session_id)

    def shown(self) -> dict[str, str]:
        """The words by session; those that are put away, or behind the count, too."""
        return {session_id: banner.words() for session_id, banner in self._banners.items()}

    def _put_away(self, session_id: str) -> None:
        self._away.add(session_id)
        self._arrange()

    def _toggle(self) -> None:
        self._expanded = not self._expanded
        self._arrange()

    def _arrange(self) -> None:
        there = [session_id for session_id in self._banners if session_id not in self._away]
        if len(there) <= _SHOWN:
            self._expanded = False
        seen = there if self._expanded else there[:_SHOWN]
        for session_id, banner in self._banners.items():
            banner.setVisible(session_id in seen)
        heights = [self._banners[session_id].sizeHint().height() for session_id in seen]
        self._scroll.setFixedHeight(sum(heights[:_ROOM]))
        hidden = len(there) - len(seen)
        text = tr("Show fewer") if self._expanded else tr("{count} more sessions in trouble").format(count=hidden)
        self._more.setText(text)
        self._more.setAccessibleName(text)
        self._more.setVisible(bool(hidden) or self._expanded)
        self.setVisible(bool(there))

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for banner in self._banners.values():
            banner.set_theme(theme)
