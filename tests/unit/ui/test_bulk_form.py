"""Bulk writes: what is left out, what is asked, in which order it goes, and how it ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QDateTimeEdit, QLineEdit, QPushButton, QWidget

from app import commands as c
from app.records.audit_record import Origin, Result
from app.records.audited import AuditedWriter
from app.tasks import running
from app.values import Timestamp, Value, failed
from tests.helpers.audit import WHO, MemoryAudit
from tests.helpers.clock import ManualClock, settle
from tests.helpers.writing import FakePlant
from ui import theme as themes
from ui.format import iso_text
from ui.forms.bulk import BulkForm
from ui.forms.bulk_load import BulkLoader
from ui.forms.bulk_paste import BulkLine
from ui.forms.bulk_rows import BulkRow
from ui.forms.bulk_run import TOGETHER
from ui.forms.write_flow import Stage
from ui.models.bulk import CLASS, DELTA, LINE, NEW, OLD, STATE
from ui.tagbook import TagAbout, TagBook
from ui.tagref import TagRef

SPEED = TagAbout("Double", "%", decimals=1, low=0.0, high=100.0)
ABOUTS = {
    "A": SPEED,
    "B": SPEED,
    "C": SPEED,
    "Count": TagAbout("Int64"),
    "Mode": TagAbout("QualifiedEnum", enumeration=("Stopped", "Running")),
    "Flag": TagAbout("Boolean"),
    "Due": TagAbout("Time"),
    "Sealed": TagAbout("Double", access="read only"),
    "Secured": TagAbout("Double", security_class="SecuredWrite"),
    "Verified": TagAbout("Int32", security_class="VerifiedWrite"),
    "Batch": TagAbout("ExtensionObject", unwritable="structures cannot be written"),
}
VALUES: dict[str, Value] = {
    "A": 10.0, "B": 20.0, "C": 30.0, "Count": 2**53, "Mode": 0, "Sealed": 1.0, "Secured": 1.0, "Verified": 1,
    "Batch": "Batch()", "Flag": False, "Due": Timestamp(0),
}  # fmt: skip


class Bench:
    def __init__(self) -> None:
        self.clock = ManualClock()
        self.plant = FakePlant(VALUES)
        self.audit = MemoryAudit()
        self.writer = AuditedWriter(self.audit, self.clock, who=WHO)
        self.running: set[asyncio.Task[None]] = set()
        self.told: list[str] = []
        self.ended: list[bool] = []
        self.book = TagBook(self._ask)
        self.book.known = lambda session_id, tag: ABOUTS.get(tag, TagAbout())  # type: ignore[method-assign]
        self.loader = BulkLoader(
            lambda name: self.plant if name == "Plant" else None, self.book, self.clock, self.refusal
        )
        self.form = BulkForm(
            self.loader,
            self.writer,
            self.plant.listen,
            themes.LIGHT,
            self.told.append,
            sources=lambda: ["Plant"],
            usual="Plant",
            clock=self.clock,
            running=self.running,
            refusal=self.refusal,
            over=lambda: self.ended.append(True),
        )
        self.form.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
        self.form._timer.stop()
        self.form.open()

    async def _ask(self, session_id: str, tag: str) -> c.TagProperties:
        return c.TagProperties(())

    def refusal(self, session: str) -> str:
        return self.writer.read_only.reason(session)

    async def paste(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        QTest.keyClick(self.form, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
        await settle()

    def row(self, tag: str) -> BulkRow:
        return next(row for row in self.form.model.rows if row.line.ref.tag == tag)

    def text(self, tag: str, column: int) -> str:
        return self.form.model.text(self.row(tag), column)

    @property
    def words(self) -> str:
        return self.form._words.text()

    def press(self) -> None:
        QTest.mouseClick(self.form._write, Qt.MouseButton.LeftButton)

    def think(self) -> None:
        self.form._thinking.stop()
        self.form._enable()

    async def write(self) -> None:
        self.press()
        self.think()
        self.press()
        await settle()
        await self.clock.advance(0.2)
        await settle(200)


@pytest.fixture
async def bench(qapp: QApplication) -> AsyncIterator[Bench]:
    made = Bench()
    yield made
    made.form.done(0)
    for task in list(made.running):
        task.cancel()
    await settle(60)
    await made.loader.close()
    assert made.ended == [True]
    assert not running()
    assert not any(made.plant.listeners.values())
    assert len(made.audit.results) == len(made.audit.intents)
    made.form.deleteLater()
    made.book.deleteLater()


# ---- the table


@pytest.mark.clause("R9")
async def test_lines_are_shown_with_old_new_difference_class_and_problem(bench: Bench) -> None:
    await bench.paste(
        "A\t12,5\nCount\t9007199254740994\nMode\trunning\nSecured\t2\nVerified\t2\n"
        "B\tabc\nC\t30\nSealed\t2\nNowhere\t1\nA\t13\nOther:A\t1\n"
    )
    assert [bench.text("A", column) for column in (LINE, OLD, NEW, DELTA)] == ["1", "10.0", "12.5", "+2.5"]
    assert (bench.text("Count", NEW), bench.text("Count", DELTA)) == ("9007199254740994", "+2")
    assert (bench.text("Mode", OLD), bench.text("Mode", NEW)) == ("Stopped (0)", "Running (1)")
    assert (bench.text("Secured", CLASS), bench.text("Verified", CLASS)) == ("secured", "verified")
    assert bench.text("B", STATE) == "▲ left out: “abc” is not a number"
    assert bench.text("C", STATE) == "– left out: it has this value already"
    assert bench.text("Sealed", STATE) == "▲ left out: the tag is read only"
    assert bench.text("Nowhere", STATE) == "▲ left out: no such tag"
    assert bench.form.model.state_text(bench.form.model.rows[9]) == "▲ left out: the tag stands in line 1 already"
    assert bench.text("Other:A", STATE) == "▲ left out: no such tag"
    assert bench.form._counts.text() == "will write 5, 6 excluded"
    assert bench.form._write.text() == "Write 5 …"
    assert not bench.plant.sent


@pytest.mark.clause("R9")
async def test_a_filter_chooses_nothing(bench: Bench) -> None:
    await bench.paste("A\t11\nB\t21\nC\t31\n")
    bench.form._find.setText("21")
    bench.form._filter()
    assert bench.form.model.rowCount() == 1
    assert bench.form._counts.text() == "will write 3, 0 excluded · 1 of 3 shown"
    await bench.write()
    assert bench.plant.sent == [("A", 11.0), ("B", 21.0), ("C", 31.0)]


@pytest.mark.clause("R9")
async def test_rows_are_chosen_by_their_marks(bench: Bench) -> None:
    await bench.paste("A\t11\nB\t21\nC\t30\nSealed\t2\n")
    model = bench.form.model
    assert model.setData(model.index(1, LINE), Qt.CheckState.Unchecked.value, Qt.ItemDataRole.CheckStateRole)
    assert bench.text("B", STATE) == "– left out: not chosen"
    assert not model.flags(model.index(3, LINE)) & Qt.ItemFlag.ItemIsUserCheckable
    bench.form._unchanged.setChecked(True)
    assert bench.form._counts.text() == "will write 2, 2 excluded"
    await bench.write()
    assert bench.plant.sent == [("A", 11.0), ("C", 30.0)]


def editor(bench: Bench) -> QLineEdit:
    (found,) = bench.form._table.findChildren(QLineEdit)
    return found


@pytest.mark.clause("R9", "R2")
async def test_values_are_typed_in_the_table(bench: Bench) -> None:
    await bench.paste("A\t11\nB\tabc\nCount\nSealed\t2\nBatch\tx\n")
    table, model = bench.form._table, bench.form.model
    assert bench.form._counts.text() == "will write 1, 4 excluded"
    assert bench.text("Batch", STATE) == "▲ left out: structures cannot be written"
    assert bench.text("Count", STATE) == "▲ left out: there is no value"
    table.setCurrentIndex(model.index(1, LINE))
    QTest.keyClick(table, Qt.Key.Key_F2)
    assert editor(bench).text() == "abc"
    assert editor(bench).accessibleName() == "New value"
    editor(bench).setText("21,5")
    QTest.keyClick(editor(bench), Qt.Key.Key_Return)
    await settle()
    assert bench.text("B", NEW) == "21.5"
    assert bench.text("B", STATE) == "will be written"
    model.setData(model.index(2, NEW), str(2**53 + 1))
    assert bench.form._counts.text() == "will write 3, 2 excluded"
    assert not model.flags(model.index(3, NEW)) & Qt.ItemFlag.ItemIsEditable, "no value would make it writable"
    assert not model.setData(model.index(3, NEW), "3")
    bench.press()
    assert bench.form._write.text() == "Write 3 now"
    model.setData(model.index(0, NEW), "12")
    assert bench.form._write.text() == "Write 3 …", "an edit takes the question back"
    await bench.write()
    assert bench.plant.sent == [("A", 12.0), ("B", 21.5), ("Count", 2**53 + 1)]
    model.setData(model.index(0, NEW), "x")
    assert bench.text("A", STATE) == "▲ left out: “x” is not a number", "what had become of the old value is over"


@pytest.mark.clause("R2", "R9")
@pytest.mark.parametrize("how", ["escape", "elsewhere"])
async def test_a_value_that_is_not_taken_is_discarded(bench: Bench, how: str) -> None:
    await bench.paste("A\t11\n")
    table, model = bench.form._table, bench.form.model
    table.setCurrentIndex(model.index(0, NEW))
    table.edit(model.index(0, NEW))
    edit = editor(bench)
    QTest.keyClicks(edit, "99")
    if how == "escape":
        QTest.keyClick(edit, Qt.Key.Key_Escape)
    else:
        bench.form._comment.setFocus()
    assert bench.text("A", NEW) == "11.0"
    assert bench.form.isVisible()
    await settle()


@pytest.mark.clause("R9")
async def test_nothing_is_typed_while_a_run_is_on_its_way(bench: Bench) -> None:
    bench.plant.held = True
    await bench.paste("A\t11\nB\t21\n")
    await bench.write()
    model = bench.form.model
    assert not model.flags(model.index(1, NEW)) & Qt.ItemFlag.ItemIsEditable
    assert not model.setData(model.index(1, NEW), "99")


async def test_what_is_no_table_is_said_and_leaves_the_rows(bench: Bench) -> None:
    await bench.paste("A\t11\n")
    await bench.paste(" ")
    assert "nothing to paste" in bench.words
    assert len(bench.form.model.rows) == 1


# ---- asking


@pytest.mark.clause("R3", "R9")
async def test_every_bulk_write_is_asked_about_and_a_double_click_is_no_answer(bench: Bench) -> None:
    await bench.paste("A\t11\nB\t150\nC\tx\n")
    QTest.mouseDClick(bench.form._write, Qt.MouseButton.LeftButton)
    bench.press()
    await settle()
    assert not bench.plant.sent
    assert "Will write 2 to Plant, one after the other, in this order; 1 excluded." in bench.words
    assert "A second look at 1: B: 150.0 % is outside the range of 0 to 100" in bench.words
    assert bench.form._write.text() == "Write 2 now"
    assert not bench.form._write.isEnabled()
    bench.think()
    bench.press()
    await settle()
    assert len(bench.plant.sent) == 2


@pytest.mark.clause("R9")
async def test_what_changes_after_the_question_is_asked_about_again(bench: Bench) -> None:
    await bench.paste("A\t11\nB\t21\n")
    bench.press()
    bench.think()
    bench.plant.change("B", 20.0, quality=24)
    bench.press()
    await settle()
    assert not bench.plant.sent
    assert "Something has changed meanwhile" in bench.words
    assert "communication failure" in bench.words
    bench.think()
    bench.form._comment.setText("x")
    bench.form._comment.textEdited.emit("x")
    assert bench.form._write.text() == "Write 2 …", "an edit takes the question back"


@pytest.mark.clause("R7", "R9")
async def test_a_verified_value_that_moved_is_asked_about_once(bench: Bench) -> None:
    await bench.paste("Verified\t5\n")
    for (user, password), (name, secret) in zip(bench.form._people.fields, (("anna", "a"), ("bert", "b")), strict=True):
        user.setText(name)
        password.setText(secret)
    bench.press()
    bench.think()
    bench.plant.change("Verified", 3)
    bench.press()
    assert "it has changed from 1 to 3 meanwhile" in bench.words
    bench.think()
    bench.press()
    await settle()
    assert bench.plant.sent == [("Verified", 5)]


# ---- running


@pytest.mark.clause("R9", "R10")
async def test_a_run_in_order_records_and_reports_every_row(bench: Bench) -> None:
    bench.form._comment.setText("recipe 7")
    await bench.paste("A\t11\nB\t21\nCount\t5\nSealed\t1\n")
    bench.plant.rejects["B"] = failed(1008, category=6)
    bench.form._stop.setChecked(False)
    await bench.write()
    assert bench.words == "2 confirmed, 1 not written."
    assert bench.plant.sent == [("A", 11.0), ("B", 21.0), ("Count", 5)]
    assert bench.audit.results == [Result.CONFIRMED, Result.REJECTED, Result.CONFIRMED]
    assert {(one.origin, one.comment) for one in bench.audit.intents} == {(Origin.BULK, "recipe 7")}
    assert len({one.run for one in bench.audit.intents}) == 1
    assert bench.text("A", STATE) == "✓ confirmed"
    assert bench.text("B", STATE).startswith("✕ Rejected: security error: write access denied")
    report = bench.form.model.report()
    assert [(row[2], row[7]) for row in report] == [
        ("A", "confirmed"), ("B", "rejected"), ("Count", "confirmed"), ("Sealed", "left out"),
    ]  # fmt: skip
    assert bench.told[0].endswith("of 3 values")
    assert bench.told[-1].endswith("2 confirmed, 1 not written")


@pytest.mark.clause("R9")
async def test_in_order_the_next_waits_for_the_one_before_and_a_failure_stops(bench: Bench) -> None:
    bench.plant.held = True
    await bench.paste("A\t11\nB\t21\nC\t31\n")
    await bench.write()
    assert bench.plant.sent == [("A", 11.0)]
    assert not bench.form._write.isEnabled()
    bench.plant.complete("A", 11.0)
    await settle()
    await bench.clock.advance(0.2)
    assert [tag for tag, _ in bench.plant.sent] == ["A", "B"]
    bench.plant.rejects["B"] = failed(1004)
    bench.plant.complete("B", 21.0)
    await settle(60)
    assert [tag for tag, _ in bench.plant.sent] == ["A", "B"]
    assert bench.words == "1 confirmed, 1 not written, 1 not sent."


@pytest.mark.clause("R9")
async def test_together_several_are_on_their_way_but_not_all(bench: Bench) -> None:
    many = {f"T{number}": 1.0 for number in range(TOGETHER + 5)}
    bench.plant.values.update(many)
    bench.plant.held = True
    bench.form._order.setCurrentIndex(1)
    await bench.paste("".join(f"{tag}\t2\n" for tag in many))
    await bench.write()
    assert len(bench.plant.sent) == TOGETHER
    for tag in list(many):
        bench.plant.complete(tag, 2.0)
        await settle()
        await bench.clock.advance(0.1)
    await settle(100)
    assert len(bench.plant.sent) == len(many)
    assert bench.words == f"{len(many)} confirmed."


@pytest.mark.clause("R9")
async def test_stop_sends_nothing_more_and_follows_what_was_sent(bench: Bench) -> None:
    bench.plant.held = True
    await bench.paste("A\t11\nB\t21\n")
    await bench.write()
    QTest.mouseClick(bench.form._cancel, Qt.MouseButton.LeftButton)
    bench.plant.complete("A", 11.0)
    await settle()
    await bench.clock.advance(0.2)
    assert bench.plant.sent == [("A", 11.0)]
    assert bench.words == "1 confirmed, 1 not sent."


@pytest.mark.clause("R9", "R12")
async def test_failed_ones_are_tried_again_alone(bench: Bench) -> None:
    bench.plant.rejects["B"] = failed(1004)
    bench.form._stop.setChecked(False)
    await bench.paste("A\t11\nB\t21\nC\t31\n")
    await bench.write()
    QTest.mouseClick(bench.form._retry, Qt.MouseButton.LeftButton)
    assert bench.form._counts.text() == "will write 1, 2 excluded"
    del bench.plant.rejects["B"]
    await bench.write()
    assert [tag for tag, _ in bench.plant.sent] == ["A", "B", "C", "B"]
    assert bench.text("B", STATE).startswith("✓")
    assert bench.text("A", STATE).startswith("✓"), "what was written stays told"


@pytest.mark.clause("R9", "R12")
async def test_a_form_that_closes_sends_nothing_more_and_records_what_was_sent(bench: Bench) -> None:
    bench.plant.held = True
    await bench.paste("A\t11\nB\t21\n")
    await bench.write()
    bench.form.close()
    await settle()
    assert not bench.ended, "its server handle is still needed"
    bench.plant.complete("A", 11.0)
    await settle()
    await bench.clock.advance(0.2)
    await settle(60)
    assert bench.ended == [True]
    assert bench.plant.sent == [("A", 11.0)]
    assert bench.audit.results == [Result.CONFIRMED]


@pytest.mark.clause("R9", "R10")
async def test_without_an_audit_store_no_row_is_written(bench: Bench) -> None:
    await bench.paste("A\t11\nB\t21\n")
    bench.audit.trouble = "the disk is full"
    bench.form._stop.setChecked(False)
    await bench.write()
    assert not bench.plant.sent
    assert bench.text("A", STATE) == "✕ Not written: the disk is full."


@pytest.mark.clause("R9", "R11")
async def test_a_read_only_session_is_written_by_no_bulk(bench: Bench) -> None:
    await bench.paste("A\t11\n")
    bench.writer.read_only.whole = True
    bench.form.show_read_only()
    assert not bench.form._write.isEnabled()
    assert bench.words == "Tagwatch is read-only"
    bench.press()
    await settle()
    assert not bench.plant.sent


# ---- logins


@pytest.mark.clause("R6", "R8", "R9")
async def test_people_log_in_once_for_a_run_and_anew_for_the_next(bench: Bench) -> None:
    bench.plant.values["Secured2"] = 1.0
    await bench.paste("Secured\t2\nVerified\t2\nA\t11\n")
    assert bench.form._people.isVisible()
    bench.press()
    assert bench.words == "User: type a name"
    for (user, password), (name, secret) in zip(bench.form._people.fields, (("anna", "a"), ("bert", "b")), strict=True):
        user.setText(name)
        password.setText(secret)
    await bench.write()
    logins = [command for command in bench.plant.commands if isinstance(command, c.AuthenticateUser)]
    assert [login.user for login in logins] == ["anna", "anna", "bert"]
    assert [(one.tag, one.user, one.verifier) for one in bench.audit.intents] == [
        ("Secured", "anna", ""), ("Verified", "anna", "bert"), ("A", "", ""),
    ]  # fmt: skip
    assert all(not password.text() for _, password in bench.form._people.fields)
    assert "'a'" not in repr(bench.audit.entries)


@pytest.mark.clause("R6", "R9", "R10")
async def test_a_login_that_fails_writes_none_of_its_rows(bench: Bench) -> None:
    bench.form._stop.setChecked(False)
    await bench.paste("Secured\t2\nA\t11\n")
    user, password = bench.form._people.fields[0]
    user.setText("anna")
    password.setText("wrong")
    await bench.write()
    assert bench.plant.sent == [("A", 11.0)]
    assert bench.text("Secured", STATE) == "✕ Not written: user name or password is wrong."
    recorded = [(one.tag, one.user) for one in bench.audit.intents]
    assert recorded == [("Secured", "anna"), ("A", "")], "an attempt is recorded, too"
    assert bench.audit.results == [Result.NOT_SENT, Result.CONFIRMED]


# ---- values that were saved


@pytest.mark.clause("R9")
async def test_saved_values_are_restored_as_they_were(bench: Bench) -> None:
    bench.form.take(
        [
            BulkLine(1, TagRef("Plant", "A"), value=10.0),
            BulkLine(2, TagRef("Plant", "Count"), value=2**53 + 1),
            BulkLine(3, TagRef("Gone", "A"), value=1.0),
        ]
    )
    await settle()
    assert bench.text("A", STATE) == "– left out: it has this value already"
    assert bench.form.model.state_text(bench.form.model.rows[2]) == "▲ left out: the session Gone is not open"
    await bench.write()
    assert bench.plant.sent == [("Count", 2**53 + 1)]
    assert bench.row("Count").state is not None
    assert bench.row("Count").state.stage is Stage.CONFIRMED  # type: ignore[union-attr]


@pytest.mark.clause("L3")
async def test_everything_has_a_name(bench: Bench) -> None:
    await bench.paste("Verified\t5\n")
    assert all(button.accessibleName() for button in bench.form.findChildren(QPushButton))
    assert all(field.accessibleName() for fields in bench.form._people.fields for field in fields)
    bench.form.set_theme(themes.DARK)


# ---- editors by type

NOON = Timestamp(1_767_268_800_123_456_789)


async def opened(bench: Bench, tag: str) -> QWidget:
    """The editor that F2 opens in a tag's row."""
    table, model = bench.form._table, bench.form.model
    place = next(number for number, row in enumerate(model.rows) if row.line.ref.tag == tag)
    table.setCurrentIndex(model.index(place, LINE))
    QTest.keyClick(table, Qt.Key.Key_F2)
    found = table.indexWidget(model.index(place, NEW))
    assert found is not None
    assert found.accessibleName() == "New value"
    await settle()
    return found


