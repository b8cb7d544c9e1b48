"""The dialog that opens an OPC UA session."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.backends.opcua.options import SECURITIES as KNOWN
from app.backends.opcua.options import OpcUaOptions
from ui import theme as themes
from ui.forms.connect import ConnectForm, Connection
from ui.forms.opcua_rows import SECURITIES, checked_address


@pytest.fixture
def form(qtbot: QtBot) -> Iterator[ConnectForm]:
    made = ConnectForm(themes.LIGHT, ["opc.tcp://plant:4840", "opc.tcp://other:4841"])
    qtbot.addWidget(made)
    made.show()
    yield made
    made.done(0)


def _asked(form: ConnectForm) -> list[Connection]:
    asked: list[Connection] = []
    form.asked.connect(asked.append)
    QTest.mouseClick(form._connect, Qt.MouseButton.LeftButton)
    return asked


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("opc.tcp://host:4840", "opc.tcp://host:4840"),
        (" host ", "opc.tcp://host:4840"),
        ("host:48010", "opc.tcp://host:48010"),
        ("OPC.TCP://Host", "opc.tcp://Host:4840"),
        ("opc.tcp://host/path/of:it", "opc.tcp://host:4840/path/of:it"),
        ("opc.tcp://[::1]", "opc.tcp://[::1]:4840"),
        ("opc.tcp://[::1]:53530/a", "opc.tcp://[::1]:53530/a"),
        ("10.0.0.5:", "opc.tcp://10.0.0.5:4840"),
    ],
)
def test_an_address_gets_what_it_lacks_and_the_backend_takes_it(typed: str, address: str) -> None:
    assert checked_address(typed) == address
    assert OpcUaOptions.of({"endpoint": address}).endpoint == address


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "type the server's address"),
        ("opc.tcp://", "type the server's address"),
        ("http://host:4840", "http:// is not OPC UA over TCP"),
        ("opc.tcp://user:pass@host", "a user name does not belong here"),
        ("opc.tcp://host:0", "port must be a number of 1 to 65535"),
        ("opc.tcp://host:99999", "port must be a number of 1 to 65535"),
        ("opc.tcp://host:abc", "port must be a number of 1 to 65535"),
        ("opc.tcp://my host", "no space"),
        ("opc.tcp://:4840", "host's name is missing"),
        ("opc.tcp://[::1", "cannot be read"),
    ],
)
def test_a_wrong_address_is_named_in_the_form_and_nothing_is_asked(form: ConnectForm, typed: str, words: str) -> None:
    form._address.setEditText(typed)
    assert not _asked(form)
    assert "Address: " in form._words.text()
    assert words in form._words.text()
    assert "pass" not in form._words.text()
    assert form._connect.isEnabled()


def test_it_gives_what_the_backend_wants(form: ConnectForm) -> None:
    form._security.setCurrentText("Basic256Sha256/SignAndEncrypt")
    form._login.setCurrentIndex(1)
    form._user.setText(" anna ")
    form._password.setText("s3cret")
    form._name.setText("Line 4")
    form._restart.setChecked(False)
    (wanted,) = _asked(form)
    assert (wanted.name, wanted.restart, wanted.endpoint) == ("Line 4", False, "opc.tcp://plant:4840")
    options = OpcUaOptions.of({**wanted.options, "trusted": ["ab" * 32]})
    assert (options.user, options.password, options.mode) == ("anna", "s3cret", "SignAndEncrypt")
    assert options.trusted == ("ab" * 32,)
    assert not options.allow_plain_password


def test_every_security_is_one_of_the_backend_s() -> None:
    assert tuple(SECURITIES) == tuple(KNOWN)


def test_an_anonymous_session_sends_no_login_and_is_named_after_its_address(form: ConnectForm) -> None:
    form._password.setText("left over")
    (wanted,) = _asked(form)
    assert wanted.options == {"endpoint": "opc.tcp://plant:4840", "security": "None"}
    assert wanted.name == "plant:4840"
    assert wanted.restart


def test_a_login_needs_a_name(form: ConnectForm) -> None:
    form._login.setCurrentIndex(1)
    assert not _asked(form)
    assert "User: type a name, or choose Anonymous" in form._words.text()


@pytest.mark.clause("R8")
def test_a_password_goes_unencrypted_only_when_that_is_ticked(form: ConnectForm) -> None:
    assert not form._plain.isVisible()
    form._login.setCurrentIndex(1)
    assert form._plain.isVisible()
    form._user.setText("anna")
    assert "allow_plain_password" not in form.connection().options
    form._plain.setChecked(True)
    assert form.connection().options["allow_plain_password"] is True
    form._security.setCurrentText("Basic256Sha256/SignAndEncrypt")
    assert not form._plain.isVisible()
    assert "allow_plain_password" not in form.connection().options


@pytest.mark.clause("R8")
def test_a_password_is_never_shown_and_gone_when_the_form_closes(form: ConnectForm) -> None:
    form._login.setCurrentIndex(1)
    form._user.setText("anna")
    form._password.setText("s3cret")
    assert form._password.echoMode() is QLineEdit.EchoMode.Password
    assert "s3cret" not in repr(form.connection())
    form.reject()
    assert form._password.text() == ""


def test_while_it_connects_only_cancel_can_be_pressed_and_an_error_opens_it_again(form: ConnectForm) -> None:
    assert len(_asked(form)) == 1
    assert not form._connect.isEnabled()
    assert not form._address.isEnabled()
    assert form._cancel.isEnabled()
    form.show_busy("shaking hands")
    assert form._words.text() == "shaking hands"
    form.show_error("no answer")
    assert form._words.text() == "✕ no answer"
    assert form._connect.isEnabled()
    assert form._address.isEnabled()


def test_what_comes_after_cancel_changes_nothing(form: ConnectForm) -> None:
    _asked(form)
    form.reject()
    form.show_busy("late")
    form.show_error("late")
    form.accept()
    assert form.result() == 0
    assert "late" not in form._words.text()


@pytest.mark.clause("R2")
def test_the_wheel_changes_no_choice(form: ConnectForm) -> None:
    for box in (form._address, form._security, form._login):
        before = box.currentText()
        middle = QPointF(box.rect().center())
        turn = QWheelEvent(
            middle,
            QPointF(box.mapToGlobal(middle.toPoint())),
            QPoint(),
            QPoint(0, -240),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(box, turn)
        assert box.currentText() == before


def test_without_earlier_addresses_it_begins_with_the_scheme(qtbot: QtBot) -> None:
    made = ConnectForm(themes.DARK)
    qtbot.addWidget(made)
    assert made._address.currentText() == "opc.tcp://"


@pytest.mark.clause("L3")
def test_every_control_has_a_name(form: ConnectForm) -> None:
    inner = form._address.lineEdit()
    controls = [w for w in form.findChildren(QWidget) if isinstance(w, QLineEdit | QPushButton) and w is not inner]
    controls += [form._address, form._security, form._login, form._plain, form._restart]
    assert all(control.accessibleName() for control in controls)
