"""The trend: live until a hand moves it, honest about what it does not know."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.batch import EventBatch, Sample
from app.events.notices import Notice, NoticeKind, Severity
from app.values import Value
from ui import theme as themes
from ui.feed import FeedFrame
from ui.plots import pen_model as t
from ui.plots.axes import GUTTER
from ui.plots.trend import TrendView
from ui.tagref import TagRef

S = 1_000_000_000
T0 = 1_700_000_000 * S


class Trend(TrendView):
    """With a clock that a test turns, and what a test looks at."""

    def __init__(self) -> None:
        self.now = T0
        super().__init__(themes.LIGHT, lambda: self.now)
        self.stop()  # no timer: tests redraw

    def feed(self, key: int, *rows: tuple[float, Value], quality: int = 192, session: str = "s") -> None:
        times = array("q", [T0 + round(second * S) for second, _ in rows])
        keys, values = array("Q", [key]) * len(rows), [value for _, value in rows]
        self.apply(FeedFrame([(session, EventBatch(1, keys, values, [quality] * len(rows), times, times))], []))

    def tell(self, kind: NoticeKind, session: str = "s", second: float = 0, **details: str) -> None:
        notice = Notice(kind, Severity.WARNING, T0 + round(second * S), "", details)
        self.apply(FeedFrame([], [(session, notice)]))

    def at(self, second: float) -> None:
        self.now = T0 + round(second * S)
        self.redraw()

    def cell(self, row: int, column: int) -> str:
        return str(self.table.data(self.table.index(row, column)))

    def line(self, row: int, name: str = "line") -> tuple[list[float], list[float]]:
        drawing = self._pens[row].curve.drawing
        if drawing is None:
            return [], []
        x, y = {
            "line": (drawing.x, drawing.y),
            "dashes": (drawing.x[drawing.uncertain > 0], drawing.y[drawing.uncertain > 0]),
            "hold": (drawing.hold_x, drawing.hold_y),
            "ends": (drawing.ends_x, drawing.ends_y),
        }[name]
        return np.round(x - T0 / S, 3).tolist(), y.tolist()

    @property
    def table(self) -> t.PenModel:
        return self._table.pens_model

    def check(self, row: int, column: int, on: bool) -> None:
        state = Qt.CheckState.Checked if on else Qt.CheckState.Unchecked
        self.table.setData(self.table.index(row, column), state, Qt.ItemDataRole.CheckStateRole)

    @property
    def words(self) -> str:
        return self.bar.state.text()

    @property
    def vertical(self) -> dict[str, tuple[float, float]]:
        return self._axes.ranges()

    def middle(self) -> QPoint:
        return self.plot.mapFromScene(self.plot.view.sceneBoundingRect().center())

    def over_axis(self, unit: str) -> QPoint:
        axis = self._axes[unit].axis  # its bounding rectangle has the grid in it
        return self.plot.mapFromScene(axis.mapRectToScene(QRectF(QPointF(), axis.size())).center())


@pytest.fixture
def trend(qtbot: QtBot, qapp: QApplication) -> Iterator[Trend]:
    made = Trend()
    qtbot.addWidget(made)
    made.resize(900, 600)
    made.show()
    qapp.processEvents()
    made.add_pen("s", 1, "Tank.Level", "Plant", "%")
    yield made
    made.close()


def _wheel(trend: Trend, where: QPoint, notches: int = 2) -> None:
    viewport = trend.plot.viewport()
    event = QWheelEvent(
        QPointF(where),
        QPointF(viewport.mapToGlobal(where)),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(viewport, event)
    QApplication.processEvents()


def _drag(trend: Trend, start: QPoint, stop: QPoint, shift: bool = False) -> None:
    viewport = trend.plot.viewport()
    held = Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton

    def send(kind: QEvent.Type, where: QPoint, button: Qt.MouseButton, down: Qt.MouseButton) -> None:
        point = QPointF(where)
        QApplication.sendEvent(
            viewport, QMouseEvent(kind, point, QPointF(viewport.mapToGlobal(where)), button, down, held)
        )

    send(QEvent.Type.MouseMove, start, none, none)
    send(QEvent.Type.MouseButtonPress, start, left, left)
    for step in range(1, 6):
        QTest.qWait(15)  # the scene takes no more than so many moves a second
        send(QEvent.Type.MouseMove, start + (stop - start) * step / 5, none, left)
    send(QEvent.Type.MouseButtonRelease, stop, left, none)
    QApplication.processEvents()


def _ramp(trend: Trend, key: int = 1, count: int = 50, scale: float = 1.0) -> None:
    trend.feed(key, *[(float(second), second * scale) for second in range(count)])


# ---- live and paused


@pytest.mark.clause("T1")
def test_it_opens_live_and_moves_along(trend: Trend) -> None:
    trend.at(10)
    assert "Live" in trend.words
    start, stop = trend.visible_range()
    trend.at(20)
    assert trend.visible_range() == (pytest.approx(start + 10), pytest.approx(stop + 10))
    assert not trend.paused


@pytest.mark.clause("T1", "T9")
def test_a_hand_pauses_it_collection_goes_on_and_live_comes_back(trend: Trend) -> None:
    _ramp(trend)
    trend.at(50)
    _wheel(trend, trend.middle())
    assert trend.paused
    held = trend.visible_range()
    trend.feed(1, (51, 1.0), (52, 2.0))
    trend.at(60)
    assert trend.visible_range() == held
    assert "Paused" in trend.words
    assert "2 new samples" in trend.words
    assert len(trend.pens()[0].samples) == 52
    trend.go_live()
    assert "Live" in trend.words
    assert trend.new_samples == 0
    assert trend.visible_range()[1] == pytest.approx(T0 / S + 60, abs=1)


@pytest.mark.clause("T1", "T3")
def test_the_cursor_pauses_it_too_and_space_turns_it_back(trend: Trend) -> None:
    trend.bar.cursors[0].setChecked(True)
    assert trend.paused
    trend.toggle()
    assert not trend.paused
    trend.toggle()
    assert trend.paused


@pytest.mark.clause("T9")
def test_it_collects_while_it_is_hidden_and_draws_when_it_is_shown(trend: Trend, qapp: QApplication) -> None:
    trend.at(10)
    trend.hide()
    _ramp(trend)
    trend.at(50)
    assert trend.line(0) == ([], [])
    trend.show()
    qapp.processEvents()
    trend._tick()
    assert len(trend.line(0)[0]) == 100


def test_a_long_span_is_not_redrawn_for_less_than_a_pixel(trend: Trend) -> None:
    trend.set_span(8 * 3600)
    trend.at(10)
    before = trend.visible_range()
    trend.now = T0 + round(10.5 * S)
    trend._tick()
    assert trend.visible_range() == before
    trend.now = T0 + round(11.5 * S)
    trend._tick()
    assert trend.visible_range() != before


@pytest.mark.clause("W4")
def test_the_slower_it_draws_the_less_often(trend: Trend) -> None:
    trend.at(10)
    before = trend.visible_range()
    trend._redraw_s, trend.plot.painted_s = 0.05, 0.1
    trend.now = T0 + round(10.5 * S)
    trend._tick()
    assert trend.visible_range() == before
    trend.now = T0 + round(10.7 * S)
    trend._tick()
    assert trend.visible_range() != before
    assert trend._redraw_s < 0.05


# ---- by hand


@pytest.mark.clause("T2")
def test_the_wheel_zooms_all_axes_at_the_pointer(trend: Trend) -> None:
    trend.add_pen("s", 2, "Temperature", "Plant", "°C")
    _ramp(trend)
    _ramp(trend, 2, scale=100)
    trend.at(50)
    times, before = trend.visible_range(), trend.vertical
    _wheel(trend, trend.middle())
    start, stop = trend.visible_range()
    assert times[0] < start < stop < times[1]
    assert (start + stop) / 2 == pytest.approx(sum(times) / 2, abs=0.5)
    for unit, (low, high) in trend.vertical.items():
        share = (high - low) / (before[unit][1] - before[unit][0])
        assert 0.3 < share < 0.9
        assert share == pytest.approx((stop - start) / (times[1] - times[0]), rel=0.01)


@pytest.mark.clause("T2")
@pytest.mark.parametrize("unit", ["%", "°C"])
def test_over_an_axis_wheel_and_drag_do_that_axis_alone(trend: Trend, unit: str) -> None:
    trend.add_pen("s", 2, "Temperature", "Plant", "°C")
    _ramp(trend)
    _ramp(trend, 2, scale=100)
    trend.at(50)
    times, before = trend.visible_range(), trend.vertical
    other = "°C" if unit == "%" else "%"
    _wheel(trend, trend.over_axis(unit))
    zoomed = trend.vertical
    assert zoomed[unit][1] - zoomed[unit][0] < before[unit][1] - before[unit][0]
    where = trend.over_axis(unit)
    _drag(trend, where, where + QPoint(0, 60))
    panned = trend.vertical
    assert panned[unit][0] > zoomed[unit][0]
    assert panned[unit][1] - panned[unit][0] == pytest.approx(zoomed[unit][1] - zoomed[unit][0])
    assert panned[other] == before[other]
    assert trend.visible_range() == times
    assert trend.paused


@pytest.mark.clause("T2")
def test_a_drag_is_a_rectangle_that_is_zoomed_to(trend: Trend) -> None:
    _ramp(trend)
    trend.at(50)
    times, (low, high) = trend.visible_range(), trend.vertical["%"]
    middle = trend.middle()
    _drag(trend, middle - QPoint(80, 60), middle + QPoint(80, 60))
    start, stop = trend.visible_range()
    assert times[0] < start < stop < times[1]
    after = trend.vertical["%"]
    assert low < after[0] < after[1] < high


@pytest.mark.clause("T2")
def test_a_flat_drag_zooms_the_time_alone_and_a_twitch_nothing(trend: Trend) -> None:
    _ramp(trend)
    trend.at(50)
    times, vertical = trend.visible_range(), trend.vertical
    middle = trend.middle()
    _drag(trend, middle, middle + QPoint(3, 3))
    assert trend.visible_range() == times
    _drag(trend, middle - QPoint(80, 0), middle + QPoint(80, 2))
    assert trend.visible_range() != times
    assert trend.vertical["%"] == pytest.approx(vertical["%"])


@pytest.mark.clause("T2")
def test_shift_and_drag_pan(trend: Trend) -> None:
    _ramp(trend)
    trend.at(50)
    start, stop = trend.visible_range()
    middle = trend.middle()
    _drag(trend, middle, middle + QPoint(100, 0), shift=True)
    moved_start, moved_stop = trend.visible_range()
    assert moved_start < start
    assert moved_stop - moved_start == pytest.approx(stop - start)


@pytest.mark.clause("T2")
def test_a_double_click_shows_everything_that_is_held(trend: Trend) -> None:
    trend.feed(1, (-4000, -70.0), (0, 5.0), (49, 80.0))
    trend.at(50)
    trend.pause()
    QTest.mouseDClick(trend.plot.viewport(), Qt.MouseButton.LeftButton, pos=trend.middle())
    start, stop = trend.visible_range()
    low, high = trend.vertical["%"]
    assert start < T0 / S - 4000 < T0 / S + 49 < stop
    assert low < -70 < 80 < high
    assert trend.paused


@pytest.mark.clause("T2")
def test_zooms_are_walked_back_to_live_and_forward_again(trend: Trend) -> None:
    _ramp(trend)
    trend.at(50)
    looks = [trend.visible_range()]
    for second in (51, 52):
        trend.now = T0 + second * S
        _wheel(trend, trend.middle(), 1)
        looks.append(trend.visible_range())
    assert not trend.bar.forward.isEnabled()
    trend.bar.back.click()
    assert trend.visible_range() == pytest.approx(looks[1])
    assert trend.paused
    trend.bar.back.click()
    assert not trend.paused
    assert not trend.bar.back.isEnabled()
    trend.bar.forward.click()
    trend.bar.forward.click()
    assert trend.visible_range() == pytest.approx(looks[2])
    assert trend.paused


@pytest.mark.clause("T2")
def test_one_turn_of_the_wheel_is_one_step_back(trend: Trend) -> None:
    _ramp(trend)
    trend.at(50)
    for _ in range(5):
        trend.now += S // 10
        _wheel(trend, trend.middle(), 1)
    trend.zoom_back()
    assert not trend.paused


# ---- lines


@pytest.mark.clause("T4")
def test_values_step_unless_a_pen_is_told_otherwise(trend: Trend) -> None:
    trend.feed(1, (0, 1.0), (1, 3.0))
    trend.at(2)
    assert trend.line(0) == ([0, 1, 1, 1], [1, 1, 3, 3])
    trend.check(0, t.STEP, False)
    trend.at(2)
    assert trend.line(0) == ([0, 1], [1, 3])


@pytest.mark.clause("T4")
@pytest.mark.parametrize(("words", "value"), [(("Stopped", "Running"), 1), ((), True)])
def test_states_always_step(trend: Trend, words: Sequence[str], value: Value) -> None:
    trend.add_pen("s", 5, "Pump.State", "Plant", enumeration=words)
    trend.feed(5, (0, value))
    trend.at(1)
    cell = trend.table.index(1, t.STEP)
    assert not trend.table.flags(cell) & Qt.ItemFlag.ItemIsEnabled
    trend.pens()[1].step = False
    trend.at(2)
    assert trend.pens()[1].stepping
    assert trend.table.data(cell, Qt.ItemDataRole.CheckStateRole) is Qt.CheckState.Checked
    assert trend.line(1, "hold")[1] == [1, 1]


@pytest.mark.clause("T5")
@pytest.mark.parametrize(
    ("kind", "details"),
    [
        (NoticeKind.SOURCE_LOST, {}),
        (NoticeKind.FAULT, {}),
        (NoticeKind.STATE, {"old": "Ready", "new": "Closing"}),
        (NoticeKind.STATE, {"old": "Ready", "new": "Faulted"}),
    ],
)
def test_a_session_without_its_source_ends_its_lines_and_only_its(
    trend: Trend, kind: NoticeKind, details: dict[str, str]
) -> None:
    trend.add_pen("other", 1, "Tank.Level", "Other plant", "%")
    trend.feed(1, (0, 1.0), (5, 2.0))
    trend.feed(1, (0, 1.0), (5, 2.0), session="other")
    trend.at(8)
    assert trend.line(0, "hold") == ([5, 8], [2, 2])
    trend.tell(kind, second=9, **details)
    trend.at(20)
    assert trend.line(0, "hold") == ([], [])
    assert trend.line(0, "ends") == ([9], [2])
    assert max(trend.line(0)[0]) == 9
    assert trend.line(1, "hold") == ([5, 20], [2, 2])
    assert "no source" in trend.cell(0, t.QUALITY)
    assert "✕" in trend.cell(0, t.VALUE)
    assert trend.cell(1, t.QUALITY) == "good (192)"


@pytest.mark.clause("T5")
@pytest.mark.parametrize(
    ("kind", "details"), [(NoticeKind.SOURCE_BACK, {}), (NoticeKind.WORKER_RESTART, {"restored": "5", "items": "5"})]
)
def test_with_the_source_back_a_line_begins_anew_after_its_gap(
    trend: Trend, kind: NoticeKind, details: dict[str, str]
) -> None:
    trend.feed(1, (0, 1.0))
    trend.tell(NoticeKind.SOURCE_LOST, second=5)
    trend.tell(NoticeKind.WORKER_RESTART, second=6, attempt="1")
    trend.at(7)
    assert "no source" in trend.cell(0, t.QUALITY)
    trend.tell(kind, second=10, **details)
    trend.at(12)
    assert trend.line(0, "hold") == ([], [])  # nothing is known before its first value
    trend.feed(1, (13, 1.0))
    trend.at(15)
    assert trend.line(0, "hold") == ([13, 15], [1, 1])
    assert trend.cell(0, t.QUALITY) == "good (192)"


@pytest.mark.clause("T5")
def test_missing_events_leave_a_gap_before_what_came_with_the_news(trend: Trend) -> None:
    trend.feed(1, (0, 1.0))
    batch = EventBatch(9, array("Q", [1]), [5.0], [192], [T0 + 8 * S], [T0 + 8 * S])
    gap = Notice(NoticeKind.MIRROR_RESTARTED, Severity.WARNING, T0 + 8 * S, "", {"missed": "7"})
    trend.apply(FeedFrame([("s", batch)], [("s", gap)]))
    trend.at(10)
    assert trend.line(0, "ends") == ([0], [1])
    assert trend.line(0, "hold") == ([8, 10], [5, 5])


@pytest.mark.clause("T5")
def test_uncertain_values_are_dashed(trend: Trend) -> None:
    trend.feed(1, (0, 1.0))
    trend.feed(1, (1, 2.0), (2, 2.5), quality=64)
    trend.at(3)
    assert len(trend.line(0, "dashes")[0])
    trend.feed(1, (4, 2.0))
    trend.at(100)
    assert trend.line(0, "dashes") == ([], [])


@pytest.mark.clause("T5")
def test_time_of_which_nothing_is_held_is_hatched(trend: Trend) -> None:
    trend.feed(1, (0, 1.0))
    trend.at(10)
    ((start, stop),) = trend.plot.bands.whole
    assert start / S == pytest.approx(trend.visible_range()[0])
    assert stop == T0
    trend.at(1000)
    assert not trend.plot.bands.whole


@pytest.mark.clause("T6")
def test_it_says_of_how_many_samples_it_is_drawn(trend: Trend) -> None:
    trend.feed(1, *[(second / 1000, float(second % 7)) for second in range(9000)])
    trend.at(10)
    assert trend.bar.drawn.text() == "drawn from 9,000 samples, peaks kept"
    assert len(trend.line(0)[0]) <= 4000
    trend.feed(1, (200, 1.0), (201, 1.0))
    trend.at(202)
    assert "peaks" not in trend.bar.drawn.text()


# ---- axes


@pytest.mark.clause("T7", "T8")
def test_pens_of_one_unit_share_an_axis_and_every_axis_has_the_same_width(trend: Trend, qapp: QApplication) -> None:
    for key, unit in ((2, "°C"), (3, "%"), (4, "°C"), (5, "m³/h")):
        trend.add_pen("s", key, f"tag {key}", "Plant", unit)
    assert trend._axes.names() == ["%", "°C", "m³/h"]
    _ramp(trend, 4, scale=1e9)
    trend.at(50)
    qapp.processEvents()
    assert [axis.axis.width() for axis in trend._axes] == [GUTTER] * 3
    assert trend._axes["°C"].view is not trend._axes["%"].view
    assert trend.pens()[1].curve.getViewBox() is trend.pens()[3].curve.getViewBox()


@pytest.mark.clause("T7")
def test_an_axis_goes_with_its_last_pen_and_its_place_is_taken_again(trend: Trend, qapp: QApplication) -> None:
    items = len(trend.plot.scene().items())
    for _ in range(3):
        trend.add_pen("s", 2, "Temperature", "Plant", "°C")
        trend.add_pen("s", 3, "Flow", "Plant", "m³/h")
        trend.remove_pen("s", 2)
        trend.add_pen("s", 4, "Speed", "Plant", "rpm")
        trend.remove_pen("s", 1)
        assert trend._axes.names() == ["m³/h", "rpm"]
        trend.add_pen("s", 1, "Tank.Level", "Plant", "%")
        assert trend._axes["%"].column == 0
        trend.remove_pen("s", 3)
        trend.remove_pen("s", 4)
        trend.at(5)
        qapp.processEvents()
    assert trend._axes.names() == ["%"]
    assert len(trend.plot.scene().items()) == items


def test_a_live_axis_fits_what_is_seen_and_does_not_breathe(trend: Trend) -> None:
    trend.feed(1, (0, 10.0), (1, 20.0))
    trend.at(2)
    fitted = trend.vertical["%"]
    trend.feed(1, (2, 19.5))
    trend.at(3)
    assert trend.vertical["%"] == fitted
    trend.feed(1, (3, 90.0))
    trend.at(4)
    assert trend.vertical["%"][1] > 90


# ---- table


@pytest.mark.clause("T3")
def test_the_cursor_tells_the_last_sample_before_it_with_time_and_worth(trend: Trend) -> None:
    trend.set_utc(True)
    trend.feed(1, (10, 1.0))
    trend.feed(1, (20, 2.0), quality=64)
    trend.feed(1, (30, 3.0))
    trend.at(40)
    trend.bar.cursors[0].setChecked(True)
    trend._cursors.lines[0].setPos(T0 / S + 29.999)
    assert trend.cell(0, t.AT_A) == "2.0 ? at 22:13:40.000"
    trend._cursors.lines[0].setPos(T0 / S + 5)
    assert trend.cell(0, t.AT_A) == ""
    trend.bar.cursors[0].setChecked(False)
    assert trend.cell(0, t.AT_A) == ""


@pytest.mark.clause("T1", "W2", "W5")
def test_the_table_shows_the_value_as_it_came_whatever_its_type(trend: Trend) -> None:
    trend.add_pen("s", 2, "Pump.State", "Plant", enumeration=("Stopped", "Running"))
    trend.feed(1, (0, 9_007_199_254_740_993))
    trend.feed(2, (0, 1))
    trend.at(1)
    assert trend.cell(0, t.VALUE) == "9007199254740993"
    assert trend.cell(1, t.VALUE) == "Running (1)"
    trend.feed(1, (2, "overflow"))
    trend.feed(2, (2, 1), quality=24)
    trend.at(3)
    assert trend.cell(0, t.VALUE) == "overflow"
    assert trend.cell(1, t.VALUE) == "Running (1) ✕"
    assert trend.cell(1, t.QUALITY) == "bad: communication failure (24)"
    brush = trend.table.data(trend.table.index(1, t.VALUE), Qt.ItemDataRole.ForegroundRole)
    assert brush.color().name() == themes.LIGHT.muted


@pytest.mark.clause("W7")
def test_a_pen_says_which_session_it_belongs_to_and_starts_with_the_latest_value(trend: Trend) -> None:
    trend.add_pen("two", 1, "Tank.Level", "Other plant", "%", latest=Sample(7.5, 192, T0, T0))
    assert (trend.cell(1, t.PEN), trend.cell(1, t.SESSION), trend.cell(1, t.VALUE)) == (
        "Tank.Level",
        "Other plant",
        "7.5",
    )
    trend.add_pen("two", 1, "Tank.Level", "Other plant", "%")
    assert len(trend.pens()) == 2
    assert trend.has_line(TagRef("Other plant", "Tank.Level"))


def test_delete_removes_the_chosen_pens(trend: Trend) -> None:
    for key in (2, 3):
        trend.add_pen("s", key, f"tag {key}", "Plant", "%")
    trend._table.selectRow(1)
    QTest.keyClick(trend._table, Qt.Key.Key_Delete)
    assert [pen.key for pen in trend.pens()] == [1, 3]
    assert not trend.has_line(TagRef("Plant", "tag 2"))
    trend.feed(2, (0, 1.0))


@pytest.mark.clause("L1", "L2")
def test_pens_have_colours_of_their_own_and_keep_them_in_another_theme(trend: Trend) -> None:
    for key in range(2, 6):
        trend.add_pen("s", key, f"tag {key}", "Plant", "%")
    assert [pen.colour for pen in trend.pens()] == list(themes.LIGHT.pens[:5])
    trend.remove_pen("s", 2)
    trend.set_theme(themes.DARK)
    assert [pen.colour for pen in trend.pens()] == [themes.DARK.pens[i] for i in (0, 2, 3, 4)]
    trend.add_pen("s", 9, "new", "Plant", "%")
    assert trend.pens()[-1].colour == themes.DARK.pens[1]


@pytest.mark.clause("Z1")
def test_the_time_axis_says_its_zone(trend: Trend) -> None:
    trend.set_utc(True)
    assert "UTC)" in trend.plot.time_axis.labelText
    assert trend.plot.time_axis.utcOffset == 0
    trend.set_utc(False)
    assert "UTC" in trend.plot.time_axis.labelText


def test_a_click_moves_the_cursor(trend: Trend) -> None:
    trend.bar.cursors[0].setChecked(True)
    before = trend._cursors.lines[0].value()
    QTest.mouseClick(trend.plot.viewport(), Qt.MouseButton.LeftButton, pos=trend.middle() + QPoint(120, 0))
    assert trend._cursors.lines[0].value() > before


@pytest.mark.clause("L3")
def test_everything_that_can_be_operated_has_a_name(trend: Trend) -> None:
    bar = trend.bar
    for widget in (bar.span, bar.live, bar.back, bar.forward, *bar.cursors, bar.link, bar.more, trend._table):
        assert widget.accessibleName()
