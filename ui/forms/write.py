"""The form that writes one tag by hand: single or timed, with one or two logins where the tag wants them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QDialog, QFormLayout, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from app.records.audited import AuditedWriter
from app.sessions.items import Item
from app.tasks import Clock, SystemClock, spawn
from app.values import NO_TIME, QualityClass, Value, quality_class
from ui.engine_words import said
from ui.feed import Feed
from ui.format import age_text, full_text, iso_text, quality_mark, quality_text, tip_text, value_text
from ui.forms.editors import TimeEditor, ValueEditor
from ui.forms.write_flow import BIG_CHANGE, Person, Stage, State, Wish, WriteFlow, by_whom
from ui.forms.write_job import Target, WriteJob, refusal
from ui.i18n import noop, tr
from ui.tagbook import TagBook
from ui.theme import Theme, number_font

_REFRESH_MS = 200
#: “Write anyway” cannot be pressed sooner: a double click on Write is no answer to a question.
_THINK_MS = 700

#: Tags up to so many characters stand in one line.
_LINE = 48
_COMMENT = 1_000
_FACTS = (
    noop("Session"),
    noop("Tag"),
    noop("Type"),
    noop("Class"),
    noop("Range"),
    noop("Value"),
    noop("Quality"),
    noop("Source time"),
)

#: Told of every write for the log: words, tag, value.
Told = Callable[[str, str, str], None]


class WriteForm(QDialog):
    """Not modal. Nothing is sent but by its Write button. Closing it sends nothing; a write that has gone out by then
    is waited for without it, and the event log and the audit store tell its end."""

    def __init__(
        self,
        session: Target,
        item: Item,
        feed: Feed,
        book: TagBook,
        theme: Theme,
        writer: AuditedWriter,
        told: Told = lambda words, tag, value: None,
        parent: QWidget | None = None,
        *,
        clock: Clock | None = None,
        sending: set[asyncio.Task[None]] | None = None,
        source: str = "",
        big_change: float = BIG_CHANGE,
    ) -> None:
        """``sending`` gets the task of each write: it may outlive the form."""
        super().__init__(parent)
        self._session = session
        self._item = item
        self._book = book
        self._theme = theme
        self._told = told
        self._clock = SystemClock() if clock is None else clock
        self._writer = writer
        self._flow = WriteFlow(book.about(session.id, item.tag), big_change)
        self._job = WriteJob(session, item, self._flow, self._clock, self._show, writer, source=source)
        self._tasks: set[asyncio.Task[None]] = set() if sending is None else sending
        self._sending: asyncio.Task[None] | None = None
        self._open = True
        self.setWindowTitle(tr("Write {tag}").format(tag=item.tag))
        self.setAccessibleName(tr("Write form"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(520)
        self._build()
        self._show_about()
        self._timer = QTimer(self)
        self._timer.setInterval(_REFRESH_MS)
        self._timer.timeout.connect(self._refresh)
        self._timer.start()
        self._thinking = QTimer(self)
        self._thinking.setSingleShot(True)
        self._thinking.setInterval(_THINK_MS)
        self._thinking.timeout.connect(self._enable)
        self._show(self._flow.state)
        self._refresh()
        self._value.setFocus()
        self._stop_listening = feed.on_completion(session.id, item.key, self._job.heard)
        book.changed.connect(self._show_about)

    # ---- parts

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(12)
        layout.addLayout(self._facts())
        layout.addLayout(self._inputs())
        layout.addWidget(self._logins())
        layout.addLayout(self._comments())
        self._words = QLabel()
        self._words.setAccessibleName(tr("State of the write"))
        self._words.setWordWrap(True)
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._words.setMinimumHeight(56)
        self._words.setMargin(6)
        layout.addWidget(self._words)
        buttons = QHBoxLayout()
        self._write = _button(tr("Write"), self._pressed)
        self._close = _button(tr("Close"), self.reject)
        buttons.addStretch(1)
        buttons.addWidget(self._write)
        buttons.addWidget(self._close)
        layout.addLayout(buttons)

    def _facts(self) -> QFormLayout:
        facts = _form()
        self._labels: dict[str, QLabel] = {}
        for name in _FACTS:
            label = QLabel()
            label.setAccessibleName(tr(name))
            label.setTextFormat(Qt.TextFormat.PlainText)
            if name != "Tag":  # it has places to break in it, which nobody wants to copy
                label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            label.setWordWrap(name in ("Tag", "Value"))
            self._labels[name] = label
            facts.addRow(_name(tr(name)), label)
        self._labels["Value"].setFont(number_font())
        self._labels["Session"].setText(self._session.name)
        self._labels["Tag"].setText(_breakable(self._item.tag))
        self._labels["Tag"].setAccessibleDescription(self._item.tag)
        return facts

    def _inputs(self) -> QFormLayout:
        inputs = _form()
        self._value = ValueEditor()
        self._value.edited.connect(self._edited)
        self._current = _button(tr("Take current"), self._take_current)
        self._current.setToolTip(tr("Begin with the value that the tag has now"))
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(self._value, 1)
        row.addWidget(self._current)
        inputs.addRow(_name(tr("New value")), row)
        self._time = TimeEditor()
        self._time.edited.connect(self._edited)
        inputs.addRow(_name(""), self._time)
        return inputs

    def _comments(self) -> QFormLayout:
        form = _form()
        self._comment = QLineEdit()
        self._comment.setAccessibleName(tr("Comment"))
        self._comment.setPlaceholderText(tr("why; it is kept with the record of this write"))
        self._comment.setMaxLength(_COMMENT)
        self._comment.textEdited.connect(lambda *_: self._edited())
        form.addRow(_name(tr("Comment")), self._comment)
        return form

    def _logins(self) -> QWidget:
        self._login_box = QWidget()
        self._login_form = _form(self._login_box)
        self._fields: list[tuple[QLineEdit, QLineEdit]] = []
        for person, secret in ((tr("User"), tr("User’s password")), (tr("Verifier"), tr("Verifier’s password"))):
            user, password = QLineEdit(), QLineEdit()
            user.setAccessibleName(person)
            password.setAccessibleName(secret)
            password.setEchoMode(QLineEdit.EchoMode.Password)
            self._login_form.addRow(_name(person), user)
            self._login_form.addRow(_name(secret), password)
            self._fields.append((user, password))
        return self._login_box

    def show_read_only(self) -> None:
        """Read-only mode was switched on or off."""
        self._show(self._flow.state)

    def set_theme(self, theme: Theme) -> None:
        """Other colours while it is open."""
        self._theme = theme
        self._show(self._flow.state)
        self._refresh()

    def open(self) -> None:
        """Beside the window, not over it: the plant is watched while it is operated."""
        self.show()
        self.raise_()
        self.activateWindow()

    # ---- what is shown

    def _show_about(self) -> None:
        before = self._flow.about
        about = self._flow.about = self._book.about(self._session.id, self._item.tag)
        self._labels["Type"].setText(about.data_type or tr("unknown: what you type is sent as text"))
        words = " ".join(
            filter(None, [said(_spaced(about.security_class)), f"({said(about.access)})" if about.access else ""])
        )
        self._labels["Class"].setText(words or "—")
        low, high = about.low, about.high
        given = low is not None or high is not None
        bounds = ["—" if limit is None else f"{limit:g}" for limit in (low, high)]
        words = tr("{low} to {high} {unit}").format(low=bounds[0], high=bounds[1], unit=about.unit)
        self._labels["Range"].setText(words if given else "—")
        self._value.setEnabled(not about.unwritable)
        self._fit_editors()
        if about.unwritable != before.unwritable:
            self._show(self._flow.state)

    def _fit_editors(self) -> None:
        self._value.set_tag(self._flow.about, self._live_value())
        people = self._flow.write_class.value
        for number, fields in enumerate(self._fields):
            for field in fields:
                self._login_form.setRowVisible(field, number < people)
        self._login_box.setVisible(people > 0)

    def _live_value(self) -> Value:
        sample = self._session.items.sample(self._item.key)
        return None if sample is None else sample.value

    def _refresh(self) -> None:
        """The value shown is always the one that was read; what is on its way stands beside it."""
        sample = self._session.items.sample(self._item.key)
        about, stage = self._flow.about, self._flow.state.stage
        requested = tr("     → {value} requested").format(value=self._flow.shown(self._flow.requested))
        pending = requested if stage.running else ""
        if sample is None:
            self._labels["Value"].setText(tr("none has come yet") + pending)
            self._enable()
            return
        self._value.set_tag(about, sample.value)
        text = value_text(sample.value, decimals=about.decimals, enumeration=about.enumeration, limit=60)
        mark = quality_mark(sample.quality)
        self._labels["Value"].setText(f"{f'{text} {about.unit}'.strip()} {mark}".strip() + pending)
        self._labels["Value"].setToolTip(tip_text(full_text(sample.value, about.enumeration)[:2000]))
        self._labels["Quality"].setText(quality_text(sample.quality))
        worth = quality_class(sample.quality)
        _colour(self._labels["Quality"], self._theme.of_quality(worth))
        _colour(self._labels["Value"], self._theme.muted if worth is QualityClass.BAD else self._theme.text)
        self._labels["Source time"].setText(self._time_words(sample.source_time))
        self._current.setEnabled(self._value.can_take(sample.value) and not stage.running)
        self._enable()

    def _time_words(self, source_time: int) -> str:
        if source_time == NO_TIME:
            return "—"
        age_s = (self._clock.utc_ns() - source_time) / 1e9
        time = iso_text(source_time, utc=False)
        return tr("{time}  ({age} ago)").format(time=time, age=age_text(age_s))

    def _show(self, state: State) -> None:
        if not self._open:
            return
        stage = state.stage
        refused = self._refused()
        words = state.words
        if stage in (Stage.EDITING, Stage.ASKING) and refused:
            words = refused
        elif stage is Stage.EDITING and self._flow.about.read_only:
            words = tr("This tag is read only: the source will reject a write.")
        self._words.setText(words)
        self._write.setToolTip(refused)
        back, front = {
            Stage.REJECTED: (self._theme.error_back, self._theme.text),
            Stage.NO_ANSWER: (self._theme.warning_back, self._theme.text),
            Stage.ASKING: (self._theme.warning_back, self._theme.text),
            Stage.CLAMPED: (self._theme.warning_back, self._theme.text),
            Stage.UNCONFIRMED: (self._theme.warning_back, self._theme.text),
            Stage.SENT: (self._theme.panel, self._theme.pending),
            Stage.ACCEPTED: (self._theme.panel, self._theme.pending),
            Stage.CONFIRMED: (self._theme.panel, self._theme.text),
        }.get(stage, ("transparent", self._theme.muted))
        self._words.setStyleSheet(f"background: {back}; color: {front}; border-radius: 3px")
        self._write.setText(tr("Write anyway") if stage is Stage.ASKING else tr("Write"))
        self._write.setAccessibleName(self._write.text())
        if stage is Stage.ASKING:
            self._thinking.start()
        else:
            self._thinking.stop()
        self._fit_editors()
        self._enable()

    def _refused(self) -> str:
        """Why nothing may be written, or no value of this tag can be."""
        if words := refusal(self._writer.read_only, self._session.name):
            return words
        why = self._flow.about.unwritable
        return tr("Not writable: {reason}.").format(reason=why) if why else ""

    def _enable(self) -> None:
        """One write of an item at a time, whichever form it comes from."""
        if not self._open:
            return
        busy = self._flow.state.stage.running or self._writer.busy(self._session.id, self._item.tag)
        enabled = not busy and not self._refused() and not self._thinking.isActive()
        if self._write.isEnabled() == enabled:
            return
        had_focus = self._write.hasFocus()
        self._write.setEnabled(enabled)
        if had_focus and not enabled:  # the key that pressed it must not reach the button beside it
            self._value.setFocus()

    # ---- writing

    def _edited(self) -> None:
        self._show(self._flow.edited(self._session.items.sample(self._item.key)))

    def _take_current(self) -> None:
        self._value.take(self._live_value())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses the button that has the focus, and nothing else: in a field it goes on to Write."""
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)
            return
        focus = self.focusWidget()
        if event.isAutoRepeat():
            return  # a key that is held on its way to Write does not press it
        if isinstance(focus, QPushButton):
            focus.click()
        else:
            self._write.setFocus(Qt.FocusReason.TabFocusReason)

    def new_value(self) -> Value:
        """What the editor holds, as the tag's type; ValueError says what is wrong with it."""
        return self._value.value()

    def _wish(self, *, with_passwords: bool = False) -> Wish:
        people = tuple(
            Person(user.text(), password.text() if with_passwords else "")
            for user, password in self._fields[: self._flow.write_class]
        )
        return Wish(self.new_value(), self._time.time(), people, self._comment.text().strip())

    def _pressed(self) -> None:
        if not self._write.isEnabled():
            return
        try:
            wish = self._wish()
            self._flow.check_people(wish.people)
        except ValueError as error:
            self._show(self._flow.refused(str(error)))
            return
        live = self._session.items.sample(self._item.key)
        state = self._flow.press_write(wish, live, self._clock.utc_ns())
        self._show(state)
        if state.stage is Stage.SENT:
            wish = self._wish(with_passwords=True)
            self._forget_passwords()
            self._sending = sending = spawn(self._send(wish), name="write form")
            self._tasks.add(sending)
            sending.add_done_callback(self._tasks.discard)
            self._enable()

    async def _send(self, wish: Wish) -> None:
        tag, value = self._item.tag, value_text(wish.value, enumeration=self._flow.about.enumeration)
        timed = tr(" with a source time") if wish.time is not None else ""
        comment = f": {wish.comment}" if wish.comment else ""
        self._told(tr("write requested{how}").format(how=f"{timed}{by_whom(wish.people)}{comment}"), tag, value)
        try:
            state = await self._job.send(wish)
        except asyncio.CancelledError:
            gone = tr("nobody waited for the answer to this write: the value may have changed")
            self._told(gone if self._job.sent else tr("write form closed: nothing was sent"), tag, value)
            raise
        finally:
            self._enable()
            if not self._open:
                self._stop_listening()
        told = tr("write {stage}: {words}").format(stage=tr(state.stage.value), words=state.words)
        self._told(told, tag, value)

    def _forget_passwords(self) -> None:
        for _, password in self._fields:
            password.clear()

    # ---- the end

    def done(self, result: int) -> None:
        if self._open:
            self._open = False
            self._timer.stop()
            self._thinking.stop()
            self._book.changed.disconnect(self._show_about)
            self._forget_passwords()
            if self._sending is None or self._sending.done():
                self._stop_listening()
            elif not self._job.sent:
                self._sending.cancel()
        super().done(result)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.done(int(QDialog.DialogCode.Rejected))
        event.accept()


