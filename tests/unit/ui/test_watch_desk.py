"""Watch lists in the window, on a scripted engine: what they show first, how tags find their items, undo, workspace."""

from __future__ import annotations

import json
from typing import Any, TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QMenu

from app import commands as c
from app.commands import Command, ItemRow, ItemRows, ReadRow, ReadRows, Reply
from app.values import QUALITY_CONFIGURATION_ERROR, Value, item_key
from tests.helpers.batches import batch, mixed
from tests.helpers.engine import until
from tests.helpers.scripted import Scripted, answer
from ui.desk.watch import WatchDesk
from ui.forms.watch import AddTagsForm, ComputedForm, NameForm, ToleranceForm
from ui.forms.write import WriteForm
from ui.models.watch_cells import QUALITY, SESSION, VALUE
from ui.models.watch_rows import Kind, Row
from ui.models.watch_snapshot import Tolerance
from ui.number_format import Notation, NumberFormat
from ui.tagref import TagRef, to_mime
from ui.views.watch_list import WatchList

PLANT, COMPUTER = "Simulated plant", "This computer"
_D = TypeVar("_D", bound=QDialog)


class Lists:
    """The watch lists of a scripted application, whose workers give each tag a handle of its own."""

    def __init__(self, scripted: Scripted) -> None:
        self.scripted = scripted
        self.application = scripted.application
        self.window = scripted.window
        self.desk: WatchDesk = self.application.watch
        self.handles: dict[str, int] = {}
        self.read: dict[str, Value] = {}
        self.sequence = 0
        made = scripted.launcher.made

        def script(client: Any) -> None:
            made(client)
            client.answer = self.answer

        scripted.launcher.made = script

    def answer(self, command: Command) -> Reply:
        match command:
            case c.SubscribeBulk():
                return Reply(payload=ItemRows(tuple([self._row(tag) for tag in command.tags])))
            case c.ReadBulk():
                known = [ReadRow(tag in self.read, tag, self.read.get(tag), 192, 7, 10**19) for tag in command.tags]
                return Reply(payload=ReadRows(tuple(known)))
            case _:
                return answer(command)

    def _row(self, tag: str) -> ItemRow:
        if tag.startswith("missing"):
            return ItemRow(False, 0, tag, f"there is no {tag}")
        return ItemRow(True, self.handles.setdefault(tag, len(self.handles) + 1), tag)

    async def ready(self) -> None:
        await self.scripted.ready()
        await until(lambda: all(link.key for link in self.list.model.links()), "the items")

    @property
    def list(self) -> WatchList:
        return self.desk.current

    def rows(self) -> list[str]:
        return [self.list.model.cells.name(row) for row in self.list.model.rows]

    def row(self, name: str) -> Row:
        return next(row for row in self.list.model.rows if self.list.model.cells.name(row) == name)

    def text(self, name: str, column: int) -> str:
        row = self.row(name)
        row.refresh()
        return self.list.model.index(self.list.model.shown.index(row), column).data()

    def client(self, backend: str = "sim") -> Any:
        return [client for client in self.scripted.launcher.clients if client.spec.backend == backend][-1]

    async def come(self, tag: str, value: float, backend: str = "sim") -> None:
        self.sequence += 1
        self.client(backend).send(batch(self.sequence, 1, item_key(1, self.handles[tag]), value))
        session = self.application.desk.session_named(PLANT if backend == "sim" else COMPUTER)
        assert session is not None
        key = item_key(1, self.handles[tag])
        await until(lambda: session.items.sequence(key) == self.sequence, "the value")
        self.application.feed.flush()

    async def told(self, name: str, words: str) -> None:
        """Until the row says so in place of a quality."""
        await until(lambda: (self.application.feed.flush(), words in self.text(name, QUALITY))[1], words)

    async def form(self, kind: type[_D]) -> _D:
        return await until(lambda: next(iter(self.window.findChildren(kind)), None), kind.__name__)

    def said(self) -> str:
        return self.window.statusBar().currentMessage()


@pytest.fixture
def lists(scripted: Scripted) -> Lists:
    return Lists(scripted)


