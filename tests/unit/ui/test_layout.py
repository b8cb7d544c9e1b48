"""Windows come back where a screen is."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRect

from ui.layout import PRESETS, clamped, rectangle

ONE = QRect(0, 0, 1920, 1040)
TWO = QRect(1920, 0, 2560, 1400)


@pytest.mark.clause("F6")
@pytest.mark.parametrize(
    ("wanted", "screens", "found"),
    [
        (QRect(100, 100, 800, 600), [ONE], QRect(100, 100, 800, 600)),
        (QRect(2000, 100, 800, 600), [ONE, TWO], QRect(2000, 100, 800, 600)),
        (QRect(2000, 100, 800, 600), [ONE], QRect(1120, 100, 800, 600)),  # the second screen is gone
        (QRect(-5000, -5000, 800, 600), [ONE], QRect(0, 0, 800, 600)),
        (QRect(0, 0, 4000, 3000), [ONE], ONE),
        (QRect(1500, -300, 800, 600), [ONE, TWO], QRect(1120, 0, 800, 600)),  # its title would be lost
        (QRect(100, 100, 5, 5), [ONE], QRect(100, 100, 480, 320)),
        (QRect(100, 100, 800, 600), [], QRect(100, 100, 800, 600)),
    ],
)
def test_a_window_is_put_where_it_can_be_reached(wanted: QRect, screens: list[QRect], found: QRect) -> None:
    assert clamped(wanted, screens) == found


numbers = st.integers(-10_000, 10_000)


@pytest.mark.clause("F6")
@given(numbers, numbers, st.integers(1, 10_000), st.integers(1, 10_000))
def test_wherever_it_was_its_edge_can_be_got_hold_of(left: int, top: int, width: int, height: int) -> None:
    found = clamped(QRect(left, top, width, height), [ONE, TWO])
    edge = QRect(found.left(), found.top(), found.width(), 30)
    assert any(edge.intersected(screen).width() >= 120 and edge.top() >= screen.top() for screen in (ONE, TWO))
    assert clamped(found, [ONE, TWO]) == found


@pytest.mark.clause("F2")
@pytest.mark.parametrize("said", [None, "x", [1, 2, 3], [1, 2, 3, "4"], [0, 0, 0, 10], [True, 0, 5, 5], [0, 0, 1e9, 5]])
def test_what_is_no_rectangle_is_none(said: Any) -> None:
    assert rectangle(said) is None


def test_presets_size_what_they_show() -> None:
    for preset in PRESETS.values():
        assert set(preset.widths) | set(preset.heights) <= set(preset.shown)
