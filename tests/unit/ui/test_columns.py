"""Columns that fit their pane, whatever its width and the size of the text."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QTreeWidget
from pytestqt.qtbot import QtBot

from ui.columns import Column, Columns

FOUR = (Column("a long name", share=1), Column("12.5"), Column("detail", rank=1), Column("remark", rank=2, share=1))


@pytest.fixture
def tree(qtbot: QtBot) -> QTreeWidget:
    made = QTreeWidget()
    made.setHeaderLabels(["Name", "Value", "Detail", "Remark"])
    qtbot.addWidget(made)
    made.resize(800, 300)
    made.show()
    return made


def _shown(tree: QTreeWidget) -> list[int]:
    return [number for number in range(4) if not tree.header().isSectionHidden(number)]


def _width(tree: QTreeWidget) -> int:
    return sum(tree.columnWidth(number) for number in _shown(tree))


@pytest.mark.clause("L2")
def test_all_are_seen_where_there_is_room_and_the_least_go_where_there_is_none(tree: QTreeWidget) -> None:
    columns = Columns(tree, tree.header(), FOUR)
    assert _shown(tree) == [0, 1, 2, 3]
    room = tree.viewport().width()
    assert room - 3 <= _width(tree) <= room
    least = columns._least()
    tree.resize(sum(least[number] for number in (0, 1, 2)) + 10, 300)
    assert _shown(tree) == [0, 1, 2]
    tree.resize(least[0] + least[1] + 10, 300)
    assert _shown(tree) == [0, 1]
    assert _width(tree) <= tree.viewport().width()
    tree.resize(40, 300)
    assert _shown(tree) == [0, 1], "what has no rank is never put away"
    tree.resize(800, 300)
    assert _shown(tree) == [0, 1, 2, 3]


@pytest.mark.clause("L2")
def test_headers_and_samples_are_never_cut_and_larger_text_gets_more(tree: QTreeWidget) -> None:
    columns = Columns(tree, tree.header(), FOUR)
    small = columns._least()
    metrics = tree.fontMetrics()
    for number, column in enumerate(FOUR):
        assert tree.columnWidth(number) >= metrics.horizontalAdvance(column.sample) + 6
    font = tree.font()
    font.setPointSizeF(font.pointSizeF() * 2)
    tree.setFont(font)
    assert all(columns._least()[number] > small[number] for number in small)
    assert tree.columnWidth(0) >= columns._least()[0]


def test_a_column_that_somebody_dragged_stays(tree: QTreeWidget, qtbot: QtBot) -> None:
    columns = Columns(tree, tree.header(), FOUR)
    header = tree.header()
    edge = QPoint(header.sectionViewportPosition(1) - 1, header.height() // 2)
    QTest.mousePress(header.viewport(), Qt.MouseButton.LeftButton, pos=edge)
    columns._own = False
    header.resizeSection(0, 77)
    QTest.mouseRelease(header.viewport(), Qt.MouseButton.LeftButton, pos=edge)
    assert columns._own == (tree.columnWidth(0) == 77)
    columns._own = True
    header.resizeSection(0, 90)
    tree.resize(500, 300)
    assert tree.columnWidth(0) == 90
    columns.reset()
    assert tree.columnWidth(0) != 90
