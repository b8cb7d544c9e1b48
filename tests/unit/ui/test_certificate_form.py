"""The question whether to trust a server's certificate."""

from __future__ import annotations

import datetime

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.values import Fault
from ui import theme as themes
from ui.forms.certificate import CertificateForm, grouped

DETAILS = {
    "endpoint": "opc.tcp://plant:4840",
    "subject": "CN=Plant <b>server</b>",
    "issuer": "CN=Example CA",
    "not_before": "2025-01-01T00:00:00+00:00",
    "not_after": "2027-01-01T00:00:00+00:00",
    "fingerprint": "ab12" * 16,
}


def _form(qtbot: QtBot, code: str = "CertificateNotTrusted", year: int = 2026, **more: str) -> CertificateForm:
    now = datetime.datetime(year, 6, 1, tzinfo=datetime.UTC)
    made = CertificateForm(Fault(code, "", {**DETAILS, **more}), themes.LIGHT, now=now)
    qtbot.addWidget(made)
    made.show()
    return made


def _texts(form: CertificateForm) -> dict[str, str]:
    return {label.accessibleName(): label.text() for label in form.findChildren(QLabel) if label.accessibleName()}


def test_it_shows_what_one_has_to_compare(qtbot: QtBot) -> None:
    texts = _texts(_form(qtbot))
    assert texts["Server"] == "opc.tcp://plant:4840"
    assert texts["Issued to"] == "CN=Plant <b>server</b>"
    assert texts["Issued by"] == "CN=Example CA"
    assert texts["Valid"] == "2025-01-01 to 2027-01-01"
    assert texts["SHA-256"].replace(" ", "").replace("\n", "").lower() == DETAILS["fingerprint"]
    assert "Trusted so far" not in texts
    assert "not trusted yet" in texts["What to do"]


def test_what_a_certificate_says_is_no_markup(qtbot: QtBot) -> None:
    form = _form(qtbot)
    for label in form.findChildren(QLabel):
        assert label.textFormat() is Qt.TextFormat.PlainText or "<" not in label.text()


def test_not_to_connect_is_what_enter_and_escape_do(qtbot: QtBot) -> None:
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Escape):
        form = _form(qtbot)
        QTest.keyClick(form, key)
        assert not form.isVisible()
        assert form.result() == 0
    form = _form(qtbot)
    form._trust.click()
    assert form.result() == 1


def test_a_changed_certificate_warns_shows_both_and_wants_a_second_step(qtbot: QtBot) -> None:
    form = _form(qtbot, "CertificateChanged", trusted=f"{'cd34' * 16}, {'ef56' * 16}")
    texts = _texts(form)
    assert "ANOTHER certificate" in texts["What to do"]
    assert texts["Trusted so far"] == grouped("cd34" * 16)
    assert texts["and"] == grouped("ef56" * 16)
    assert not form._trust.isEnabled()
    form._trust.click()
    assert form.isVisible()
    form._sure.click()
    form._trust.click()
    assert form.result() == 1


@pytest.mark.clause("L1")
@pytest.mark.parametrize(("year", "words"), [(2024, "NOT VALID YET"), (2026, ""), (2028, "EXPIRED")])
def test_a_certificate_out_of_its_time_says_so(qtbot: QtBot, year: int, words: str) -> None:
    text = _texts(_form(qtbot, year=year))["Valid"]
    assert text.endswith(words)
    assert ("—" in text) == bool(words)


def test_a_certificate_that_issued_itself_is_told(qtbot: QtBot) -> None:
    assert _texts(_form(qtbot, issuer=DETAILS["subject"]))["Issued by"].endswith("(by itself)")


def test_it_can_be_shown_without_any_details(qtbot: QtBot) -> None:
    made = CertificateForm(Fault("CertificateNotTrusted", ""), themes.DARK)
    qtbot.addWidget(made)
    assert made._trust.isEnabled()


def test_a_fingerprint_is_read_out_in_groups() -> None:
    assert grouped("00112233445566778899") == "0011 2233 4455\n6677 8899"
    assert grouped("") == ""