@pytest.mark.clause("R2", "R9")
async def test_states_are_chosen_in_the_table(bench: Bench) -> None:
    await bench.paste("Mode\nFlag\tfalse\n")
    box = await opened(bench, "Mode")
    assert isinstance(box, QComboBox)
    assert [box.itemText(number) for number in range(box.count())] == ["Stopped (0)", "Running (1)"]
    assert box.currentIndex() == -1
    wheel = QWheelEvent(
        QPointF(5, 5), QPointF(5, 5), QPoint(0, 0), QPoint(0, -120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(box, wheel)
    assert box.currentIndex() == -1
    box.hidePopup()
    await settle()
    QTest.keyClick(box, Qt.Key.Key_Down)
    QTest.keyClick(box, Qt.Key.Key_Down)
    QTest.keyClick(box, Qt.Key.Key_Return)
    await settle()
    assert bench.text("Mode", NEW) == "Running (1)"
    box = await opened(bench, "Flag")
    assert isinstance(box, QComboBox)
    assert box.currentText() == "false (0)"
    QTest.keyClick(box.view(), Qt.Key.Key_Down)
    QTest.keyClick(box.view(), Qt.Key.Key_Return)  # in its list, which takes it at once
    await settle()
    assert bench.row("Flag").new is True
    assert bench.form._counts.text() == "will write 2, 0 excluded"


@pytest.mark.clause("R2", "R9")
async def test_a_choice_is_discarded_by_escape(bench: Bench) -> None:
    await bench.paste("Mode\tRunning\n")
    box = await opened(bench, "Mode")
    assert isinstance(box, QComboBox)
    box.hidePopup()
    await settle()
    box.setCurrentIndex(0)
    QTest.keyClick(box, Qt.Key.Key_Escape)
    await settle()
    assert bench.text("Mode", NEW) == "Running (1)"


@pytest.mark.clause("R9")
async def test_times_are_edited_by_their_parts_and_keep_their_finer_digits(bench: Bench) -> None:
    await bench.paste(f"Due\t{iso_text(NOON.ns, utc=True)}\n")
    edit = await opened(bench, "Due")
    assert isinstance(edit, QDateTimeEdit)
    assert edit.dateTime().toMSecsSinceEpoch() == NOON.ns // 1_000_000
    QTest.keyClick(edit, Qt.Key.Key_Return)
    await settle()
    assert bench.row("Due").new == NOON
    edit = await opened(bench, "Due")
    assert isinstance(edit, QDateTimeEdit)
    edit.setDateTime(edit.dateTime().addSecs(60))
    QTest.keyClick(edit, Qt.Key.Key_Return)
    await settle()
    assert bench.row("Due").new == Timestamp((NOON.ns // 1_000_000 + 60_000) * 1_000_000)


@pytest.mark.clause("R9")
async def test_what_is_wrong_with_a_number_is_said_while_it_is_typed(bench: Bench) -> None:
    await bench.paste("A\nCount\n")
    edit = await opened(bench, "A")
    assert isinstance(edit, QLineEdit)
    assert edit.placeholderText() == "0 to 100"
    QTest.keyClicks(edit, "150")
    assert edit.accessibleDescription() == "150.0 % is outside the range of 0 to 100"
    bench.form._refresh()
    assert edit.text() == "150", "live values that come take nothing away"
    QTest.keyClick(edit, Qt.Key.Key_Backspace)
    assert edit.accessibleDescription() == ""
    QTest.keyClick(edit, Qt.Key.Key_Return)
    await settle()
    assert bench.text("A", NEW) == "15.0"
    edit = await opened(bench, "Count")
    assert isinstance(edit, QLineEdit)
    QTest.keyClicks(edit, "1.5")
    assert edit.accessibleDescription().startswith("“1.5” is not a whole number of -9223372036854775808")