@pytest.mark.clause("L4", "W7")
async def test_the_first_list_shows_both_sources_live(lists: Lists) -> None:
    await lists.ready()
    assert lists.rows() == ["Tank.Level", "Pump.Flow", "CPU.Total"]
    await lists.come("Tank.Level", 1.234)
    assert lists.text("Tank.Level", VALUE) == "1.23"
    assert lists.text("Tank.Level", SESSION) == PLANT
    assert lists.text("CPU.Total", SESSION) == COMPUTER
    assert lists.window.pane("watch").isVisible()
    assert not lists.desk.edits.canUndo()
    subscribed = [one for client in lists.scripted.launcher.clients for one in client.commands]
    tags = [tag for one in subscribed if isinstance(one, c.SubscribeBulk) for tag in one.tags]
    assert sorted(tags) == ["CPU.Total", "Pump.Flow", "Tank.Level"], "each once, whoever wants it"


@pytest.mark.clause("W2")
async def test_rows_outlive_their_session_and_find_their_items_when_it_opens_again(lists: Lists) -> None:
    await lists.ready()
    await lists.come("Tank.Level", 5.0)
    session = lists.application.desk.session_named(PLANT)
    assert session is not None
    lists.client().fault()
    await lists.told("Tank.Level", "not live")
    assert lists.text("Tank.Level", VALUE) == "5.00 ✕"
    lists.application.sessions.close(session.id)
    await until(
        lambda: (lists.application.feed.flush(), "not open" in lists.text("Tank.Level", QUALITY))[1], "the close"
    )
    assert lists.text("Tank.Level", VALUE) == "5.00 ✕", "the last value stays"
    lists.handles = {"Pump.Flow": 1, "Tank.Level": 2}
    lists.list.table.select([lists.row("Tank.Level")])
    menu = lists.list.row_menu()
    next(action for action in menu.actions() if action.text() == f"Open {PLANT}").trigger()
    menu.deleteLater()
    await until(lambda: lists.row("Tank.Level").live, "its new item")
    lists.sequence = 0
    await lists.come("Tank.Level", 6.0)
    assert lists.text("Tank.Level", VALUE) == "6.00"
    assert lists.text("Pump.Flow", QUALITY) == "waiting"


async def test_names_that_are_not_known_stay_and_are_told_once(lists: Lists) -> None:
    await lists.ready()
    lists.desk.paste("missing.A\nmissing.B\nNew.Tag\nThis computer:missing.C")
    await until(lambda: lists.text("missing.C", QUALITY) == "not found", "the answers")
    await until(lambda: lists.row("New.Tag").live, "the item")
    assert lists.text("missing.A", QUALITY) == "not found"
    assert "there is no missing.A" in lists.list.model.cells.tooltip(lists.row("missing.A"))
    assert "not known to" in lists.said()
    assert lists.text("New.Tag", SESSION) == PLANT, "the session whose items are shown"
    told: list[int] = []
    lists.desk.sources.unknown.connect(told.append)
    lists.desk.paste("missing.D\nmissing.E")
    await until(lambda: told, "the count")
    assert told == [2]


async def test_a_source_that_takes_any_name_tells_it_with_the_first_value(lists: Lists) -> None:
    await lists.ready()
    lists.desk.paste("No.Such")
    await until(lambda: lists.row("No.Such").live, "the item")
    told: list[int] = []
    lists.desk.sources.unknown.connect(told.append)
    lists.desk.sources._look()
    assert told == []
    made = mixed(1, (0, item_key(1, lists.handles["No.Such"]), None))  # type: ignore[arg-type]
    made.qualities[0] = QUALITY_CONFIGURATION_ERROR  # type: ignore[index]
    lists.client().send(made)
    row = lists.row("No.Such")
    await until(lambda: (row.refresh(), row.sample())[1], "the value")
    lists.desk.sources._look()
    lists.desk.sources._look()
    assert told == [1]
    assert lists.text("No.Such", QUALITY) == "not found"


