"""The table of a watch list, with what stands above it: painting, keys, clipboard, drag and drop, columns, menus."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDrag, QDragMoveEvent, QDropEvent, QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu
from pytestqt.qtbot import QtBot

from tests.helpers.watching import Watching
from ui import theme as themes
from ui.models.watch import SORT_S
from ui.models.watch_cells import COMPARE, COUNT, DESCRIPTION, QUALITY, SESSION, SPARK, TAG, TIME, USUAL, VALUE
from ui.models.watch_edits import Edits
from ui.models.watch_order import Order, WatchFilter
from ui.models.watch_paste import computed
from ui.models.watch_rows import Kind, Line, Row
from ui.models.watch_snapshot import Snapshot, Tolerance
from ui.number_format import Notation, NumberFormat
from ui.tagref import TagRef, from_mime, to_mime
from ui.theme import DARK, LIGHT
from ui.views.watch_list import SNAPSHOTS, WatchList
from ui.views.watch_state import restore_list, state_of

TAGS = [f"Tank{number}.Level" for number in range(40)]


class Shown:
    """A list on the screen."""

    def __init__(self, qtbot: QtBot) -> None:
        themes.apply(QApplication.instance(), themes.Mode.LIGHT)  # type: ignore[arg-type]
        self.of = Watching(*TAGS)
        self.model = self.of.model
        self.list = WatchList(self.model, LIGHT)
        self.model.setParent(self.list)
        self.table = self.list.table
        self.edits = Edits(self.list)
        qtbot.addWidget(self.list)
        self.list.resize(900, 300)
        self.list.show()
        qtbot.waitExposed(self.list)
        self.told: list[tuple[str, Any]] = []
        for name in (
            "trend_wanted",
            "write_wanted",
            "read_wanted",
            "remove_wanted",
            "edit_wanted",
            "properties_wanted",
        ):
            getattr(self.table, name).connect(lambda what, name=name: self.told.append((name, what)))

    def image(self) -> QImage:
        QApplication.processEvents()
        return self.table.viewport().grab().toImage()

    def colours(self, row: int, column: int) -> set[str]:
        """In a cell."""
        image, rect = self.image(), self.table.visualRect(self.model.index(row, column))
        return {
            image.pixelColor(x, y).name()
            for x in range(rect.left() + 1, rect.right())
            for y in range(rect.top() + 1, rect.bottom())
        }

    def order(self) -> list[str]:
        return [self.model.cells.name(row) for row in self.model.shown]


def red(colour: str) -> bool:
    """A thin stroke is never of its full colour."""
    parts = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    return parts[0] > parts[1] + 60 and parts[0] > parts[2] + 60


@pytest.fixture
def shown(qtbot: QtBot) -> Iterator[Shown]:
    made = Shown(qtbot)
    yield made
    made.list.hide()


# ---- painting


@pytest.mark.clause("W2", "W3", "L1")
def test_trouble_is_dimmed_and_marked_and_moves_no_digit(shown: Shown) -> None:
    shown.of.add(*TAGS[:3])
    shown.of.come_all([(tag, 12.5, 192) for tag in TAGS[:3]])
    value = shown.table.visualRect(shown.model.index(0, VALUE))
    good = shown.image().copy(value)
    assert LIGHT.bad not in shown.colours(0, VALUE) | shown.colours(0, QUALITY)
    widths = [shown.table.columnWidth(column) for column in USUAL]
    shown.of.come_all([(TAGS[0], 12.5, 24), (TAGS[1], 12.5, 84)])
    assert any(red(colour) for colour in shown.colours(0, VALUE)), "its mark"
    assert LIGHT.muted in shown.colours(0, VALUE), "its value"
    assert LIGHT.bad in shown.colours(0, QUALITY)
    assert LIGHT.uncertain in shown.colours(1, QUALITY)
    assert LIGHT.text in shown.colours(1, VALUE)
    assert [shown.table.columnWidth(column) for column in USUAL] == widths

    def ink(image: QImage) -> set[tuple[int, int]]:
        back = image.pixelColor(0, 0)
        room = image.width() - shown.table._painter.gutter - 4
        return {(x, y) for x in range(room) for y in range(image.height()) if image.pixelColor(x, y) != back}

    assert ink(shown.image().copy(value)) == ink(good), "the digits stand where they stood"


@pytest.mark.clause("W7")
def test_the_session_is_told_however_narrow_the_list_is(shown: Shown) -> None:
    shown.of.add(*TAGS[:3])
    header = shown.table.horizontalHeader()
    for width in (900, 600, 420):
        shown.list.resize(width, 300)
        QApplication.processEvents()
        hidden = {column for column in USUAL if header.isSectionHidden(column)}
        assert not hidden & {TAG, VALUE, QUALITY}
        assert SESSION not in hidden or hidden >= {DESCRIPTION, TIME}, "it is the last to give way"
        assert "Plant" in shown.model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)


@pytest.mark.clause("W4")
def test_only_what_has_changed_is_painted(shown: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    shown.of.add(*TAGS)
    shown.image()
    painted: list[str] = []
    paint = shown.table._painter.paint

    def noted(painter: QPainter, row: Row, *rest: Any, **more: Any) -> None:
        painted.append(row.line.ref.tag)
        paint(painter, row, *rest, **more)

    monkeypatch.setattr(shown.table._painter, "paint", noted)
    for value in range(5):  # until Qt has laid out what it puts off
        shown.of.come_all([("Tank2.Level", float(value), 192)])
        QApplication.processEvents()
    painted.clear()
    shown.of.come_all([("Tank2.Level", 1.0, 192), ("Tank39.Level", 1.0, 192)])
    QApplication.processEvents()
    assert painted == ["Tank2.Level"]
    shown.of.come_all([("Tank2.Level", 1.0, 192), ("Tank5.Level", 1.0, 192)])
    QApplication.processEvents()
    assert painted == ["Tank2.Level", "Tank2.Level", "Tank5.Level"]


def test_what_scrolls_into_sight_is_fresh(shown: Shown) -> None:
    shown.of.add(*TAGS)
    shown.image()
    last = shown.model.rows[-1]
    shown.of.come_all([("Tank39.Level", 7.0, 192)])
    assert last.sample() is None
    shown.table.scrollToBottom()
    shown.image()
    sample = last.sample()
    assert sample is not None
    assert sample.value == 7.0


@pytest.mark.clause("L2")
def test_a_theme_is_taken_over_at_once(shown: Shown) -> None:
    shown.of.add(TAGS[0])
    shown.of.come_all([(TAGS[0], 1.0, 24)])
    assert LIGHT.bad in shown.colours(0, QUALITY)
    shown.list.set_theme(DARK)
    assert DARK.bad in shown.colours(0, QUALITY)
    assert LIGHT.bad not in shown.colours(0, QUALITY)


def test_every_kind_of_row_and_column_is_painted(shown: Shown) -> None:
    shown.of.add(Line(Kind.COMMENT, text="Section"), *TAGS[:3], computed("", "[Tank0.Level] * 2", [], "Plant"))
    shown.list.choose_columns(frozenset(range(15)))
    shown.of.come_all([(TAGS[0], 1.0, 192), (TAGS[1], 2.0, 192)])
    shown.list.add_snapshot(Snapshot.of(shown.model.rows, 0))
    shown.table.selectAll()
    shown.table.setFocus()
    shown.list.resize(2400, 300)
    for second in range(3):
        shown.of.clock.stall(10.0)
        shown.of.come_all([(TAGS[0], float(second), 192), (TAGS[1], float("nan"), 0)])
        shown.image()
    assert len(shown.colours(1, SPARK)) > 1


# ---- keys and clipboard


@pytest.mark.clause("L3")
def test_keys_act_on_rows(shown: Shown) -> None:
    tag, comment, sum_ = shown.of.add(TAGS[0], Line(Kind.COMMENT, text="x"), computed("", "1 + 1", [], "Plant"))
    table = shown.table
    table.select([tag])
    for key, modifier in (
        (Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_F2, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_F5, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_Return, Qt.KeyboardModifier.AltModifier),
        (Qt.Key.Key_Delete, Qt.KeyboardModifier.NoModifier),
    ):
        QTest.keyClick(table, key, modifier)
    ref = tag.line.ref
    assert shown.told == [
        ("trend_wanted", [ref]),
        ("write_wanted", ref),
        ("read_wanted", [tag]),
        ("properties_wanted", ref),
        ("remove_wanted", [tag]),
    ]
    shown.told.clear()
    table.select([sum_])
    QTest.keyClick(table, Qt.Key.Key_F2)
    assert shown.told == [("edit_wanted", sum_)]
    table.clearSelection()
    QTest.keyClick(table, Qt.Key.Key_F5)
    assert shown.told[-1] == ("read_wanted", [tag, comment, sum_]), "without a choice all are read"


@pytest.mark.clause("W4")
def test_a_comment_is_edited_in_its_place_and_the_order_waits(shown: Shown, qtbot: QtBot) -> None:
    (comment,) = shown.of.add(Line(Kind.COMMENT, text="old"))
    told: list[str] = []
    shown.model.comment_changed.connect(lambda row, text: told.append(text))
    shown.table.select([comment])
    QTest.keyClick(shown.table, Qt.Key.Key_F2)
    editor = shown.table.findChild(QLineEdit)
    assert isinstance(editor, QLineEdit)
    assert shown.model._held
    editor.setText("new")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: told == ["new"])
    assert not shown.model._held


@pytest.mark.clause("W6")
def test_copied_rows_are_text_for_others_and_references_for_lists(shown: Shown) -> None:
    a, b, note = shown.of.add("Tank0.Level", "Tank1.Level", Line(Kind.COMMENT, text="note"))
    shown.model.set_utc(True)
    shown.of.come_all([("Tank0.Level", 1.23456789, 192), ("Tank1.Level", "two\tparts", 64)])
    shown.table.select([a, b, note])
    QTest.keyClick(shown.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.clipboard().text().split("\n") == [
        "Tank0.Level\t1.23456789\t\tgood (192)\t2026-01-01T00:00:00.000Z",
        'Tank1.Level\t"two\tparts"\t\tuncertain (64)\t2026-01-01T00:00:00.000Z',
        "# note",
    ]
    assert from_mime(QApplication.clipboard().mimeData()) == [a.line.ref, b.line.ref]
    wanted: list[str] = []
    shown.list.paste_wanted.connect(wanted.append)
    QTest.keyClick(shown.table, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert len(wanted) == 1


# ---- moving, dragging, dropping


def drop(shown: Shown, data: QMimeData, row: int, *, below: bool = False) -> None:
    rect = shown.table.visualRect(shown.model.index(row, 0)) if row < shown.model.rowCount() else None
    y = shown.table.viewport().height() - 2 if rect is None else rect.bottom() - 1 if below else rect.top() + 1
    copy = Qt.DropAction.CopyAction
    no = Qt.KeyboardModifier.NoModifier
    shown.table.dropEvent(QDropEvent(QPointF(5, y), copy, data, Qt.MouseButton.LeftButton, no))


def test_tags_and_text_are_dropped_between_rows(shown: Shown) -> None:
    a, b = shown.of.add("Tank0.Level", "Tank1.Level")
    told: list[tuple[object, Row | None]] = []
    shown.table.refs_dropped.connect(lambda refs, before: told.append((refs, before)))
    shown.table.text_dropped.connect(lambda text, before: told.append((text, before)))
    ref = TagRef("Plant", "x")
    drop(shown, to_mime([ref]), 0)
    drop(shown, to_mime([ref]), 0, below=True)
    drop(shown, to_mime([ref]), 9)
    text = QMimeData()
    text.setText("Some.Tag")
    drop(shown, text, 1)
    assert told == [([ref], a), ([ref], b), ([ref], None), ("Some.Tag", b)]


def test_rows_are_dragged_to_other_places_and_within_the_list(shown: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = shown.of.add(*TAGS[:3], Line(Kind.COMMENT, text="note"))
    moved: list[tuple[list[Row], Row | None]] = []
    shown.table.rows_moved.connect(lambda dragged, before: moved.append((dragged, before)))
    carried: list[QMimeData] = []

    def carry(drag: QDrag, *_: object) -> Qt.DropAction:
        assert shown.model._held, "the order stands still meanwhile"
        carried.append(drag.mimeData())
        rect = shown.table.visualRect(shown.model.index(0, 0))
        at, copy = QPointF(5, rect.top() + 1), Qt.DropAction.CopyAction
        over = (at.toPoint(), copy, drag.mimeData(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
        shown.table.dragMoveEvent(QDragMoveEvent(*over))
        assert shown.table._drop_y == rect.top()
        event = QDropEvent(at, *over[1:])
        monkeypatch.setattr(QDropEvent, "source", lambda self: shown.table)
        shown.table.dropEvent(event)
        return copy

    monkeypatch.setattr(QDrag, "exec", carry)
    shown.table.startDrag(Qt.DropAction.CopyAction)
    assert carried == [], "nothing is chosen"
    shown.table.select([rows[1], rows[3]])
    shown.table.startDrag(Qt.DropAction.CopyAction)
    assert from_mime(carried[0]) == [rows[1].line.ref]
    assert carried[0].text() == TAGS[1]
    assert moved == [([rows[1], rows[3]], rows[0])]
    assert (shown.model._held, shown.table._drop_y, shown.table._dragged) == (False, None, [])


@pytest.mark.clause("L3")
def test_rows_are_moved_by_keys_in_the_list_s_own_order_alone(shown: Shown, qtbot: QtBot) -> None:
    rows = shown.of.add(*TAGS[:4])
    said: list[str] = []
    shown.table.said.connect(said.append)
    shown.table.rows_moved.connect(lambda moved, before: shown.edits.move(shown.model, "move", moved, before))
    alt = Qt.KeyboardModifier.AltModifier
    shown.table.select(rows[:2])
    QTest.keyClick(shown.table, Qt.Key.Key_Up, alt)
    assert shown.order() == TAGS[:4], "there is nothing above"
    QTest.keyClick(shown.table, Qt.Key.Key_Down, alt)
    assert shown.order() == [TAGS[2], TAGS[0], TAGS[1], TAGS[3]]
    QTest.keyClick(shown.table, Qt.Key.Key_Down, alt)
    QTest.keyClick(shown.table, Qt.Key.Key_Down, alt)
    assert shown.order() == [TAGS[2], TAGS[3], TAGS[0], TAGS[1]]
    assert shown.table.selected() == rows[:2], "they stay chosen"
    QTest.keyClick(shown.table, Qt.Key.Key_Up, alt)
    assert shown.order() == [TAGS[2], TAGS[0], TAGS[1], TAGS[3]]
    shown.table.sort_by(TAG)
    QTest.keyClick(shown.table, Qt.Key.Key_Down, alt)
    assert "sorted" in said[0]


# ---- order, filter, columns


def test_a_head_sorts_up_down_and_not(shown: Shown) -> None:
    shown.of.add(*TAGS[:3])
    header = shown.table.horizontalHeader()
    for order, indicated in ((Order(TAG), True), (Order(TAG, True), True), (Order(), False)):
        header.sectionClicked.emit(TAG)
        assert shown.model.order == order
        assert header.isSortIndicatorShown() == indicated


@pytest.mark.clause("W4")
def test_selection_and_place_survive_every_change(shown: Shown, qtbot: QtBot) -> None:
    rows = shown.of.add(*TAGS)
    shown.table.select([rows[20], rows[21]])
    shown.of.come_all([(tag, float(-number), 192) for number, tag in enumerate(TAGS)])
    shown.table.set_order(Order(VALUE))
    qtbot.waitUntil(lambda: shown.order()[0] == TAGS[-1])
    assert set(shown.table.selected()) == {rows[20], rows[21]}
    bar = shown.table.verticalScrollBar()
    bar.setValue(7)
    shown.of.come_all([(TAGS[39], 100.0, 192)])
    shown.of.clock.stall(SORT_S)
    shown.model.tick()
    qtbot.waitUntil(lambda: shown.order()[-1] == TAGS[39])
    assert bar.value() == 7
    assert set(shown.table.selected()) == {rows[20], rows[21]}
    shown.model.about_to_rearrange.emit(True)
    shown.model.beginResetModel()
    shown.model.endResetModel()
    shown.model.rearranged.emit()
    assert set(shown.table.selected()) == {rows[20], rows[21]}
    assert bar.value() == 7


def test_the_filter_line_says_how_much_passes(shown: Shown, qtbot: QtBot) -> None:
    shown.of.add(*TAGS)
    QApplication.processEvents()
    assert shown.list._counts.text() == "40 rows"
    QTest.keyClicks(shown.list._find, "tank3?.")
    QTest.keyClick(shown.list._find, Qt.Key.Key_Return)
    assert shown.list._counts.text() == "10 of 40 shown"
    shown.list._quality.choose({"good"})
    assert shown.model.filter == WatchFilter("tank3?.", frozenset({"good"}))
    assert shown.table.hint == "Nothing passes the filter. Esc shows all."
    shown.image()
    shown.list.clear_filter()
    assert shown.list._counts.text() == "40 rows"
    shown.model.become([])
    assert "Drag tags here" in shown.table.hint
    assert not shown.list._counts.isVisible()
    shown.image()


def test_columns_are_chosen_kept_and_come_back(shown: Shown, qtbot: QtBot) -> None:
    shown.list.choose_columns(USUAL | {COUNT, COMPARE} - {DESCRIPTION})
    header = shown.table.horizontalHeader()
    assert not header.isSectionHidden(COUNT)
    header.moveSection(header.visualIndex(SESSION), 1)
    kept = shown.table.columns_state()
    assert kept["columns"][:2] == ["tag", "session"]
    assert "widths" not in kept
    shown.table.columns.set_widths(dict.fromkeys(shown.table.columns.chosen, 80) | {VALUE: 321})
    kept = shown.table.columns_state()
    other = WatchList(Watching("a").model, LIGHT)
    qtbot.addWidget(other)
    other.table.restore_columns({**kept, "columns": [*kept["columns"], "no such"]})
    assert other.table.columns_state() == kept
    assert other.table.columnWidth(VALUE) == 321
    menu = shown.list.column_menu()
    words = {action.text(): action for action in menu.actions()}
    assert not words["Tag"].isEnabled()
    words["Raw quality"].trigger()
    assert not header.isSectionHidden(12)
    words["Usual columns"].trigger()
    assert shown.table.columns.chosen == USUAL
    menu.deleteLater()


@pytest.mark.clause("L2")
@pytest.mark.parametrize("width", [1200, 900, 600, 420])
def test_nothing_that_matters_is_cut(shown: Shown, width: int) -> None:
    shown.of.add(*TAGS[:3])
    shown.list.resize(width, 300)
    QApplication.processEvents()
    header, least = shown.table.horizontalHeader(), shown.table.columns._least()
    seen = [column for column in least if not header.isSectionHidden(column)]
    assert all(header.sectionSize(column) >= least[column] for column in seen)
    assert sum(header.sectionSize(column) for column in seen) <= shown.table.viewport().width()


# ---- comparison and menus


def test_snapshots_are_taken_compared_with_and_bounded(shown: Shown, qtbot: QtBot) -> None:
    shown.of.add(*TAGS[:3])
    shown.of.come_all([(tag, 1.0, 192) for tag in TAGS[:3]])
    for moment in range(SNAPSHOTS + 2):
        shown.list.add_snapshot(Snapshot.of(shown.model.rows, moment * 10**9))
    assert len(shown.list.snapshots) == SNAPSHOTS
    assert COMPARE in shown.table.columns.chosen
    menu = shown.list._compare.menu()
    menu.aboutToShow.emit()
    words = {action.text(): action for action in menu.actions()}
    shown.of.come_all([(TAGS[1], 5.0, 192)])
    words["Show only what has changed"].trigger()
    assert shown.order() == [TAGS[1]]
    shown.list.set_tolerance(Tolerance(absolute=10.0))
    assert shown.order() == []
    assert shown.list._compare.text().endswith(", changed only ▾")
    menu.aboutToShow.emit()
    words = {action.text(): action for action in menu.actions()}
    words["No comparison"].trigger()
    assert shown.order() == TAGS[:3]
    assert COMPARE not in shown.table.columns.chosen
    assert shown.list._compare.text() == "Compare ▾"


def texts(menu: QMenu) -> list[str]:
    return [action.text() for action in menu.actions() if not action.isSeparator()]


def test_the_menu_of_rows_has_what_can_be_done_with_them(shown: Shown) -> None:
    tag, note = shown.of.add("Tank0.Level", Line(Kind.COMMENT, text="x"))
    (gone,) = shown.of.add("x", source="Gone")
    shown.table.select([tag])
    menu = shown.list.row_menu()
    first = ["Add to trend", "Write …", "Read again", "Alarm limits …", "Show in the name space", "Properties"]
    assert texts(menu)[:7] == [*first, "Number format"]
    told: list[object] = []
    shown.list.format_wanted.connect(lambda rows, style: told.append((rows, style)))
    formats = next(action for action in menu.actions() if action.text() == "Number format").menu()
    assert isinstance(formats, QMenu)
    words = {action.text(): action for action in formats.actions()}
    words["Hexadecimal (whole numbers)"].trigger()
    scientific = words["Scientific"].menu()
    assert isinstance(scientific, QMenu)
    scientific.actions()[3].trigger()
    assert told == [
        ([tag], NumberFormat(Notation.HEXADECIMAL)),
        ([tag], NumberFormat(Notation.SCIENTIFIC, 3)),
    ]
    menu.deleteLater()
    shown.table.select([note])
    menu = shown.list.row_menu()
    assert texts(menu) == ["Change …", "Copy", "Paste names", "Comment above", "Computed row …", "Remove"]
    menu.deleteLater()
    shown.table.select([gone])
    opened: list[str] = []
    shown.list.open_wanted.connect(opened.append)
    menu = shown.list.row_menu()
    next(action for action in menu.actions() if action.text() == "Open Gone").trigger()
    assert opened == ["Gone"]
    menu.deleteLater()
    wanted: list[QPoint] = []
    shown.table.menu_wanted.disconnect()
    shown.table.menu_wanted.connect(wanted.append)
    shown.table.customContextMenuRequested.emit(QPoint(5, 5))
    assert len(wanted) == 1


# ---- kept


@pytest.mark.parametrize("dragged", [False, True])
def test_a_list_is_kept_and_comes_back(shown: Shown, qtbot: QtBot, dragged: bool) -> None:
    shown.table.columns.reset()
    shown.of.add("Tank0.Level", Line(Kind.COMMENT, text="x"), computed("Sum", "[Tank0.Level] * 2", [], "Plant"))
    shown.of.come_all([("Tank0.Level", 1.0, 192)])
    shown.list.add_snapshot(Snapshot.of(shown.model.rows, 5))
    shown.list.set_tolerance(Tolerance(1.0, 2.0))
    shown.model.set_span(60.0)
    shown.table.set_order(Order(VALUE, True))
    shown.list.set_filter(WatchFilter("tank", frozenset({"good"}), changed=True))
    if dragged:
        shown.table.columns.set_widths({TAG: 100, VALUE: 90, QUALITY: 80, COMPARE: 70})
    kept = state_of(shown.list)
    assert ("widths" in kept) == dragged
    other = WatchList(Watching().model, LIGHT)
    qtbot.addWidget(other)
    assert restore_list(other, kept) == []
    assert state_of(other) == kept


def test_what_cannot_be_read_of_a_list_is_told_and_the_rest_comes(shown: Shown) -> None:
    problems = restore_list(
        shown.list,
        {
            "name": "Mine",
            "rows": [{"tag": "a", "source": "P"}, {"kind": "picture"}, 5, {"tag": "b", "source": "P"}],
            "sort": {"column": "colour"},
            "filter": [],
            "tolerance": {"absolute": "much"},
            "snapshots": [{"time_ns": 1}],
            "span_s": -1,
            "columns": 7,
        },
    )
    assert shown.model.name == "Mine"
    assert [row.line.ref.tag for row in shown.model.rows] == ["a", "b"]
    assert [words.split(", ")[1].split(":")[0] for words in problems] == [
        "row 2", "row 3", "columns", "tolerance", "span_s", "snapshot", "sort", "filter"
    ]  # fmt: skip
    assert restore_list(shown.list, []) == ["a list is an object"]
    assert len(restore_list(shown.list, {"rows": 5, "snapshots": {}})) == 2
