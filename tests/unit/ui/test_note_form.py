"""Forms of a trend: a note and a time range."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QDateTime
from pytestqt.qtbot import QtBot

from ui import theme as themes
from ui.forms.note import NoteForm, RangeForm

T0 = 1_700_000_000_123_456_789


@pytest.mark.clause("T12")
def test_a_note_needs_a_text_and_keeps_its_nanoseconds(qtbot: QtBot) -> None:
    form = NoteForm(themes.LIGHT, T0, "", utc=True)
    qtbot.addWidget(form)
    assert not form._ok.isEnabled()
    form._text.setPlainText("  opened the valve\n")
    assert form._ok.isEnabled()
    assert (form.time_ns(), form.text()) == (T0, "opened the valve")
    form._when.setDateTime(form._when.dateTime().addSecs(5))
    assert form.time_ns() == (T0 // 1_000_000 + 5000) * 1_000_000
    form._text.setPlainText("")
    assert "has a text" in form._problem.text()


def test_times_are_shown_in_utc_or_local(qtbot: QtBot) -> None:
    form = NoteForm(themes.DARK, T0, "x", utc=True)
    qtbot.addWidget(form)
    assert form._when.text() == "2023-11-14 22:13:20.123"
    local = NoteForm(themes.DARK, T0, "x", utc=False)
    qtbot.addWidget(local)
    assert local._when.text() == QDateTime.fromMSecsSinceEpoch(T0 // 10**6).toString("yyyy-MM-dd HH:mm:ss.zzz")
    assert local.time_ns() == T0


@pytest.mark.clause("T2")
def test_a_range_ends_after_it_begins(qtbot: QtBot) -> None:
    form = RangeForm(themes.LIGHT, (T0 / 1e9, T0 / 1e9 + 60), utc=True)
    qtbot.addWidget(form)
    assert form.range_s() == pytest.approx((T0 / 1e9, T0 / 1e9 + 60), abs=0.001)
    assert form._ok.isEnabled()
    form._to.setDateTime(form._from.dateTime())
    assert not form._ok.isEnabled()
    assert "before it begins" in form._problem.text()