async def test_an_item_that_is_removed_elsewhere_is_watched_again_by_f5(lists: Lists) -> None:
    await lists.ready()
    row = lists.row("Pump.Flow")
    session = lists.application.desk.session_named(PLANT)
    assert session is not None
    await lists.application.desk.unwatch(session, [row.links[0].key])
    lists.desk.sources._look()
    assert lists.text("Pump.Flow", QUALITY) == "not watched"
    lists.read["Pump.Flow"] = 8.5
    lists.list.table.select([row])
    QTest.keyClick(lists.list.table, Qt.Key.Key_F5)
    await until(lambda: row.live, "the item")
    await until(lambda: "1 values read" in lists.said(), "the words")
    assert lists.text("Pump.Flow", VALUE) == "8.50"
    lists.list.table.clearSelection()
    lists.list.table.setCurrentIndex(lists.list.model.index(0, 0))
    lists.list.table.clearSelection()
    QTest.keyClick(lists.list.table, Qt.Key.Key_F5)
    await until(lambda: "1 values read, 2 could not be" in lists.said(), "the words")


# ---- rows


@pytest.mark.clause("L3")
async def test_del_removes_and_ctrl_z_brings_back(lists: Lists) -> None:
    await lists.ready()
    table = lists.list.table
    table.setFocus()
    table.select([lists.row("Pump.Flow"), lists.row("CPU.Total")])
    QTest.keyClick(table, Qt.Key.Key_Delete)
    assert lists.rows() == ["Tank.Level"]
    lists.desk.pane.undo_wanted.emit()
    assert lists.rows() == ["Tank.Level", "Pump.Flow", "CPU.Total"]
    assert lists.row("CPU.Total").live
    lists.desk.pane.redo_wanted.emit()
    assert lists.rows() == ["Tank.Level"]
    menu = lists.desk.pane.menu_of(lists.list)
    assert [action.text() for action in menu.actions() if action.text()][-2:] == ["Undo: remove rows", "Redo"]
    menu.deleteLater()


@pytest.mark.clause("W6")
async def test_pasting_what_was_copied_adds_the_same_tags_below_the_selection(lists: Lists) -> None:
    await lists.ready()
    lists.list.table.select([lists.row("CPU.Total")])
    lists.list.table.copy()
    text = QApplication.clipboard().text()
    lists.list.table.select([lists.row("Tank.Level")])
    lists.list.paste()
    assert lists.rows() == ["Tank.Level", "CPU.Total", "Pump.Flow", "CPU.Total"]
    assert lists.list.model.rows[1].line.ref == TagRef(COMPUTER, "CPU.Total")
    QApplication.clipboard().setText(text)  # as another program gives it back: its source is not in it
    lists.list.paste()
    assert lists.list.model.rows[2].line.ref == TagRef(PLANT, "CPU.Total")


async def test_what_is_dropped_stands_where_it_was_dropped(lists: Lists) -> None:
    await lists.ready()
    before = lists.row("Pump.Flow")
    lists.list.table.refs_dropped.emit([TagRef(COMPUTER, "Memory")], before)
    lists.list.table.text_dropped.emit("# note\nOther.Tag", before)
    assert lists.rows() == ["Tank.Level", "Memory", "note", "Other.Tag", "Pump.Flow", "CPU.Total"]
    lists.list.table.rows_moved.emit([lists.row("CPU.Total")], lists.row("Tank.Level"))
    assert lists.rows()[0] == "CPU.Total"
    assert to_mime(lists.list.table.selected_refs()).text() == "CPU.Total"


async def test_what_cannot_be_pasted_is_told_and_changes_nothing(lists: Lists, monkeypatch: pytest.MonkeyPatch) -> None:
    await lists.ready()
    before = lists.rows()
    lists.desk.paste("A\n= [A] +")
    assert lists.said().startswith("Nothing was pasted: This is no expression")
    lists.desk.paste(" \n ")
    assert lists.said() == "There are no names to add."
    monkeypatch.setattr("ui.desk.watch.MOST_ROWS", 5)
    lists.desk.paste("A\nB\nC")
    assert "at the most" in lists.said()
    monkeypatch.setattr(lists.desk, "_usual_source", lambda: "")
    lists.desk.paste("A")
    assert "open a source first" in lists.said()
    assert lists.rows() == before


