"""The items' pane: live values first, long tags and marks kept, menus and keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QStyleOptionViewItem
from pytestqt.qtbot import QtBot

from app import commands as c
from app.commands import BrowseNode, BrowsePage, Handle, ItemRow, ItemRows, Reply
from app.sessions.items import ItemRegistry
from ui import theme as themes
from ui.models.items import VALUE, ItemsModel
from ui.tagbook import TagAbout, TagBook
from ui.tagref import TagRef, from_mime
from ui.views.items import ItemsView


def registry(*tags: str) -> ItemRegistry:
    made = ItemRegistry()
    made.track(c.Register("Tagwatch window"), Reply(payload=Handle(1)))
    rows = tuple([ItemRow(True, number + 1, tag) for number, tag in enumerate(tags)])
    made.track(c.SubscribeBulk(1, tags), Reply(payload=ItemRows(rows)))
    return made


@pytest.fixture
def view(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[ItemsView]:
    async def nobody(session_id: str, tag: str) -> Any:
        raise AssertionError("nobody is asked")

    book = TagBook(nobody)
    monkeypatch.setattr(book, "about", lambda session_id, tag: TagAbout())
    made = ItemsView(ItemsModel(themes.LIGHT, book))
    qtbot.addWidget(made)
    made.resize(500, 200)
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.hide()


def fill(view: ItemsView, tags: int = 20) -> None:
    """Items first, then the folders, as it may happen."""
    model = view._model
    model.show("s", registry(*(f"tag{number}" for number in range(tags))))
    model.browsed(
        model.space, BrowsePage(tuple([BrowseNode(f"a{n}", f"Area {n}", has_children=True) for n in range(9)]))
    )
    QApplication.processEvents()


def top(view: ItemsView) -> str:
    return view._model.node(view.indexAt(QPoint(2, 2))).name


@pytest.mark.clause("L4")
def test_live_values_come_before_folders_where_not_all_has_room(view: ItemsView) -> None:
    fill(view)
    assert top(view) == "Registered items"
    view.resize(500, 900)
    QApplication.processEvents()
    assert top(view) == "Name space"


def test_who_looks_around_is_left_where_he_is(view: ItemsView) -> None:
    fill(view)
    QTest.keyClick(view, Qt.Key.Key_Home)
    QApplication.processEvents()
    assert top(view) == "Name space"
    model = view._model
    model.browsed(model.space, BrowsePage((BrowseNode("b", "More", has_children=True),)))
    view.resize(500, 220)
    QApplication.processEvents()
    assert top(view) == "Name space"


@pytest.mark.clause("W5")
def test_a_client_s_name_has_its_row_and_long_tags_and_marks_keep_their_ends(view: ItemsView) -> None:
    fill(view)
    model = view._model
    assert view.isFirstColumnSpanned(0, model.index_of(model.registered))
    node = model.registered.children[0].children[0]
    for column in (0, VALUE):
        index = model.index_of(node, column)
        option = QStyleOptionViewItem()
        view.itemDelegateForIndex(index).initStyleOption(option, index)  # type: ignore[attr-defined]
        assert option.textElideMode is Qt.TextElideMode.ElideMiddle  # type: ignore[attr-defined]


@pytest.mark.clause("L3")
def test_keys_act_on_the_current_tag(view: ItemsView) -> None:
    fill(view)
    told: list[tuple[str, object]] = []
    for name in ("trend_wanted", "write_wanted", "remove_wanted", "properties_wanted"):
        getattr(view, name).connect(lambda what, name=name: told.append((name, what)))
    node = view._model.registered.children[0].children[2]
    assert view.current_tag() == ""
    view.setCurrentIndex(view._model.index_of(node))
    assert view.current_tag() == "tag2"
    QTest.keyClick(view, Qt.Key.Key_Return)
    QTest.keyClick(view, Qt.Key.Key_F2)
    QTest.keyClick(view, Qt.Key.Key_Return, Qt.KeyboardModifier.AltModifier)
    QTest.keyClick(view, Qt.Key.Key_Delete)
    assert told == [
        ("trend_wanted", "tag2"),
        ("write_wanted", "tag2"),
        ("properties_wanted", "tag2"),
        ("remove_wanted", [node.key]),
    ]
    menu = view.menu_of(node)
    words = {action.text(): action for action in menu.actions()}
    words["Copy address"].trigger()
    assert QApplication.clipboard().text() == "tag2"
    menu.deleteLater()


@pytest.mark.clause("N3")
def test_several_tags_are_dragged_out_at_once_and_folders_are_not(view: ItemsView) -> None:
    model = view._model
    model.show("s", registry("a", "b"), "Plant")
    server = model.registered.children[0]
    indexes = [model.index_of(node, column) for node in (server, *server.children) for column in (0, VALUE)]
    data = model.mimeData(indexes)
    assert from_mime(data) == [TagRef("Plant", "a"), TagRef("Plant", "b")]
    assert data.text() == "a\nb"
    assert not model.flags(model.index_of(server)) & Qt.ItemFlag.ItemIsDragEnabled
    assert model.flags(model.index_of(server.children[0])) & Qt.ItemFlag.ItemIsDragEnabled
    assert view.dragEnabled()
    view.setCurrentIndex(model.index_of(server.children[1]))
    QTest.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.clipboard().text() == "b"