def _form(parent: QWidget | None = None) -> QFormLayout:
    form = QFormLayout(parent)
    form.setContentsMargins(0, 0, 0, 0)
    form.setHorizontalSpacing(16)
    form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    return form


def _name(text: str) -> QLabel:
    """As wide as the widest: the fields of all parts stand in one column."""
    label = QLabel(text)
    label.setMinimumWidth(label.fontMetrics().horizontalAdvance(tr("Verifier’s password") + " "))
    return label


def _button(text: str, pressed: Callable[[], object]) -> QPushButton:
    button = QPushButton(text)
    button.setAccessibleName(text)
    button.setAutoDefault(False)
    button.clicked.connect(partial(_call, pressed))
    return button


def _call(pressed: Callable[[], object], *_: object) -> None:
    pressed()


def _colour(label: QLabel, colour: str) -> None:
    sheet = f"color: {colour}"
    if label.styleSheet() != sheet:
        label.setStyleSheet(sheet)


def _breakable(tag: str) -> str:
    """A long one with places where a line may end: tags have no spaces."""
    if len(tag) <= _LINE:
        return tag
    return "".join(f"{character}\u200b" if character in "./;:_[]|" else character for character in tag)


def _spaced(name: str) -> str:
    """SecuredWrite -> secured write."""
    return "".join(f" {character.lower()}" if character.isupper() else character for character in name).strip()
