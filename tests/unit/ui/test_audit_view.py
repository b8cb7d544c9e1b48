"""The audit pane: pages, what is new, how writes ended in words, and whether the record is whole."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from app.records import audit_query as query
from app.records.audit_file import AuditFile
from app.records.audit_query import AuditQuery
from app.records.audit_record import AuditRow, Completion, Origin, Result
from tests.helpers.audit import INTENT, intent, tamper
from tests.helpers.engine import until
from tests.helpers.scripted import Scripted
from ui.forms.details import DetailsDialog
from ui.models.audit import COMMENT, NEW, READ_BACK, RESULT, USER, AuditModel
from ui.theme import DARK, LIGHT
from ui.views.audit import AuditView


def _row(number: int, *results: Result, **changes: object) -> AuditRow:
    ends = tuple(Completion(number, INTENT.time_ns, result, "because", 60.0, 192) for result in results)
    return AuditRow(number, intent(**changes), ends)


def _cell(model: AuditModel, row: int, column: int) -> str:
    return str(model.data(model.index(row, column)))


@pytest.mark.clause("R10", "L1")
@pytest.mark.parametrize(
    ("results", "words", "colour"),
    [
        ([Result.CONFIRMED], "confirmed", None),
        ([Result.CLAMPED], "▲ clamped", LIGHT.uncertain),
        ([Result.REJECTED], "✕ rejected", LIGHT.bad),
        ([Result.NO_ANSWER], "? no answer", LIGHT.uncertain),
        ([Result.NO_ANSWER, Result.CONFIRMED], "confirmed", None),
        ([Result.NOT_SENT], "– not sent", None),
        ([], "? no answer recorded", LIGHT.uncertain),
    ],
)
def test_an_end_has_a_shape_a_word_and_a_colour(results: list[Result], words: str, colour: str | None) -> None:
    model = AuditModel(LIGHT)
    model.reset([_row(1, *results)], more=False)
    assert _cell(model, 0, RESULT) == words
    ink = model.data(model.index(0, RESULT), Qt.ItemDataRole.ForegroundRole)
    assert (None if ink is None else ink.color().name()) == colour


@pytest.mark.clause("R10")
def test_a_write_that_is_on_its_way_is_no_write_without_an_answer() -> None:
    model = AuditModel(LIGHT, lambda: {1})
    model.reset([_row(1)], more=False)
    assert _cell(model, 0, RESULT) == "on its way"
    model.merge([], [_row(1, Result.CONFIRMED)])
    assert _cell(model, 0, RESULT) == "confirmed"


def test_people_and_values_are_told_whole() -> None:
    model = AuditModel(LIGHT)
    model.reset([_row(2, user="anna", verifier="bert", new=2**63 - 1), _row(1, Result.CONFIRMED)], more=False)
    assert _cell(model, 0, USER) == "anna, verified by bert"
    assert _cell(model, 1, USER) == "anna"  # the account
    assert _cell(model, 0, NEW) == "9223372036854775807"
    assert (_cell(model, 0, READ_BACK), _cell(model, 1, READ_BACK)) == ("", "60.0")
    told = dict(model.details(model.row(0)))
    assert (told["Verifier"], told["New value"], told["Workstation"]) == ("bert", "9223372036854775807", "panel-7")
    assert "Answer" not in told


def test_new_rows_come_first_and_older_ones_behind() -> None:
    model = AuditModel(LIGHT)
    asked: list[bool] = []
    model.more_wanted.connect(lambda: asked.append(True))
    model.reset([_row(5), _row(3)], more=True)
    assert model.canFetchMore(QModelIndex())
    model.fetchMore(QModelIndex())
    assert asked == [True]
    assert not model.canFetchMore(QModelIndex()), "once is enough"
    model.add([_row(1)], more=False)
    model.merge([_row(9), _row(7), _row(3)], [_row(9), _row(3, Result.REJECTED), _row(2)])
    assert [model.row(at).number for at in range(model.rowCount())] == [9, 7, 5, 3, 1]
    assert _cell(model, 3, RESULT) == "✕ rejected"
    assert model.oldest == 1
    assert not model.canFetchMore(QModelIndex())


async def test_what_is_read_stays_where_it_is(qapp: QApplication) -> None:
    model = AuditModel(LIGHT)
    view = AuditView(model)
    view.resize(900, 300)
    view.show()
    model.reset([_row(number) for number in range(200, 0, -1)], more=False)
    QApplication.processEvents()
    bar = view._table.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    first = model.row(view._table.rowAt(4)).number
    model.merge([_row(203), _row(202), _row(201)], [])
    QApplication.processEvents()
    assert model.row(view._table.rowAt(4)).number == first
    bar.setValue(0)
    model.merge([_row(204)], [])
    QApplication.processEvents()
    assert model.row(view._table.rowAt(4)).number == 204
    view.set_theme(DARK)
    view.close()
    view.deleteLater()


def test_the_filter_is_told(qapp: QApplication) -> None:
    view = AuditView(AuditModel(LIGHT))
    told: list[AuditQuery] = []
    view.query_changed.connect(lambda: told.append(view.query(10**18)))
    view._find.setText("  pump   trial ")
    view._tag.setText("*.PV")
    view._user.setText("anna")
    view._find.returnPressed.emit()
    assert told[-1] == AuditQuery("pump trial", "*.PV", "anna")
    view._results.choose({"rejected"})
    view._origins.choose({Origin.BULK.value})
    view._period.setCurrentText("Last hour")
    assert told[-1] == AuditQuery(
        "pump trial", "*.PV", "anna", frozenset({"rejected"}), frozenset({"bulk"}), 10**18 - 3_600 * 10**9
    )
    QTest.keyClick(view._find, Qt.Key.Key_Escape)
    view.clear_filter()
    assert told[-1].empty
    view.deleteLater()


# ---- in the window


async def _shown(scripted: Scripted) -> AuditView:
    await scripted.ready()
    scripted.window.show_pane("audit")
    QApplication.processEvents()
    return scripted.application.audit.view


@pytest.mark.clause("R10")
async def test_the_pane_shows_pages_of_a_large_store_and_what_is_new(scripted: Scripted) -> None:
    audit = scripted.application.audit
    store = scripted.application.writing.store
    view = await _shown(scripted)
    audit.look()
    await until(lambda: view._counts.text() == "0 writes", "the empty store")
    assert view._table.hint.startswith("Nothing has been written yet")
    file = AuditFile(store.path)
    file.append([intent(tag=f"Tag{number}") for number in range(1200)])
    audit.look()
    await until(audit.model.rowCount, "the rows")
    assert audit.model.rowCount() == query.PAGE
    assert view._counts.text() == "1,200 writes"
    audit.model.fetchMore(QModelIndex())
    await until(lambda: audit.model.rowCount() == 2 * query.PAGE, "the second page")
    await store.append(dataclasses.replace(INTENT, tag="New.Tag", comment="fresh"))
    await store.append(Completion(1201, INTENT.time_ns, Result.REJECTED, "denied"))
    audit.look()
    await until(lambda: view._counts.text() == "1,201 writes", "the new row")
    assert _cell(audit.model, 0, COMMENT) == "fresh"
    view._results.choose({"rejected"})
    await until(lambda: audit.model.rowCount() == 1, "the filter")
    view._table.selectRow(0)
    QTest.keyClick(view._table, Qt.Key.Key_Return)
    (details,) = scripted.window.findChildren(DetailsDialog)
    assert ("Answer", "denied") in details._fields
    file.close()


@pytest.mark.clause("R10")
async def test_verify_tells_in_words_and_damage_stops_writing(scripted: Scripted) -> None:
    store = scripted.application.writing.store
    view = await _shown(scripted)
    await store.append(INTENT)
    await store.append(INTENT)
    verify = next(button for button in view.findChildren(QPushButton) if button.text() == "Verify")
    verify.click()
    await until(lambda: view.words().startswith("✓ 2 records, all as they were written. Fingerprint 2:"), "the verdict")
    tamper(store.path, "UPDATE records SET new = '7' WHERE number = 1")
    await until(verify.isEnabled, "the button")
    verify.click()
    await until(lambda: "record 1 was changed" in view.words(), "the damage")
    assert LIGHT.error_back in view._words.styleSheet() or DARK.error_back in view._words.styleSheet()
    with pytest.raises(Exception, match="record 1 was changed"):
        await store.append(INTENT)


@pytest.mark.clause("R10")
async def test_export_writes_what_passes_the_filter(scripted: Scripted, tmp_path: Path) -> None:
    from app.records import audit_table
    from app.records.export import export_table
    from ui.desk.audit import _exported

    store = scripted.application.writing.store
    await _shown(scripted)
    for tag in ("Pump.Speed", "Tank.Level"):
        await store.append(dataclasses.replace(INTENT, tag=tag))
    rows = _exported(store.path, AuditQuery(tag="Pump"))
    assert await export_table(tmp_path / "writes.csv", audit_table.COLUMNS, rows) == 1
