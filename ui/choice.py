"""A button whose menu narrows a view down: several things can be chosen, none means all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from ui.i18n import tr


class CheckMenu(QMenu):
    """Stays open while things are checked in it."""

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if not self._check(self.actionAt(event.position().toPoint())):
            super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() != Qt.Key.Key_Space or not self._check(self.activeAction()):
            super().keyPressEvent(event)

    def _check(self, action: QAction | None) -> bool:
        if action is None or not action.isCheckable() or not action.isEnabled():
            return False
        action.trigger()
        return True


class Choice(QToolButton):
    """``options`` gives words by key, whenever the menu opens; ``presets`` are choices with a name of their own."""

    changed = Signal()

    def __init__(
        self,
        name: str,
        options: Callable[[], Mapping[str, str]],
        presets: Mapping[str, frozenset[str]] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._name = name
        self._options = options
        self._presets = presets or {}
        self._chosen: frozenset[str] = frozenset()
        self._words: dict[str, str] = {}
        self.setObjectName("choice")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        menu = CheckMenu(self)
        menu.aboutToShow.connect(self._fill)
        self.setMenu(menu)
        self._show()

    def chosen(self) -> frozenset[str]:
        """Keys of what is chosen; empty = all."""
        return self._chosen

    def choose(self, keys: Iterable[str]) -> None:
        wanted = frozenset(keys)
        if wanted != self._chosen:
            self._chosen = wanted
            self._show()
            self.changed.emit()

    def _fill(self) -> None:
        menu = self.menu()
        menu.clear()
        self._words.update(self._options())
        everything = menu.addAction(tr("All"))
        everything.triggered.connect(lambda *_: self.choose(()))
        for words, keys in self._presets.items():
            menu.addAction(words).triggered.connect(lambda *_, keys=keys: self.choose(keys))
        menu.addSeparator()
        # What was chosen stays on the list when there is nothing of it any more: else it could not be taken back.
        for key, words in {key: self._words.get(key, key) for key in [*self._options(), *self._chosen]}.items():
            action = menu.addAction(words.replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(key in self._chosen)
            action.toggled.connect(
                lambda on, key=key: self.choose(self._chosen | {key} if on else self._chosen - {key})
            )

    def _show(self) -> None:
        preset = next((words for words, keys in self._presets.items() if keys == self._chosen), "")
        if not self._words.keys() >= self._chosen:
            self._words.update(self._options())
        names = [self._words.get(key, key) for key in self._chosen]
        what = preset or (names[0] if len(names) == 1 else tr("{count} chosen").format(count=len(names)))
        text = f"{self._name}: {what}" if names else self._name
        self.setText(f"{text[:32]}… ▾" if len(text) > 33 else f"{text} ▾")
        self.setAccessibleName(text)
        told = ", ".join(sorted(names)) or tr("all")
        self.setToolTip(f"{self._name}: {told}")
        font = self.font()
        font.setBold(bool(names))
        self.setFont(font)
