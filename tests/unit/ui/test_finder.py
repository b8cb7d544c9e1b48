"""The search over the items: the list that grows while the index is read, keys, menu, drag, and what is said."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication, QTreeView

from app.backends.tree import Tree
from app.commands import BrowseNode, BrowsePage
from app.sessions.index import TagIndex
from tests.helpers.clock import ManualClock, settle
from ui import theme as themes
from ui.models.found import FoundModel
from ui.tag_menu import TagActs
from ui.tagref import TagRef, from_mime
from ui.views.finder import ItemsPane


class Place:
    """A pane over an index that is read page by page as the test turns the clock."""

    def __init__(self, tags: int = 25) -> None:
        self.clock = ManualClock()
        self.space = Tree()
        for number in range(tags):
            address = f"Tank{number:03}.Level"
            self.space.add("", BrowseNode(address, "Level", False, True, f"Level of tank {number}", "Double", "m"))
        self.index = TagIndex(self.browse, self.clock, page=10)
        self.told: list[tuple[str, object]] = []
        acts = TagActs(*(self.teller(name) for name in ("trend", "watch", "write", "properties")))
        self.tree = QTreeView()
        self.pane = ItemsPane(self.tree, acts, self.teller("open"))
        self.pane.set_theme(themes.LIGHT)
        self.pane.resize(600, 300)
        self.pane.model.look_in(self.index, "Plant")
        self.pane.show_progress(self.index.progress)

    def teller(self, name: str):
        return lambda what: self.told.append((name, what))

    async def browse(self, node: str, token: str, limit: int) -> BrowsePage:
        await self.clock.sleep(1.0)
        return self.space.page(node, token, limit)

    async def turn(self, seconds: float) -> None:
        await self.clock.advance(seconds)
        self.pane.show_progress(self.index.progress)

    def type(self, words: str) -> None:
        self.pane._line.clear()
        QTest.keyClicks(self.pane._line, words)
        self.pane._search()

    def rows(self) -> list[str]:
        model = self.pane.model
        return [model.tag(row).address for row in range(model.rowCount())]


@pytest.fixture
async def place(qapp: QApplication) -> AsyncIterator[Place]:
    made = Place()
    QAbstractItemModelTester(made.pane.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    made.pane.show()
    yield made
    await made.index.stop()
    made.pane.deleteLater()
    await settle()


@pytest.mark.clause("N2")
async def test_words_show_the_list_and_no_words_the_tree(place: Place) -> None:
    begun: list[bool] = []
    place.pane.search_begun.connect(lambda: begun.append(True))
    assert not place.pane.searching
    place.type("tank001")
    assert place.pane.searching
    assert begun == [True]
    place.index.start()
    await place.turn(30)
    assert place.rows() == ["Tank001.Level"]
    assert place.pane._told.text() == "1 of 25 tags"
    QTest.keyClick(place.pane._line, Qt.Key.Key_Escape)
    place.pane.clear()
    assert not place.pane.searching
    assert place.tree.isVisible()


@pytest.mark.clause("N1")
async def test_what_is_found_grows_at_the_end_while_the_source_is_read(place: Place) -> None:
    place.type("level")
    place.index.start()
    place.pane.show_progress(place.index.progress)
    assert place.pane._results.hint == "Nothing found so far …"
    assert place.pane._cancel.isVisible()
    await place.turn(1.5)
    assert len(place.rows()) == 10
    assert place.pane._told.text() == "10 of 10 tags so far"
    place.pane._results.selectRow(4)
    first = place.rows()
    await place.turn(2.0)
    assert place.rows()[:10] == first
    assert len(place.rows()) == 20
    assert place.pane.current() == first[4]
    cancelled: list[bool] = []
    place.pane.cancel_wanted.connect(lambda: cancelled.append(True))
    place.pane._cancel.click()
    assert cancelled == [True]
    place.index.cancel()
    await place.turn(0)
    assert place.pane._told.text() == "20 of 20 tags; reading was cancelled"
    assert place.pane._again.isVisible()
    place.index.start()  # everything anew: the list follows
    await place.turn(30)
    assert len(place.rows()) == 25


async def test_it_says_why_it_is_empty(place: Place) -> None:
    place.index.start()
    await place.turn(30)
    place.type("nothing like that")
    assert place.rows() == []
    assert place.pane._results.hint == "No tag has these words."
    place.pane.model.look_in(None, "")
    place.pane.show_progress(None)
    assert "Choose a session" in place.pane._results.hint


@pytest.mark.clause("L3", "N2")
async def test_the_list_has_the_keys_of_the_tree(place: Place) -> None:
    place.index.start()
    await place.turn(30)
    place.type("tank00")
    pane, results = place.pane, place.pane._results
    QTest.keyClick(pane._line, Qt.Key.Key_Down)
    assert pane.current() == "Tank000.Level"
    QTest.keyClick(results, Qt.Key.Key_Return)
    QTest.keyClick(results, Qt.Key.Key_Return, Qt.KeyboardModifier.AltModifier)
    QTest.keyClick(results, Qt.Key.Key_F2)
    tag = "Tank000.Level"
    assert place.told == [("open", tag), ("properties", tag), ("write", tag)]
    pane._step(1)
    assert pane.current() == "Tank001.Level"
    pane._step(-1)
    pane._step(-1)
    assert pane.current() == "Tank009.Level", "round and round"
    results.selectRow(2)
    QTest.keyClick(results, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(results, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "Tank002.Level\nTank003.Level"
    read: list[bool] = []
    pane.read_wanted.connect(lambda: read.append(True))
    QTest.keyClick(results, Qt.Key.Key_F5)
    assert read == [True]


@pytest.mark.clause("N3")
async def test_the_list_has_the_menu_of_the_tree_and_can_be_dragged(place: Place) -> None:
    place.index.start()
    await place.turn(30)
    place.type("tank01")
    results = place.pane._results
    assert place.pane.menu() is None
    results.selectRow(1)
    QTest.keyClick(results, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    menu = place.pane.menu()
    assert menu is not None
    words = {action.text(): action for action in menu.actions()}
    for name in ("Add to trend", "Watch", "Write …", "Properties"):
        words[name].trigger()
    two, one = "Tank012.Level", "Tank011.Level"
    assert place.told == [
        ("trend", two), ("trend", one), ("watch", [two, one]), ("write", two), ("properties", two),
    ]  # fmt: skip
    menu.deleteLater()
    model = place.pane.model
    data = model.mimeData(results.selectionModel().selectedIndexes())
    assert from_mime(data) == [TagRef("Plant", one), TagRef("Plant", two)]
    assert data.text() == f"{one}\n{two}"
    assert model.flags(model.index(0, 0)) & Qt.ItemFlag.ItemIsDragEnabled


async def test_cells_and_tooltip(place: Place) -> None:
    place.index.start()
    await place.turn(30)
    place.type("tank007")
    model: FoundModel = place.pane.model
    cells = [model.data(model.index(0, column)) for column in range(model.columnCount())]
    assert cells == ["Tank007.Level", "Level of tank 7", "", "Double", "m"]
    assert model.data(model.index(0, 1), Qt.ItemDataRole.ToolTipRole) == "Tank007.Level\nLevel of tank 7"
