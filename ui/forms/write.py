"""The form that writes one tag by hand: single or timed, with one or two logins where the tag wants them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from PySide6.QtCore import QDateTime, QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDateTimeEdit,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.batch import Event
from app.errors import GatewayError
from app.sessions import calls
from app.sessions.items import Item
from app.sessions.session import Session
from app.tasks import join, spawn
from app.values import EventKind, QualityClass, Timestamp, Value, quality_class
from ui.feed import Feed
from ui.format import iso_text, parse_value, quality_mark, quality_text, value_text, zone_text
from ui.forms.write_flow import COMPLETION_S, READ_BACK_S, Stage, State, WriteClass, WriteFlow
from ui.tagbook import TagBook
from ui.theme import Theme

_REFRESH_MS = 200

#: Told of every write for the log: words, tag, value.
Told = Callable[[str, str, str], None]


class WriteForm(QDialog):
    """Not modal. Nothing is sent but by its Write button. Closing it sends nothing; a write that is on its way then
    goes on at the source, and the event log tells its end."""

    def __init__(
        self,
        session: Session,
        item: Item,
        feed: Feed,
        book: TagBook,
        theme: Theme,
        told: Told = lambda words, tag, value: None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._item = item
        self._book = book
        self._theme = theme
        self._told = told
        self._flow = WriteFlow(book.about(session.id, item.tag))
        self._sending: asyncio.Task[None] | None = None
        self._completion: asyncio.Future[Event] | None = None
        self._stop_listening = feed.on_completion(session.id, item.key, self._completed)
        self.setWindowTitle(f"Write {item.tag}")
        self.setAccessibleName("Write form")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(460)
        self._build()
        self._show_about()
        self._show(self._flow.state)
        self._timer = QTimer(self)
        self._timer.setInterval(_REFRESH_MS)
        self._timer.timeout.connect(self._refresh)
        self._timer.start()
        self._refresh()
        book.changed.connect(self._show_about)

    # ---- parts

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(12)
        layout.addLayout(self._facts())
        layout.addLayout(self._inputs())
        layout.addWidget(self._logins())
        self._words = QLabel()
        self._words.setAccessibleName("State of the write")
        self._words.setWordWrap(True)
        self._words.setMinimumHeight(40)
        self._words.setMargin(6)
        layout.addWidget(self._words)
        buttons = QHBoxLayout()
        self._write = QPushButton("Write")
        self._write.setAccessibleName("Write")
        self._write.setAutoDefault(False)
        self._write.clicked.connect(self._pressed)
        close = QPushButton("Close")
        close.setAccessibleName("Close")
        close.setAutoDefault(False)
        close.clicked.connect(self.reject)
        buttons.addStretch(1)
        buttons.addWidget(self._write)
        buttons.addWidget(close)
        layout.addLayout(buttons)

    def _facts(self) -> QFormLayout:
        facts = QFormLayout()
        facts.setHorizontalSpacing(16)
        self._labels: dict[str, QLabel] = {}
        for name in ("Session", "Tag", "Type", "Class", "Range", "Value", "Quality", "Source time"):
            label = QLabel()
            label.setAccessibleName(name)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            label.setWordWrap(name == "Tag")
            self._labels[name] = label
            facts.addRow(name, label)
        self._labels["Session"].setText(self._session.name)
        self._labels["Tag"].setText(self._item.tag)
        return facts

    def _inputs(self) -> QFormLayout:
        inputs = QFormLayout()
        inputs.setHorizontalSpacing(16)
        self._text = QLineEdit()
        self._text.setAccessibleName("New value")
        self._text.textEdited.connect(self._edited)
        self._text.returnPressed.connect(self._pressed)
        self._choice = QComboBox()
        self._choice.setAccessibleName("New value")
        self._choice.currentIndexChanged.connect(self._edited)
        self._choice.installEventFilter(self)
        self._choice.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        editors = QHBoxLayout()
        editors.addWidget(self._text)
        editors.addWidget(self._choice)
        self._unit = QLabel()
        editors.addWidget(self._unit)
        inputs.addRow("New value", editors)
        self._timed = QCheckBox(f"with a source time ({zone_text(utc=False)})")
        self._timed.setAccessibleName("Write with a source time")
        self._time = QDateTimeEdit(QDateTime.currentDateTime())
        self._time.setAccessibleName("Source time")
        self._time.setDisplayFormat("yyyy-MM-dd HH:mm:ss.zzz")
        self._time.setEnabled(False)
        self._time.installEventFilter(self)
        self._timed.toggled.connect(self._time.setEnabled)
        inputs.addRow(self._timed, self._time)
        return inputs

    def _logins(self) -> QWidget:
        self._login_box = QWidget()
        form = QFormLayout(self._login_box)
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(16)
        self._logins_of: list[tuple[QLineEdit, QLineEdit]] = []
        for person in ("User", "Verifier"):
            user, password = QLineEdit(), QLineEdit()
            user.setAccessibleName(person)
            password.setAccessibleName(f"Password of the {person.lower()}")
            password.setEchoMode(QLineEdit.EchoMode.Password)
            form.addRow(person, user)
            form.addRow(f"{person}’s password", password)
            self._logins_of.append((user, password))
        self._login_form = form
        return self._login_box

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """No editor reacts to the wheel: a value is never changed by scrolling past it."""
        if event.type() == QEvent.Type.Wheel and watched in (self._choice, self._time):
            event.ignore()
            return True
        return super().eventFilter(watched, event)

    # ---- what is shown

    def _show_about(self) -> None:
        about = self._flow.about = self._book.about(self._session.id, self._item.tag)
        self._labels["Type"].setText(about.data_type or "unknown")
        self._labels["Class"].setText(about.security_class or about.access or "—")
        low, high = about.low, about.high
        given = low is not None or high is not None
        words = f"{'—' if low is None else f'{low:g}'} to {'—' if high is None else f'{high:g}'} {about.unit}"
        self._labels["Range"].setText(words if given else "—")
        self._unit.setText(about.unit)
        words_of = about.enumeration or (("false", "true") if about.data_type.lower() == "boolean" else ())
        if words_of and self._choice.count() != len(words_of):
            self._choice.blockSignals(True)
            self._choice.clear()
            self._choice.addItems([f"{word} ({number})" for number, word in enumerate(words_of)])
            self._choice.setCurrentIndex(-1)
            self._choice.blockSignals(False)
        self._choice.setVisible(bool(words_of))
        self._text.setVisible(not words_of)
        people = WriteClass.of(about).value
        for number, fields in enumerate(self._logins_of):
            for field in fields:
                self._login_form.setRowVisible(field, number < people)
        self._login_box.setVisible(people > 0)
        if about.read_only and self._flow.state.stage is Stage.EDITING:
            self._words.setText("This tag is read only: the source will reject a write.")

    def _refresh(self) -> None:
        """The value shown is always the one that was read."""
        sample = self._session.items.sample(self._item.key)
        if sample is None:
            return
        about = self._flow.about
        mark = quality_mark(sample.quality)
        text = value_text(sample.value, decimals=about.decimals, enumeration=about.enumeration, limit=60)
        pending = (
            f"   → {value_text(self._flow.requested, limit=40)} requested" if self._flow.state.stage.running else ""
        )
        self._labels["Value"].setText(f"{text} {about.unit} {mark}".strip() + pending)
        self._labels["Quality"].setText(quality_text(sample.quality))
        worth = quality_class(sample.quality)
        colour = self._theme.text if worth is QualityClass.GOOD else self._theme.of_quality(worth)
        self._labels["Quality"].setStyleSheet(f"color: {colour}")
        self._labels["Source time"].setText(iso_text(sample.source_time, utc=False) or "—")

    def _show(self, state: State) -> None:
        self._words.setText(state.words)
        back, front = {
            Stage.REJECTED: (self._theme.error_back, self._theme.text),
            Stage.NO_ANSWER: (self._theme.warning_back, self._theme.text),
            Stage.ASKING: (self._theme.warning_back, self._theme.text),
            Stage.CLAMPED: (self._theme.warning_back, self._theme.text),
            Stage.SENT: ("transparent", self._theme.pending),
            Stage.ACCEPTED: ("transparent", self._theme.pending),
        }.get(state.stage, ("transparent", self._theme.text))
        self._words.setStyleSheet(f"background: {back}; color: {front}; border-radius: 3px")
        self._write.setText("Write anyway" if state.stage is Stage.ASKING else "Write")
        self._write.setEnabled(not state.stage.running)

    # ---- writing

    def _edited(self, *_: object) -> None:
        self._show(self._flow.edited())

    def new_value(self) -> Value:
        """What the editor holds, as the tag's type; ValueError says what is wrong with it."""
        about = self._flow.about
        if self._choice.isVisibleTo(self):
            if self._choice.currentIndex() < 0:
                raise ValueError("choose a new value first")
            number = self._choice.currentIndex()
            return number if about.enumeration else bool(number)
        if not self._text.text().strip() and about.data_type.lower() != "string":
            raise ValueError("type a new value first")
        return parse_value(self._text.text(), about.data_type or self._guessed_type())

    def _guessed_type(self) -> str:
        """Where the source tells no type: the one of the value that was read."""
        sample = self._session.items.sample(self._item.key)
        value = None if sample is None else sample.value
        names = {bool: "Boolean", int: "Integer", float: "Double", bytes: "ByteString", Timestamp: "Time"}
        return names.get(type(value), "String")

    def _source_time(self) -> Timestamp | None:
        if not self._timed.isChecked():
            return None
        moment = self._time.dateTime().toMSecsSinceEpoch()
        return Timestamp(moment * 1_000_000)

    def _pressed(self) -> None:
        try:
            value = self.new_value()
        except ValueError as error:
            self._show(State(Stage.REJECTED, f"not sent: {error}"))
            return
        was = self._flow.state.stage
        state = self._flow.press_write(value, self._session.items.sample(self._item.key))
        self._show(state)
        if state.stage is Stage.SENT and not was.running:
            self._sending = spawn(self._send(value, self._source_time()), name="write form")

    async def _send(self, value: Value, moment: Timestamp | None) -> None:
        self._completion = asyncio.get_running_loop().create_future()
        self._told(f"write requested{' with a source time' if moment else ''}", self._item.tag, value_text(value))
        try:
            await self._invoke(value, moment)
        except GatewayError as error:
            self._ended(self._flow.refused(_reason(error)))
            return
        self._show(self._flow.accepted())
        try:
            async with asyncio.timeout(COMPLETION_S):
                event = await self._completion
        except TimeoutError:
            self._ended(self._flow.no_answer())
            return
        state = self._flow.completed(event.detail)
        self._show(state)
        if state.stage is Stage.REJECTED:
            self._ended(state)
            return
        self._ended(self._flow.read_back(await self._read_back()))

    async def _invoke(self, value: Value, moment: Timestamp | None) -> None:
        item = self._item
        people = WriteClass.of(self._flow.about).value
        if not people:
            await calls.write(self._session, item.server_handle, item.item_handle, value, moment)
            return
        ids = [await self._log_in(number) for number in range(people)]
        await calls.write_secured(self._session, item.server_handle, item.item_handle, value, ids[0], ids[-1], moment)

    async def _log_in(self, number: int) -> int:
        """Authenticates anew for each write; the password is gone from the form before it is sent."""
        user, password = self._logins_of[number]
        secret = password.text()
        password.clear()
        return await calls.authenticate(self._session, self._item.server_handle, user.text(), secret)

    async def _read_back(self) -> Value:
        """The tag's value once it is the requested one, or what it is when no more time is left."""
        end = asyncio.get_running_loop().time() + READ_BACK_S
        while True:
            sample = self._session.items.sample(self._item.key)
            value = None if sample is None else sample.value
            if self._flow.reads_as_requested(value) or asyncio.get_running_loop().time() > end:
                return value
            await asyncio.sleep(0.05)

    def _completed(self, event: Event) -> None:
        completion = self._completion
        if event.kind is EventKind.WRITE_COMPLETE and completion is not None and not completion.done():
            completion.set_result(event)

    def _ended(self, state: State) -> None:
        self._show(state)
        self._told(f"write {state.stage.value}: {state.words}", self._item.tag, value_text(self._flow.requested))

    # ---- the end

    def done(self, result: int) -> None:
        self._timer.stop()
        self._stop_listening()
        if self._sending is not None and not self._sending.done():
            spawn(join(self._sending), name="close write form")
        super().done(result)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.done(int(QDialog.DialogCode.Rejected))
        event.accept()


def _reason(error: GatewayError) -> str:
    fault = error.fault
    statuses = fault.details.get("statuses", "")
    return f"{fault.message} ({statuses})" if statuses and statuses not in fault.message else fault.message
