"""By keyboard alone, and for readers of other scripts: the chain of the focus, names of controls, right to left."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QMenu, QToolBar, QWidget

from tests.helpers.engine import until
from tests.helpers.scripted import Scripted
from ui.forms.connect import ConnectForm
from ui.forms.write import WriteForm
from ui.theme import LIGHT
from ui.views.help import HelpWindow

_MOST = 200


def reachable(window: QWidget) -> list[QWidget]:
    """What Tab and Shift+Tab must reach: visible, enabled, with a focus by Tab."""
    return [
        widget
        for widget in window.findChildren(QWidget)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and widget.isVisibleTo(window)
        and widget.isEnabled()
        and not widget.visibleRegion().isEmpty()
        and not isinstance(widget.parentWidget(), QAbstractSpinBox)
        and widget.window() is window
        and widget.focusProxy() is None
    ]


def told_name(widget: QWidget) -> str:
    """What a screen reader says of it; parts of Qt's own widgets have their owner's."""
    own = widget.accessibleName() or getattr(widget, "text", str)()
    return own or (widget.objectName() if widget.objectName().startswith("qt_") else "")


def name_of(widget: QWidget) -> str:
    return f"{type(widget).__name__} {widget.objectName()!r} in {type(widget.parentWidget()).__name__}"


@pytest.mark.clause("L3")
async def test_tab_walks_through_every_control_and_each_has_a_name(scripted: Scripted) -> None:
    await scripted.ready()
    window = scripted.window
    window.activateWindow()
    window.setFocus()
    wanted = reachable(window)
    assert len(wanted) > 8
    nameless = [name_of(widget) for widget in wanted if not told_name(widget)]
    assert not nameless, nameless
    seen: set[QWidget] = set()
    for _ in range(_MOST):
        QTest.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_Tab)
        focus = QApplication.focusWidget()
        assert focus is not None
        seen.add(focus)
    left = [name_of(widget) for widget in wanted if widget not in seen]
    assert not left, f"Tab never comes to {left}"


@pytest.mark.clause("L3")
async def test_f6_goes_round_all_panes_that_are_seen(scripted: Scripted) -> None:
    await scripted.ready()
    window = scripted.window
    window.activateWindow()
    visited: list[str] = []
    for _ in range(2 * len(window.panes()) + 4):
        QTest.keyClick(window, Qt.Key.Key_F6)
        focus = QApplication.focusWidget()
        holder = focus
        while holder is not None and holder not in [dock.widget() for dock in window.panes()]:
            holder = holder.parentWidget()
        visited += [dock.objectName() for dock in window.panes() if dock.widget() is holder]
    seen = {dock.objectName() for dock in window.panes() if not dock.visibleRegion().isEmpty()}
    assert seen <= set(visited), f"F6 never came to {seen - set(visited)}"


@pytest.mark.clause("L2")
async def test_right_to_left_breaks_no_layout(scripted: Scripted, qapp: QApplication) -> None:
    await scripted.ready()
    qapp.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    try:
        QApplication.processEvents()
        window = scripted.window
        room = window.rect()
        for dock in window.panes():
            if not dock.visibleRegion().isEmpty() and not dock.isFloating():
                assert room.contains(dock.geometry()), dock.objectName()
        for widget in reachable(window):
            assert widget.width() > 8, name_of(widget)
        assert not window.grab().isNull()
    finally:
        qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


def has_focus(form: QWidget) -> bool:
    """Active forms may still wait for it."""
    focus = QApplication.focusWidget()
    return focus is not None and focus.window() is form


@pytest.mark.clause("L3")
async def test_forms_are_walked_by_tab_and_named(scripted: Scripted) -> None:
    await scripted.ready()
    scripted.choose("Tank.Level")
    scripted.application.writing.write("Tank.Level")
    scripted.application.help.show("start")
    connect = ConnectForm(LIGHT, [], scripted.window)
    connect.show()
    await until(lambda: any(form.isVisible() for form in scripted.window.findChildren(WriteForm)), "the write form")
    forms = [form for kind in (WriteForm, HelpWindow, ConnectForm) for form in scripted.window.findChildren(kind)]
    assert len(forms) == 3
    for form in forms:
        form.activateWindow()
        await until(partial(has_focus, form), "the form in front")
        seen: set[QWidget | None] = set()
        for _ in range(_MOST // 4):
            QTest.keyClick(QApplication.focusWidget() or form, Qt.Key.Key_Tab)
            seen.add(QApplication.focusWidget())
        for widget in reachable(form):
            assert widget in seen, name_of(widget)
            assert told_name(widget), name_of(widget)
    connect.reject()


def _reach(owner: QWidget, context: Qt.ShortcutContext) -> set[QWidget]:
    """The widgets in whose focus a key of ``owner`` acts."""
    if context is Qt.ShortcutContext.WidgetShortcut:
        return {owner}
    whole = owner if context is Qt.ShortcutContext.WidgetWithChildrenShortcut else owner.window()
    return {whole, *whole.findChildren(QWidget)}


@pytest.mark.clause("L3")
async def test_no_key_means_two_things_where_it_is_pressed(scripted: Scripted) -> None:
    """Qt does nothing at all for such a key."""
    await scripted.ready()
    window = scripted.window
    keys: dict[str, list[tuple[QWidget, set[QWidget]]]] = {}
    for shortcut in window.findChildren(QShortcut):
        owner = shortcut.parent()
        assert isinstance(owner, QWidget)
        keys.setdefault(shortcut.key().toString(), []).append((owner, _reach(owner, shortcut.context())))
    for action in window.findChildren(QAction):
        within = [owner for owner in action.associatedObjects() if isinstance(owner, QWidget)]
        within = [owner for owner in within if not isinstance(owner, QMenu | QToolBar)] or within[:1]
        reach = {widget for owner in within for widget in _reach(owner, action.shortcutContext())}
        for sequence in action.shortcuts():
            if not isinstance(within[0] if within else None, QMenu) or action.parent() is window:
                keys.setdefault(sequence.toString(), []).append((within[0] if within else window, reach))
    assert {"Esc", "Ctrl+Z", "Ctrl+J"} <= keys.keys()
    doubled = [
        (key, name_of(one), name_of(other))
        for key, places in keys.items()
        for number, (one, here) in enumerate(places)
        for other, there in places[number + 1 :]
        if here & there
    ]
    assert not doubled


@pytest.mark.clause("L3")
async def test_escape_belongs_to_the_pane_with_the_focus(scripted: Scripted) -> None:
    await scripted.ready()
    window = scripted.window
    window.activateWindow()
    find, log = window.items_pane._line, window.log._find
    for field in (find, log):
        field.setText("Tank")
    window.items_pane._search()
    find.setFocus()
    QTest.keyClick(find, Qt.Key.Key_Escape)
    assert (find.text(), log.text()) == ("", "Tank")
    log.setFocus()
    QTest.keyClick(log, Qt.Key.Key_Escape)
    assert log.text() == ""


def test_shortcuts_are_made_by_one_function() -> None:
    """See ``on_key``: others lose where they act."""
    root = Path(__file__).resolve().parents[3] / "ui"
    made = [path.name for path in root.rglob("*.py") if re.search(r"QShortcut\([^)]", path.read_text(encoding="utf-8"))]
    assert sorted(made) == ["widgets.py"]
