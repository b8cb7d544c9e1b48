"""The form that writes: it sends nothing but on Write, and shows how the write went."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QWidget

from app import commands as c
from app.commands import ProtocolStatus, Reply
from app.errors import ErrorCode, GatewayError
from app.records.audit_record import Completion, Result
from app.records.audited import AuditedWriter
from app.sessions.state import SessionState
from app.tasks import running
from app.values import Timestamp, Value, failed
from tests.helpers.audit import WHO, MemoryAudit
from tests.helpers.clock import ManualClock, settle
from tests.helpers.writing import HANDLE, KEY, SERVER, FakeSession, completion
from ui import theme as themes
from ui.feed import Feed
from ui.forms.write import WriteForm
from ui.forms.write_flow import Stage
from ui.forms.write_job import COMPLETION_S
from ui.tagbook import TagAbout, TagBook

SPEED = TagAbout("Double", "%", decimals=1, low=0.0, high=100.0, access="read and write", security_class="Operate")


class Bench:
    """A form on a fake session, and what a person does with it."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.feed = Feed(self.clock)
        self.feed.stop()
        self.book = TagBook(self._ask)
        self.abouts: dict[str, TagAbout] = {}
        self.book.about = lambda session_id, tag: self.abouts.get(tag, TagAbout())  # type: ignore[method-assign]
        self.told: list[tuple[str, str, str]] = []
        self.audit = MemoryAudit()
        self.writer = AuditedWriter(self.audit, self.clock, who=WHO)
        self.sending: set[asyncio.Task[None]] = set()
        self.forms: list[WriteForm] = []
        self.session = FakeSession()

    async def _ask(self, session_id: str, tag: str) -> c.TagProperties:
        return c.TagProperties(())

    def open(
        self, about: TagAbout = SPEED, value: Value = 50.0, quality: int = 192, tag: str = "Pump.Speed"
    ) -> WriteForm:
        self.session = FakeSession(tag, value, quality)
        return self.another(about)

    def another(self, about: TagAbout = SPEED) -> WriteForm:
        item = self.session.item
        self.abouts[item.tag] = about
        form = WriteForm(
            self.session,
            item,
            self.feed,
            self.book,
            themes.LIGHT,
            self.writer,
            lambda *row: self.told.append(row),
            clock=self.clock,
            sending=self.sending,
            source="sim",
        )
        form.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
        form._timer.stop()
        self.forms.append(form)
        form.open()
        QApplication.processEvents()
        return form

    def complete(self, form: WriteForm, *statuses: object) -> None:
        form._job.heard(completion(*statuses))  # type: ignore[arg-type]


@pytest.fixture
async def bench(qapp: QApplication) -> AsyncIterator[Bench]:
    made = Bench()
    yield made
    for form in made.forms:
        form.done(0)
    for task in list(made.sending):
        task.cancel()
    await settle()
    assert made.session.watchers == 0
    assert not made.feed._waiting
    assert len(made.audit.results) >= len(made.audit.intents)
    assert not running()
    for form in made.forms:
        form.deleteLater()
    made.feed.deleteLater()
    made.book.deleteLater()


def _type(form: WriteForm, text: str) -> None:
    form._value._text.clear()
    QTest.keyClicks(form._value._text, text)


def _press(form: WriteForm) -> None:
    QTest.mouseClick(form._write, Qt.MouseButton.LeftButton)


def _think(form: WriteForm) -> None:
    form._thinking.stop()
    form._enable()


def _words(form: WriteForm) -> str:
    return form._words.text()


def _enter(widget: QWidget, repeat: bool = False) -> None:
    event = QKeyEvent(QKeyEvent.Type.KeyPress, Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier, "\r", repeat)
    QApplication.sendEvent(widget, event)


# ---- what it shows


@pytest.mark.clause("R1")
async def test_it_shows_all_that_one_has_to_know_before_writing(bench: Bench) -> None:
    form = bench.open(tag="Plant.Area_07." + "Long_name." * 20 + "Speed")
    shown = {name: label.text().replace("\u200b", "") for name, label in form._labels.items()}
    assert shown["Session"] == "Plant"
    assert shown["Tag"] == bench.session.item.tag
    assert shown["Type"] == "Double"
    assert shown["Class"] == "operate (read and write)"
    assert shown["Range"] == "0 to 100 %"
    assert shown["Value"] == "50.0 %"
    assert shown["Quality"] == "good (192)"
    assert shown["Source time"].endswith("(0 s ago)")
    assert form._labels["Tag"].height() >= 2 * form._labels["Session"].height()