async def test_watch_in_the_items_pane_adds_to_the_list_once(lists: Lists) -> None:
    await lists.ready()
    lists.window.pane("watch").hide()
    lists.window.items.watch_wanted.emit(["Tank.Level", "Valve.Position"])
    assert lists.rows()[3:] == ["Valve.Position"]
    assert not lists.window.pane("watch").isHidden()
    lists.window.items.watch_wanted.emit(["Tank.Level"])
    assert len(lists.rows()) == 4
    assert lists.list.table.selected() == [lists.row("Tank.Level")]
    await until(lambda: lists.row("Valve.Position").live, "the item")


async def test_tags_are_trended_and_written_from_a_list(lists: Lists) -> None:
    await lists.ready()
    table = lists.list.table
    table.select([lists.row("Pump.Flow")])
    QTest.keyClick(table, Qt.Key.Key_Return)
    await until(lambda: len(lists.window.trend.pens()) == 3, "the pen")
    QTest.keyClick(table, Qt.Key.Key_F2)
    form = await lists.form(WriteForm)
    assert form._item.tag == "Pump.Flow"
    form.reject()
    table.trend_wanted.emit([TagRef("Nowhere", "x")])
    assert lists.said() == "Nowhere is not open."


# ---- forms


async def test_tags_are_added_by_a_form(lists: Lists) -> None:
    await lists.ready()
    lists.scripted.action("Add tags …").trigger()
    form = await lists.form(AddTagsForm)
    assert form._source.currentText() == PLANT
    form._text.setPlainText("A\nThis computer:B")
    form.accept()
    await until(lambda: len(lists.rows()) == 5, "the rows")
    assert [str(row.line.ref) for row in lists.list.model.rows[3:]] == [f"{PLANT}:A", f"{COMPUTER}:B"]


async def test_a_computed_row_is_made_changed_and_undone(lists: Lists) -> None:
    await lists.ready()
    await lists.come("Tank.Level", 2.0)
    lists.list.computed_wanted.emit(None)
    form = await lists.form(ComputedForm)
    form._expression.setText("[Tank.Level] * 2")
    form._name.setText("Twice")
    form.accept()
    await until(lambda: len(lists.rows()) == 4, "the row")
    assert lists.text("Twice", VALUE) == "4.00"
    row = lists.row("Twice")
    lists.list.table.edit_wanted.emit(row)
    await until(lambda: [f for f in lists.window.findChildren(ComputedForm) if f.isVisible()], "the form")
    (again,) = [f for f in lists.window.findChildren(ComputedForm) if f.isVisible()]
    again._expression.setText("[Tank.Level] * 3")
    again.accept()
    await until(lambda: lists.text("Twice", VALUE) == "6.00", "the change")
    lists.desk.edits.undo()
    assert lists.text("Twice", VALUE) == "4.00"


async def test_a_comment_is_added_above_and_edited_at_once(lists: Lists) -> None:
    await lists.ready()
    lists.list.table.select([lists.row("Pump.Flow")])
    lists.list.comment_wanted.emit()
    assert lists.rows() == ["Tank.Level", "Comment", "Pump.Flow", "CPU.Total"]
    assert lists.list.table.isPersistentEditorOpen(lists.list.model.index(1, 0)) or lists.list.model._held
    lists.list.model.setData(lists.list.model.index(1, 0), "Pumps")
    assert lists.rows()[1] == "Pumps"
    assert lists.row("Pumps").line.kind is Kind.COMMENT
    lists.list.model.setData(lists.list.model.index(1, 0), "  ")
    assert lists.rows()[1] == "Pumps", "a comment without words would be a line of nothing"


