"""Bars over the panes that say something and offer what to do about it; they hold nobody up."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from ui.i18n import tr
from ui.theme import Theme

#: What stands on a button, and what it does. The bar goes with the press.
Choice = tuple[str, Callable[[], object]]


class _Bar(QFrame):
    def __init__(self, words: str, choices: Sequence[Choice], gone: Callable[[], None]) -> None:
        super().__init__()
        self.setAccessibleName(words)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 5, 8, 5)
        layout.setSpacing(8)
        self.label = QLabel(words)
        self.label.setAccessibleName(tr("Message"))
        self.label.setWordWrap(True)
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout.addWidget(self.label, 1)
        for name, act in (*choices, (tr("Close"), lambda: None)):
            button = QPushButton(name)
            button.setAccessibleName(name)
            button.clicked.connect(lambda *_, act=act: (gone(), act()))
            layout.addWidget(button)

    def colour(self, theme: Theme, warning: bool) -> None:
        back = theme.warning_back if warning else theme.panel
        self.setStyleSheet(
            f"_Bar {{ background: {back}; border-bottom: 1px solid {theme.border}; }}"
            f"_Bar QLabel {{ color: {theme.text}; }}"
        )


class Offers(QWidget):
    """One bar for each matter; the newest words of a matter replace the older."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._bars: dict[str, tuple[_Bar, bool]] = {}
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self.setVisible(False)

    def offer(self, matter: str, words: str, *choices: Choice, warning: bool = False) -> None:
        """``warning``: something is not as it should be; a mark says so too."""
        self.withdraw(matter)
        bar = _Bar(f"▲ {words}" if warning else words, choices, lambda: self.withdraw(matter))
        bar.colour(self._theme, warning)
        self._bars[matter] = bar, warning
        self._layout.addWidget(bar)
        self.setVisible(True)

    def withdraw(self, matter: str) -> None:
        bar, _ = self._bars.pop(matter, (None, False))
        if bar is not None:
            bar.hide()
            bar.deleteLater()
        self.setVisible(bool(self._bars))

    def shown(self) -> dict[str, str]:
        return {matter: bar.label.text() for matter, (bar, _) in self._bars.items()}

    def press(self, matter: str, name: str) -> None:
        """As if the button of that name were pressed."""
        bar, _ = self._bars[matter]
        next(button for button in bar.findChildren(QPushButton) if button.text() == name).click()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for bar, warning in self._bars.values():
            bar.colour(theme, warning)
