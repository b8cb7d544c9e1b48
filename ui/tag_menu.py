"""What can be done with tags, wherever they are shown: one menu."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from ui.i18n import tr


@dataclass(frozen=True, slots=True)
class TagActs:
    """Each takes addresses of tags; ``write`` and ``properties`` only one."""

    trend: Callable[[str], object]
    watch: Callable[[list[str]], object]
    write: Callable[[str], object]
    properties: Callable[[str], object]
    limits: Callable[[list[str]], object] | None = None
    refused: str = ""  # why nothing may be written
    show: Callable[[str], object] | None = None  # where it stands in the name space


def copy_tags(tags: Sequence[str]) -> None:
    """To the clipboard, a tag each line."""
    QGuiApplication.clipboard().setText("\n".join(tags))


def tag_menu(parent: QWidget, tags: Sequence[str], acts: TagActs) -> QMenu:
    """The first tag is the one that was pointed at. The menu deletes itself when it closes."""
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

    menu.setToolTipsVisible(True)

    def add(words: str, act: Callable[[], object], key: str = "", refused: str = "") -> None:
        action = QAction(words, menu)
        if key:
            action.setShortcut(QKeySequence(key))  # to be read here; the view itself listens to it
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.triggered.connect(lambda *_: act())
        action.setEnabled(not refused)
        action.setToolTip(refused or words)
        menu.addAction(action)

    first = tags[0]
    add(tr("Add to trend"), lambda: [acts.trend(tag) for tag in tags])
    add(tr("Watch"), lambda: acts.watch(list(tags)))
    add(tr("Write …"), lambda: acts.write(first), "F2", acts.refused)
    if (limits := acts.limits) is not None:
        add(tr("Alarm limits …"), lambda: limits(list(tags)), "Ctrl+L")
    menu.addSeparator()
    if (show := acts.show) is not None:
        add(tr("Show in the name space"), lambda: show(first))
    add(tr("Copy address"), lambda: copy_tags(tags), "Ctrl+C")
    add(tr("Properties"), lambda: acts.properties(first), "Alt+Return")
    return menu