async def test_a_tolerance_and_a_format_are_set(lists: Lists) -> None:
    await lists.ready()
    lists.list.snapshot_wanted.emit()
    assert len(lists.list.snapshots) == 1
    lists.list.tolerance_wanted.emit()
    form = await lists.form(ToleranceForm)
    form._absolute.setValue(0.5)
    form.accept()
    await until(lambda: lists.list.tolerance == Tolerance(0.5), "the tolerance")
    lists.list.format_wanted.emit([lists.row("Tank.Level")], NumberFormat(Notation.DECIMALS, 4))
    await lists.come("Tank.Level", 2.0)
    assert lists.text("Tank.Level", VALUE) == "2.0000"


# ---- lists


async def test_lists_are_made_named_doubled_closed_and_brought_back(lists: Lists) -> None:
    await lists.ready()
    pane, desk = lists.desk.pane, lists.desk
    first = lists.list
    pane.new_wanted.emit()
    assert [made.model.name for made in pane.lists()] == ["List 1", "List 2"]
    assert desk.current is not first
    pane.rename_wanted.emit(first)
    form = await lists.form(NameForm)
    form._line.setText("List 2")
    assert form._words.text() == "Another list has this name."
    form._line.setText("Tanks")
    form.accept()
    await until(lambda: first.model.name == "Tanks", "the name")
    pane.duplicate_wanted.emit(first)
    copy = desk.current
    assert copy.model.name == "Tanks (2)"
    assert lists.rows() == ["Tank.Level", "Pump.Flow", "CPU.Total"]
    await until(lambda: all(row.live for row in copy.model.rows), "the items of the copy")
    pane.close_wanted.emit(first)
    assert [made.model.name for made in pane.lists()] == ["List 2", "Tanks (2)"]
    assert "Ctrl+Z" in lists.said()
    desk.edits.undo()
    assert pane.lists()[0] is first
    desk.edits.undo()
    desk.edits.undo()
    assert [made.model.name for made in pane.lists()] == ["List 1", "List 2"]
    for made in pane.lists():
        pane.close_wanted.emit(made)
    assert len(pane.lists()) == 1, "there is always one"
    menu = lists.window.menu("tag").findChildren(QMenu)
    assert menu


async def test_lists_are_kept_in_a_workspace_and_come_back(lists: Lists) -> None:
    await lists.ready()
    lists.list.format_wanted.emit([lists.row("Tank.Level")], NumberFormat(Notation.SCIENTIFIC, 2))
    lists.desk.paste("# note\n= [Tank.Level] * 2")
    lists.desk.add([TagRef("Gone", "x")])
    lists.desk.new_list()
    kept = json.loads(json.dumps(lists.desk.state(), allow_nan=False))
    assert kept["current"] == 1
    lists.desk.pane.close_wanted.emit(lists.list)
    await lists.desk.restore(kept)
    assert lists.desk.state() == kept
    lists.desk.pane.show_list(lists.desk.pane.lists()[0])
    await until(lambda: lists.row("Tank.Level").live, "the items")
    assert lists.text("x", QUALITY) == "source not open"
    assert not lists.desk.edits.canUndo()
    await lists.desk.restore({"lists": [{"name": "A", "rows": [5]}, 7], "current": "x"})
    assert [made.model.name for made in lists.desk.pane.lists()] == ["A", "List 2"]
    assert lists.said().startswith("2 entries of the watch lists were left out")
    odd = {"name": "A", "rows": [{"source": PLANT, "tag": "Kept"}], "span_s": 10**400}
    odd["tolerance"] = {"percent": 10**400}
    await lists.desk.restore({"lists": [odd, {"name": "B"}]})
    assert [made.model.name for made in lists.desk.pane.lists()] == ["A", "B"]
    assert lists.said().startswith("2 entries of the watch lists were left out")
    await lists.desk.restore({})
    assert len(lists.desk.pane.lists()) == 1


@pytest.mark.clause("Z1")
async def test_times_and_themes_reach_every_list(lists: Lists) -> None:
    await lists.ready()
    lists.application.set_utc(True)
    assert lists.list.model.headerData(4, Qt.Orientation.Horizontal) == "Source time (UTC)"
    lists.desk.new_list()
    assert lists.list.model.headerData(4, Qt.Orientation.Horizontal) == "Source time (UTC)"
    lists.application.desk.second.emit()