@pytest.mark.clause("R1", "W2")
async def test_the_live_value_follows_and_a_bad_one_is_dimmed(bench: Bench) -> None:
    form = bench.open()
    bench.session.shows(61.0, 24)
    form._refresh()
    assert form._labels["Value"].text() == "61.0 % ✕"
    assert form._labels["Quality"].text() == "bad: communication failure (24)"
    assert themes.LIGHT.bad in form._labels["Quality"].styleSheet()
    assert themes.LIGHT.muted in form._labels["Value"].styleSheet()


async def test_a_tag_without_a_value_can_be_looked_at(bench: Bench) -> None:
    form = bench.open(about=TagAbout(), value=None)
    assert form._labels["Value"].text() == "none has come yet"
    assert form._labels["Class"].text() == "—"
    _type(form, "5")
    _press(form)
    assert "No value of this tag has come yet" in _words(form)


async def test_properties_that_come_later_are_shown_and_keep_what_was_typed(bench: Bench) -> None:
    form = bench.open(about=TagAbout())
    _type(form, "42")
    bench.abouts["Pump.Speed"] = SPEED
    bench.book.changed.emit()
    assert form._labels["Range"].text() == "0 to 100 %"
    assert form.new_value() == 42.0


# ---- editors


@pytest.mark.clause("R2")
@pytest.mark.parametrize("about", [SPEED, TagAbout("Boolean")])
async def test_no_editor_reacts_to_the_wheel(bench: Bench, about: TagAbout) -> None:
    form = bench.open(about, True if about.data_type == "Boolean" else 50.0)
    form._time._box.setChecked(True)
    before = (form._value._choice.currentIndex(), form._value._text.text(), form._time.time())
    for widget in (form._value._choice, form._value._text, form._time._time):
        middle = QPointF(widget.rect().center())
        turn = QWheelEvent(
            middle,
            QPointF(widget.mapToGlobal(middle.toPoint())),
            QPoint(),
            QPoint(0, -240),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        widget.setFocus()
        QApplication.sendEvent(widget, turn)
    assert (form._value._choice.currentIndex(), form._value._text.text(), form._time.time()) == before
    assert not bench.session.commands


@pytest.mark.parametrize(
    ("about", "live", "text", "value"),
    [
        (SPEED, 50.0, "60", 60.0),
        (TagAbout("Int16"), 5, "-7", -7),
        (TagAbout("String"), "a", " b ", " b "),
        (TagAbout("String"), ("a",), '["b", "c"]', ("b", "c")),
        (TagAbout("String"), "[x]", "[y]", "[y]"),
        (TagAbout("Double"), (1.0, 2.0), "[3, 4.5]", (3.0, 4.5)),
        (TagAbout("Int32", enumeration=("Off", "On")), (0, 1), "[1, 0]", (1, 0)),
        (TagAbout("ByteString"), b"a", "00 ff", b"\x00\xff"),
        (TagAbout(), 5, "6", 6),
        (TagAbout(), 5.5, "6", 6.0),
        (TagAbout(), "x", "6", "6"),
        (TagAbout("Time"), Timestamp(0), "2026-01-01T00:00:00Z", Timestamp(1_767_225_600 * 10**9)),
    ],
)
async def test_the_new_value_is_read_as_the_tag_s_type(
    bench: Bench, about: TagAbout, live: Value, text: str, value: Value
) -> None:
    form = bench.open(about, live)
    form._value._text.setText(text)
    assert form.new_value() == value
    assert type(form.new_value()) is type(value)


@pytest.mark.parametrize(
    ("about", "live", "chosen", "value"),
    [
        (TagAbout("Boolean"), False, "true (1)", True),
        (TagAbout(), True, "false (0)", False),
        (TagAbout("Boolean", enumeration=("Off", "On")), True, "Off (0)", False),
        (TagAbout("QualifiedEnum", enumeration=("Stopped", "Running")), 0, "Running (1)", 1),
    ],
)
async def test_states_are_chosen(bench: Bench, about: TagAbout, live: Value, chosen: str, value: Value) -> None:
    form = bench.open(about, live)
    with pytest.raises(ValueError, match="choose"):
        form.new_value()
    form._value._choice.setCurrentText(chosen)
    assert form.new_value() is value


@pytest.mark.parametrize("text", ["", "abc", "1,500"])
async def test_what_cannot_be_read_is_said_and_not_sent(bench: Bench, text: str) -> None:
    form = bench.open()
    _type(form, text)
    _press(form)
    assert form._flow.state.stage is Stage.REJECTED
    assert "Not written" in _words(form)
    assert not bench.session.commands
    _type(form, "6")
    assert form._flow.state.stage is Stage.EDITING


async def test_the_current_value_can_be_taken_whole(bench: Bench) -> None:
    value = tuple(float(i) / 3 for i in range(200))
    form = bench.open(TagAbout("Double"), value)
    form._current.click()
    assert form.new_value() == value


async def test_a_text_of_several_lines_has_room_for_them(bench: Bench) -> None:
    form = bench.open(TagAbout("String"), "two\nlines")
    assert form._value._area.isVisible()
    form._current.click()
    assert form.new_value() == "two\nlines"
    form._value._area.appendPlainText("three")
    assert form.new_value() == "two\nlines\nthree"
    bench.session.shows("what no keyboard has: \x00")
    form._refresh()
    assert not form._current.isEnabled()
    assert form.new_value() == "two\nlines\nthree"


# ---- sending


@pytest.mark.clause("R2", "R3", "R4", "R5")
async def test_a_write_goes_from_sent_to_confirmed(bench: Bench) -> None:
    form = bench.open()
    _type(form, "60")
    assert not bench.session.commands
    _press(form)
    assert form._flow.state.stage is Stage.SENT
    await settle()
    assert bench.session.commands == [c.Write(SERVER, HANDLE, 60.0)]
    assert form._flow.state.stage is Stage.ACCEPTED
    form._refresh()
    assert form._labels["Value"].text() == "50.0 %     → 60.0 % requested"
    bench.complete(form)
    await settle()
    bench.session.shows(60.0)
    await bench.clock.advance(0.1)
    form._refresh()
    assert _words(form) == "Written and confirmed: the tag reads 60.0 %."
    assert form._labels["Value"].text() == "60.0 %"
    assert bench.told == [
        ("write requested", "Pump.Speed", "60.0"),
        ("write confirmed: Written and confirmed: the tag reads 60.0 %.", "Pump.Speed", "60.0"),
    ]
    assert form._write.isEnabled()


@pytest.mark.clause("R5")
async def test_a_value_that_the_source_changed_is_told(bench: Bench) -> None:
    form = bench.open()
    _type(form, "60")
    _press(form)
    await settle()
    bench.complete(form)
    bench.session.shows(55.0)
    await bench.clock.advance(2)
    assert _words(form) == "Written, but the tag reads 55.0 %, not 60.0 %."
    assert isinstance(bench.session.commands[-1], c.ReadBulk)


@pytest.mark.clause("R5")
async def test_a_write_that_cannot_be_read_back_is_not_called_confirmed(bench: Bench) -> None:
    form = bench.open()
    bench.session.answers[c.ReadBulk] = GatewayError(ErrorCode.TIMEOUT, "no reply within 30 s")
    _type(form, "60")
    _press(form)
    await settle()
    bench.complete(form)
    await bench.clock.advance(2)
    assert form._flow.state.stage is Stage.UNCONFIRMED
    assert "no reply within 30 s" in _words(form)


@pytest.mark.clause("R5")
async def test_a_rejection_is_told_in_words(bench: Bench) -> None:
    form = bench.open()
    _type(form, "60")
    _press(form)
    await settle()
    bench.complete(form, failed(1008, category=6))
    await settle()
    assert _words(form) == "Rejected: security error: write access denied (1008)."
    assert len(bench.session.commands) == 1


@pytest.mark.clause("R5")
async def test_silence_is_told_as_such(bench: Bench) -> None:
    form = bench.open()
    _type(form, "60")
    _press(form)
    await settle()
    await bench.clock.advance(COMPLETION_S + 1)
    assert form._flow.state.stage is Stage.NO_ANSWER
    assert "the value may have changed" in _words(form)
    bench.complete(form)
    assert "A late answer came" in _words(form)


@pytest.mark.clause("R5", "R12")
@pytest.mark.parametrize(
    ("answer", "stage"),
    [
        (GatewayError(ErrorCode.SESSION_NOT_READY, "closed"), Stage.REJECTED),
        (Reply(ProtocolStatus.MX_ACCESS_FAILURE, "not resolved"), Stage.REJECTED),
        (GatewayError(ErrorCode.TIMEOUT, "slow"), Stage.NO_ANSWER),
        (GatewayError(ErrorCode.WORKER_UNAVAILABLE, "gone"), Stage.NO_ANSWER),
        (Reply(ProtocolStatus.CANCELLED), Stage.NO_ANSWER),
    ],
)
async def test_only_what_was_surely_not_sent_is_called_not_written(bench: Bench, answer: object, stage: Stage) -> None:
    form = bench.open()
    bench.session.answers[c.Write] = answer
    _type(form, "60")
    _press(form)
    await settle()
    assert form._flow.state.stage is stage
    assert len(bench.session.commands) == 1  # never tried twice


@pytest.mark.clause("R5")
async def test_a_session_that_ends_leaves_the_write_without_an_answer_at_once(bench: Bench) -> None:
    form = bench.open()
    _type(form, "60")
    _press(form)
    await settle()
    bench.session.becomes(SessionState.FAULTED)
    await settle()
    assert form._flow.state.stage is Stage.NO_ANSWER
    assert "the session is faulted" in _words(form)


async def test_a_completion_may_come_before_the_reply(bench: Bench) -> None:
    form = bench.open()
    reply: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
    bench.session.answers[c.Write] = reply
    _type(form, "60")
    _press(form)
    await settle()
    bench.complete(form)
    bench.session.shows(60.0)
    reply.set_result(Reply())
    await settle()
    assert form._flow.state.stage is Stage.CONFIRMED


async def test_a_timed_write_carries_its_time(bench: Bench) -> None:
    form = bench.open()
    moment = Timestamp(bench.clock.utc_ns() - 5_000_000_000)
    form._time.set_time(moment)
    _type(form, "60")
    _press(form)
    await settle()
    assert bench.session.commands == [c.Write2(SERVER, HANDLE, 60.0, moment)]
    assert bench.told[0][0] == "write requested with a source time"


# ---- questions


@pytest.mark.clause("R3")
async def test_an_odd_write_is_asked_about_in_the_form_and_a_double_click_is_no_answer(bench: Bench) -> None:
    form = bench.open()
    _type(form, "150")
    QTest.mouseDClick(form._write, Qt.MouseButton.LeftButton)
    _press(form)
    _press(form)
    await settle()
    assert not bench.session.commands
    assert form._write.text() == "Write anyway"
    assert not form._write.isEnabled()
    _think(form)
    _press(form)
    await settle()
    assert bench.session.commands == [c.Write(SERVER, HANDLE, 150.0)]


@pytest.mark.clause("R3")
async def test_a_question_is_gone_with_the_value_that_it_was_about(bench: Bench) -> None:
    form = bench.open()
    _type(form, "150")
    _press(form)
    _type(form, "60")
    assert form._write.text() == "Write"
    _press(form)
    await settle()
    assert bench.session.commands == [c.Write(SERVER, HANDLE, 60.0)]


# ---- one at a time


@pytest.mark.clause("R13")
async def test_one_write_of_an_item_at_a_time_over_all_forms(bench: Bench) -> None:
    one = bench.open()
    other = bench.another()
    for form in (one, other):
        _type(form, "60")
    _press(one)
    _press(other)
    await settle()
    assert _words(other).startswith("Not written: another write of Pump.Speed is on its way")
    other._refresh()
    assert not one._write.isEnabled()
    assert not other._write.isEnabled()
    _press(other)
    other._pressed()
    await settle()
    assert len(bench.session.commands) == 1
    bench.complete(one)
    bench.session.shows(60.0)
    await bench.clock.advance(0.1)
    other._refresh()
    assert one._write.isEnabled()
    assert other._write.isEnabled()
    assert not bench.writer.open_numbers
    assert other._flow.state.stage is Stage.REJECTED
    assert len(bench.audit.intents) == 1


# ---- keys and closing


@pytest.mark.clause("R2")
async def test_enter_in_a_field_goes_to_write_and_sends_nothing_and_a_held_key_does_not_either(bench: Bench) -> None:
    form = bench.open()
    form.activateWindow()
    _type(form, "60")
    form._value._text.setFocus()
    _enter(form._value._text)
    assert not bench.session.commands
    assert form.focusWidget() is form._write
    _enter(form._write, repeat=True)
    await settle()
    assert not bench.session.commands
    _enter(form._write)
    await settle()
    assert len(bench.session.commands) == 1


@pytest.mark.clause("R2")
async def test_escape_leaves_nothing_written(bench: Bench) -> None:
    form = bench.open()
    _type(form, "60")
    QTest.keyClick(form, Qt.Key.Key_Escape)
    await settle()
    assert not form.isVisible()
    assert not bench.session.commands
    assert not bench.told


@pytest.mark.clause("R10", "R12")
async def test_a_write_that_went_out_is_waited_for_without_its_form(bench: Bench) -> None:
    form = bench.open()
    _type(form, "60")
    _press(form)
    await settle()
    form.close()
    await settle()
    assert bench.writer.busy(bench.session.id, "Pump.Speed")
    bench.feed._waiting[bench.session.id, KEY][0](completion())
    bench.session.shows(60.0)
    await bench.clock.advance(0.1)
    assert bench.told[-1][0] == "write confirmed: Written and confirmed: the tag reads 60.0 %."
    assert bench.audit.results == [Result.CONFIRMED]
    assert not bench.feed._waiting
    assert not bench.sending


@pytest.mark.clause("R10", "R12")
async def test_a_window_that_closes_before_the_answer_says_so(bench: Bench) -> None:
    form = bench.open()
    _type(form, "60")
    _press(form)
    await settle()
    form.close()
    for task in list(bench.sending):
        task.cancel()
    await settle()
    assert bench.told[-1][0] == "nobody waited for the answer to this write: the value may have changed"
    assert bench.audit.results == [Result.NO_ANSWER]


@pytest.mark.clause("R2", "R12")
async def test_a_form_that_closes_before_its_write_went_out_sends_nothing(bench: Bench) -> None:
    form = bench.open(TagAbout("Double", security_class="SecuredWrite"))
    bench.session.answers[c.AuthenticateUser] = asyncio.get_running_loop().create_future()
    _type(form, "60")
    _log_in(form, ("anna", "a"))
    _press(form)
    await settle()
    form.close()
    await settle()
    assert bench.session.written() == []
    assert bench.told[-1][0] == "write form closed: nothing was sent"
    assert bench.audit.results == [Result.NOT_SENT]


# ---- the record


@pytest.mark.clause("R10")
async def test_every_write_is_recorded_before_it_is_sent(bench: Bench) -> None:
    form = bench.open()
    form._comment.setText("pump trial")
    _type(form, "60")
    _press(form)
    await settle()
    (intent,) = bench.audit.intents
    assert (intent.session, intent.source, intent.tag) == ("Plant", "sim", "Pump.Speed")
    assert (intent.old, intent.new, intent.old_quality, intent.comment) == (50.0, 60.0, 192, "pump trial")
    assert (intent.who, intent.origin, intent.sent_ns) == (WHO, "form", None)
    bench.complete(form, failed(1008, category=6))
    await settle()
    end = bench.audit.entries[-1]
    assert isinstance(end, Completion)
    assert (end.intent, end.result, end.quality) == (1, Result.REJECTED, None)
    assert "write access denied" in end.words


@pytest.mark.clause("R10")
async def test_without_an_audit_store_nothing_is_written_and_the_form_says_why(bench: Bench) -> None:
    form = bench.open()
    bench.audit.trouble = "the disk of the audit store is full: make room"
    _type(form, "60")
    _press(form)
    await settle()
    assert not bench.session.commands
    assert _words(form) == "Not written: the disk of the audit store is full: make room."
    bench.audit.trouble = ""
    _type(form, "60")
    _press(form)
    await settle()
    assert len(bench.session.commands) == 1


@pytest.mark.clause("R10")
async def test_an_end_that_cannot_be_recorded_is_told(bench: Bench) -> None:
    form = bench.open()
    _type(form, "60")
    _press(form)
    await settle()
    bench.audit.trouble = "the disk is full"
    bench.complete(form, failed(1008, category=6))
    await settle()
    assert "Rejected" in _words(form)
    assert "Its end could not be recorded: the disk is full." in _words(form)
    assert not bench.writer.busy(bench.session.id, "Pump.Speed")
    bench.audit.entries.append(Completion(1, 0, Result.REJECTED))


@pytest.mark.clause("R8", "R10")
async def test_a_login_that_fails_is_recorded_without_a_password(bench: Bench) -> None:
    form = bench.open(TagAbout("Double", security_class="SecuredWrite"))
    _type(form, "60")
    _log_in(form, ("anna", "wrong-secret"))
    _press(form)
    await settle()
    assert bench.session.written() == []
    assert (bench.audit.intents[0].user, bench.audit.results) == ("anna", [Result.NOT_SENT])
    assert "wrong-secret" not in repr(bench.audit.entries)


@pytest.mark.clause("R5", "R10")
async def test_a_late_answer_is_recorded_too(bench: Bench) -> None:
    form = bench.open()
    _type(form, "60")
    _press(form)
    await settle()
    await bench.clock.advance(COMPLETION_S + 1)
    bench.complete(form)
    await settle()
    assert bench.audit.results == [Result.NO_ANSWER, Result.UNCONFIRMED]


# ---- read-only


@pytest.mark.clause("R11")
async def test_a_read_only_form_says_why_and_sends_nothing(bench: Bench) -> None:
    form = bench.open()
    _type(form, "60")
    bench.writer.read_only.sessions = frozenset({"Plant"})
    form.show_read_only()
    assert not form._write.isEnabled()
    assert _words(form) == form._write.toolTip() == "Plant is read-only: nothing is written to it."
    form._pressed()
    bench.writer.read_only.sessions = frozenset()
    form.show_read_only()
    _press(form)
    bench.writer.read_only.whole = True
    await settle()
    assert not bench.session.commands
    assert not bench.audit.intents or bench.audit.results == [Result.NOT_SENT]


@pytest.mark.clause("R1", "U1")
async def test_a_tag_that_takes_no_value_is_refused_beforehand(bench: Bench) -> None:
    form = bench.open()
    assert form._write.isEnabled()
    bench.abouts["Pump.Speed"] = TagAbout("ExtensionObject", unwritable="structures cannot be written")
    bench.book.changed.emit()  # the source has told it meanwhile
    assert not form._write.isEnabled()
    assert not form._value.isEnabled()
    assert _words(form) == "Not writable: structures cannot be written."
    form._pressed()
    await settle()
    assert not bench.session.commands
    assert not bench.audit.intents


async def test_a_closed_form_hears_nothing_any_more(bench: Bench) -> None:
    form = bench.open()
    assert len(bench.feed._waiting) == 1
    form.close()
    assert not bench.feed._waiting
    bench.book.changed.emit()
    form.done(0)


@pytest.mark.clause("R3")
async def test_the_window_can_be_used_beside_it(bench: Bench) -> None:
    assert not bench.open().isModal()


# ---- logins


def _log_in(form: WriteForm, *people: tuple[str, str]) -> None:
    for (user, password), (name, secret) in zip(form._fields, people, strict=False):
        user.setText(name)
        password.setText(secret)


def _visible_fields(form: WriteForm) -> int:
    return sum(field.isVisible() for fields in form._fields for field in fields)


@pytest.mark.clause("R6", "R8")
async def test_a_secured_write_logs_in_each_time_and_forgets_the_password(bench: Bench) -> None:
    form = bench.open(TagAbout("Double", security_class="SecuredWrite"))
    assert _visible_fields(form) == 2
    _type(form, "60")
    for _ in range(2):
        _log_in(form, ("anna", "a"))
        _press(form)
        assert not form._fields[0][1].text()
        await settle()
        bench.complete(form)
        bench.session.shows(60.0)
        await bench.clock.advance(0.1)
        form._edited()
    kinds = [type(command) for command in bench.session.commands]
    assert kinds == [c.AuthenticateUser, c.WriteSecured] * 2
    assert bench.session.commands[1] == c.WriteSecured(SERVER, HANDLE, 60.0, 100, 100)
    assert all(" a" not in words.split(":")[0][-2:] for words, _, _ in bench.told)
    assert bench.told[0][0] == "write requested by anna"


@pytest.mark.clause("R7")
async def test_a_verified_write_needs_two_people_and_tells_both_with_the_comment(bench: Bench) -> None:
    form = bench.open(TagAbout("Boolean", security_class="VerifiedWrite"), False)
    assert _visible_fields(form) == 4
    form._value._choice.setCurrentIndex(1)
    _log_in(form, ("anna", "a"), ("anna", "a"))
    _press(form)
    assert "a second person has to verify" in _words(form)
    assert not bench.session.commands
    _log_in(form, ("anna", "a"), ("bert", "b"))
    form._comment.setText("pump is hot")
    _press(form)
    assert "by anna, verified by bert" in _words(form)
    await settle()
    assert bench.session.commands[-1] == c.WriteSecured(SERVER, HANDLE, True, 100, 101)
    assert bench.told[0][0] == "write requested by anna, verified by bert: pump is hot"
    assert [password.text() for _, password in form._fields] == ["", ""]


@pytest.mark.clause("R6", "R8")
async def test_a_wrong_password_sends_nothing_and_is_not_told(bench: Bench) -> None:
    form = bench.open(TagAbout("Double", security_class="SecuredWrite"))
    _type(form, "60")
    _log_in(form, ("anna", "hunter2"))
    _press(form)
    await settle()
    assert _words(form) == "Not written: user name or password is wrong."
    assert not bench.session.written()
    assert "hunter2" not in str(bench.told) + repr(bench.session.commands) + _words(form)


@pytest.mark.clause("R8")
async def test_passwords_are_gone_when_the_form_closes_and_never_shown(bench: Bench) -> None:
    form = bench.open(TagAbout("Double", security_class="VerifiedWrite"))
    _log_in(form, ("anna", "a"), ("bert", "b"))
    assert all(password.echoMode() is QLineEdit.EchoMode.Password for _, password in form._fields)
    form.close()
    assert [password.text() for _, password in form._fields] == ["", ""]


@pytest.mark.clause("R6")
async def test_fields_for_a_login_come_when_the_source_insists(bench: Bench) -> None:
    form = bench.open(TagAbout("Double"))
    assert _visible_fields(form) == 0
    _type(form, "60")
    _press(form)
    await settle()
    bench.complete(form, failed(1013, category=6))
    await settle()
    assert _visible_fields(form) == 4
    assert "Two people have to log in below" in _words(form)


# ---- looks


@pytest.mark.clause("L3")
async def test_everything_has_a_name_and_tab_goes_from_the_value_to_write(bench: Bench) -> None:
    form = bench.open(TagAbout("Double", security_class="VerifiedWrite"))
    controls = [w for w in form.findChildren(QWidget) if isinstance(w, QLineEdit | QPushButton) and w.isVisible()]
    inner = {form._time._time.lineEdit(), form._value._choice.lineEdit()}
    assert all(control.accessibleName() for control in controls if control not in inner)
    order: list[QWidget] = []
    at: QWidget | None = form._value._text
    while at is not None and at not in order:
        if at.isVisible() and at.isEnabled() and at.focusPolicy() & Qt.FocusPolicy.TabFocus:
            order.append(at)
        at = at.nextInFocusChain()
    wanted: list[QWidget] = [
        form._value._text,
        form._current,
        form._time._box,
        *(field for fields in form._fields for field in fields),
        form._comment,
        form._write,
        form._close,
    ]
    assert [widget for widget in order if widget in wanted] == wanted


async def test_keys_of_items_match(bench: Bench) -> None:
    bench.open()
    assert bench.session.item.key == KEY
