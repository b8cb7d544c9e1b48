"""Marks: kept in order of time, gathered where they would cover each other, told in words."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication

from ui.plots import marks as m
from ui.plots.marks import Mark, MarkKind, Marks, Note, placed, shape, tooltip


@pytest.mark.clause("T10")
def test_marks_are_found_in_order_of_time_however_they_came() -> None:
    marks = Marks()
    for time_ns in (50, 10, 30, 20, 40):
        marks.add(Mark(time_ns, MarkKind.EVENT, str(time_ns), "Plant"))
    assert [mark.time_ns for mark in marks.within(15, 40, lambda mark: mark.text != "30")] == [20, 40]


def test_the_oldest_marks_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(m, "_KEPT", 100)
    marks = Marks()
    for time_ns in range(1000):
        marks.add(Mark(time_ns, MarkKind.EVENT, "", "Plant"))
    assert len(marks) <= 100
    assert marks.within(999, 999, lambda _: True)
    assert not marks.within(0, 800, lambda _: True)


@pytest.mark.clause("T10")
def test_what_stands_in_one_place_is_one_mark_of_what_matters_most() -> None:
    kinds = (MarkKind.WRITE, MarkKind.ALARM, MarkKind.BACK, MarkKind.NOTE)
    marks = [Mark(time_ns, kind, "") for time_ns, kind in zip((0, 2, 4, 90), kinds, strict=True)]
    places = placed(marks, float)
    assert [(place.kind, len(place.marks)) for place in places] == [(MarkKind.ALARM, 3), (MarkKind.NOTE, 1)]


@pytest.mark.clause("T10")
def test_a_tooltip_has_time_tag_and_words_and_says_how_many_more_there_are() -> None:
    marks = [Mark(n, MarkKind.WRITE, f"write {n}", "Plant", "Tank.Level") for n in range(14)]
    lines = tooltip(marks, lambda ns: f"t{ns}").splitlines()
    assert lines[0] == "t0  Tank.Level: write 0"
    assert lines[-1] == "+ 4"
    assert tooltip([Mark(5, MarkKind.LOST, "gone", "Plant")], str) == "5  Plant: gone"
    assert tooltip([Note(5, "by hand").mark], str) == "5  by hand"


@pytest.mark.clause("L1", "T10")
def test_every_kind_has_a_shape_of_its_own(qapp: QApplication) -> None:
    drawn = set()
    for kind in MarkKind:
        image = QImage(24, 24, QImage.Format.Format_RGB32)
        image.fill(QColor("white"))
        painter = QPainter(image)
        painter.setPen(QColor("black"))
        painter.setBrush(QColor("black"))
        shape(painter, kind, QPointF(12, 12))
        painter.end()
        drawn.add(bytes(image.constBits()))
    assert len(drawn) == len(MarkKind)
