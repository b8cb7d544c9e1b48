"""The trend: live until a hand moves it, honest about what it does not know."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QMouseEvent, QWheelEvent
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
from ui.plots.canvas import Canvas
from ui.plots.marks import Mark, MarkKind, Note
from ui.plots.pens import Style
from ui.plots.trend import TrendView
from ui.tagref import TagRef, from_mime, to_mime

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
    QTest.mouseRelease(trend.plot.viewport(), Qt.MouseButton.LeftButton, pos=trend.middle())
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
def test_units_that_are_known_only_later_leave_the_left_axis_in_use(trend: Trend) -> None:
    trend.remove_pen("s", 1)
    pens = [trend.add_ref(TagRef("Plant", f"late {key}")) for key in (2, 3, 4)]
    assert trend._axes.names() == [""]
    for key, pen, unit in zip((2, 3, 4), pens, ("%", "°C", "%"), strict=True):
        assert pen is not None
        trend.collector.bind(pen.line, "s", key, unit)
        trend.line_changed(pen.line)
    assert trend._axes["%"].column == 0
    assert trend._axes["°C"].column > 0
    assert pens[0] is not None
    assert pens[2] is not None
    assert pens[0].curve.getViewBox() is pens[2].curve.getViewBox() is trend._axes["%"].view


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


@pytest.mark.clause("L2")
def test_its_plot_gives_way_where_the_screen_is_small(trend: Trend) -> None:
    assert trend.findChildren(Canvas)
    assert all(canvas.minimumHeight() <= 50 for canvas in trend.findChildren(Canvas))


# ---- two cursors


@pytest.mark.clause("T3")
def test_two_cursors_tell_what_lies_between_them(trend: Trend) -> None:
    trend.set_utc(True)
    trend.feed(1, (10, 1.0), (20, 3.0))
    trend.feed(1, (30, 2.0), quality=64)
    trend.at(50)
    assert trend._table.isColumnHidden(t.MEAN)
    trend.set_cursor(0, True, T0 + 15 * S)
    trend.set_cursor(1, True, T0 + 35 * S)
    assert not trend._table.isColumnHidden(t.AT_A)
    assert (trend.cell(0, t.AT_A), trend.cell(0, t.AT_B)) == ("1.0 at 22:13:30.000", "2.0 ? at 22:13:50.000")
    assert (trend.cell(0, t.DELTA), trend.cell(0, t.SLOPE)) == ("1.0", "0.05")
    assert (trend.cell(0, t.LOW), trend.cell(0, t.HIGH)) == ("1.0", "3.0")
    assert trend.cell(0, t.MEAN) == "2.25"  # 5 s of 1, 10 s of 3, 5 s of 2
    assert trend.bar.between.text() == "Δt 00:00:20"
    assert "A 2023-11-14 22:13:35.000" in trend.bar.between.toolTip()
    trend.set_cursor(1, False)
    assert trend.cell(0, t.MEAN) == ""
    assert trend._table.isColumnHidden(t.MEAN)


@pytest.mark.clause("T3")
def test_what_stands_still_has_no_slope_whichever_cursor_is_first(trend: Trend) -> None:
    trend.feed(1, (10, 1.0), (20, 1.0))
    trend.at(50)
    trend.set_cursor(0, True, T0 + 35 * S)
    trend.set_cursor(1, True, T0 + 15 * S)
    assert (trend.cell(0, t.DELTA), trend.cell(0, t.SLOPE)) == ("0.0", "0")


@pytest.mark.clause("T3")
def test_a_mean_that_does_not_stand_on_all_of_the_time_says_so(trend: Trend) -> None:
    trend.feed(1, (10, 1.0), (20, 3.0))
    trend.at(50)
    trend.set_cursor(0, True, T0)
    trend.set_cursor(1, True, T0 + 20 * S)
    assert trend.cell(0, t.MEAN) == "≈ 1"
    tip = trend.table.data(trend.table.index(0, t.MEAN), Qt.ItemDataRole.ToolTipRole)
    assert "nothing is known" in tip


@pytest.mark.clause("T3", "L3")
def test_keys_move_the_cursor_that_was_used_last_and_without_one_the_time(trend: Trend) -> None:
    _ramp(trend)
    trend.at(50)
    trend.plot.setFocus()
    start, _ = trend.visible_range()
    QTest.keyClick(trend.plot, Qt.Key.Key_Left)
    assert trend.visible_range()[0] < start
    assert trend.paused
    width = trend.visible_range()[1] - trend.visible_range()[0]
    QTest.keyClick(trend.plot, Qt.Key.Key_Plus)
    assert trend.visible_range()[1] - trend.visible_range()[0] == pytest.approx(width / 2)
    trend.set_cursor(0, True, T0 + 20 * S)
    trend.set_cursor(1, True, T0 + 30 * S)
    before = trend.cursors()
    QTest.keyClick(trend.plot, Qt.Key.Key_Right)
    QTest.keyClick(trend.plot, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    a, b = trend.cursors()
    assert a == before[0]
    assert b is not None
    assert before[1] is not None
    assert (b - before[1]) / S == pytest.approx(11 * trend.plot.pixel_s(), rel=0.01)


@pytest.mark.clause("T3")
def test_a_click_with_control_moves_b(trend: Trend) -> None:
    _ramp(trend)
    trend.at(50)
    trend.set_cursor(0, True, T0 + 10 * S)
    trend.set_cursor(1, True, T0 + 10 * S)
    held, left = Qt.KeyboardModifier.ControlModifier, Qt.MouseButton.LeftButton
    QTest.mouseClick(trend.plot.viewport(), left, held, trend.middle() + QPoint(50, 0))
    a, b = trend.cursors()
    assert a == T0 + 10 * S
    assert b is not None
    assert b > a


@pytest.mark.clause("T3")
def test_the_table_is_copied_as_it_is_shown(trend: Trend) -> None:
    trend.set_utc(True)
    trend.add_pen("s", 2, "Temperature", "Plant", "°C")
    trend.feed(1, (10, 1.0), (20, 3.0))
    trend.at(50)
    trend.resize(1600, 600)
    trend.set_cursor(0, True, T0 + 15 * S)
    trend.set_cursor(1, True, T0 + 25 * S)
    QTest.keyClick(trend._table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = [line.split("\t") for line in QApplication.clipboard().text().splitlines()]
    assert [line[0] for line in lines] == ["Pen", "Tank.Level", "Temperature"]
    row = dict(zip(lines[0], lines[1], strict=True))
    assert row["At A"] == "1.0 at 22:13:30.000"
    assert (row["Unit"], row["B − A"], row["Mean"]) == ("%", "2.0", "2")
    trend._table.selectRow(1)
    trend._table.copy()
    assert [line.split("\t")[0] for line in QApplication.clipboard().text().splitlines()] == ["Pen", "Temperature"]


# ---- marks, notes and what is not held


@pytest.mark.clause("T10", "T12")
def test_marks_of_its_tags_and_sources_stand_on_the_time_line(trend: Trend) -> None:
    _ramp(trend)
    told = (
        Mark(T0 + 5 * S, MarkKind.WRITE, "write accepted", "Plant", "Tank.Level"),
        Mark(T0 + 6 * S, MarkKind.WRITE, "not mine", "Plant", "Other"),
        Mark(T0 + 7 * S, MarkKind.LOST, "source lost", "Plant"),
        Mark(T0 + 8 * S, MarkKind.LOST, "not mine", "Elsewhere"),
        Mark(T0 + 9 * S, MarkKind.ALARM, "HH", "Plant", "Tank.Level"),
    )
    for mark in told:
        trend.collector.mark(mark)
    trend.set_notes([Note(T0 + 8 * S, "opened the valve")])
    trend.at(50)
    words = [mark.text for mark in trend.plot.lane.marks()]
    assert words == ["write accepted", "source lost", "opened the valve", "HH"]
    trend.at(1000)
    assert not trend.plot.lane.marks()


@pytest.mark.clause("T10")
def test_the_pointer_on_a_mark_tells_its_words(trend: Trend) -> None:
    trend.set_utc(True)
    _ramp(trend)
    trend.collector.mark(Mark(T0 + 25 * S, MarkKind.WRITE, "write accepted", "Plant", "Tank.Level"))
    trend.at(50)
    scene = trend.plot.view.mapViewToScene(QPointF(T0 / S + 25, 0))
    place = trend.plot.mapFromScene(QPointF(scene.x(), trend.plot.area().top() + 5))
    assert trend.plot._words_at(place) == "22:13:45.000  Tank.Level: write accepted"
    assert trend.plot._words_at(place + QPoint(60, 0)) == ""


@pytest.mark.clause("T10", "L3")
def test_marks_are_walked_by_keys_and_told(trend: Trend) -> None:
    _ramp(trend)
    said: list[str] = []
    trend.told.connect(said.append)
    for second in (-500, 10, 30):
        trend.collector.mark(Mark(T0 + second * S, MarkKind.WRITE, f"write {second}", "Plant", "Tank.Level"))
    trend.at(50)
    trend.set_cursor(0, True, T0 + 20 * S)
    trend._walk_marks(1)
    assert trend.cursors()[0] == T0 + 30 * S
    assert "write 30" in said[-1]
    trend._walk_marks(1)
    assert said[-1].startswith("No further mark")
    trend._walk_marks(-1)
    trend._walk_marks(-1)
    assert trend.cursors()[0] == T0 - 500 * S
    start, stop = trend.visible_range()
    assert start < T0 / S - 500 < stop


@pytest.mark.clause("T12")
def test_a_note_is_asked_for_found_and_replaced(trend: Trend) -> None:
    _ramp(trend)
    trend.at(50)
    trend.set_notes([Note(T0 + 30 * S, "later"), Note(T0 + 10 * S, "first")])
    assert [note.text for note in trend.notes()] == ["first", "later"]
    assert trend.note_near(T0 + 30 * S + S // 5) == Note(T0 + 30 * S, "later")
    assert trend.note_near(T0 + 20 * S) is None


@pytest.mark.clause("T5")
def test_what_only_some_pens_lack_is_a_strip(trend: Trend) -> None:
    trend.add_pen("two", 2, "Flow", "Other", "m³/h")
    _ramp(trend)
    trend.feed(2, (20, 1.0), session="two")
    trend.at(50)
    assert trend.plot.bands.whole[0][1] == T0
    assert trend.plot.bands.partly == [(T0, T0 + 20 * S)]
    trend.plot.grab()


# ---- pens


@pytest.mark.clause("T4")
def test_looks_of_pens_are_changed_in_the_table(trend: Trend, qapp: QApplication) -> None:
    trend.add_pen("s", 2, "Temperature", "Plant", "°C")
    _ramp(trend)
    trend.at(50)
    trend.check(0, t.PEN, False)
    assert not trend.pens()[0].visible
    assert not trend.pens()[0].curve.isVisible()
    menu = trend._table.menu_of([0, 1])
    colours, styles, axes = (action.menu() for action in menu.actions()[:3])
    words = {action.text() for action in menu.actions()}
    assert {"Colour", "Style", "Axis", "Visible", "Copy", "Remove"} <= words
    colours.actions()[4].trigger()  # type: ignore[union-attr]
    styles.actions()[1].trigger()  # type: ignore[union-attr]
    assert {(pen.hue, pen.style) for pen in trend.pens()} == {(4, Style.THICK)}
    axes.actions()[1].trigger()  # type: ignore[union-attr]
    assert len(trend._axes.names()) == 2
    assert trend.pens()[0].own_axis
    menu.deleteLater()
    trend.add_pen("s", 3, "Other", "Plant", "%")
    assert len(trend._axes.names()) == 3


@pytest.mark.clause("T7")
def test_a_pen_whose_unit_comes_late_changes_its_axis(trend: Trend) -> None:
    pen = trend.add_ref(TagRef("Away", "Boiler.PV"))
    assert pen is not None
    assert trend._axes.names() == ["%", ""]
    trend.collector.bind(pen.line, "x", 9, "bar", decimals=1)
    trend.line_changed(pen.line)
    assert trend._axes.names() == ["%", "bar"]
    trend.feed(9, (0, 1.25), session="x")
    trend.at(1)
    assert trend.cell(1, t.VALUE) == "1.2"


@pytest.mark.clause("L3")
def test_removed_pens_come_back_with_what_came_meanwhile(trend: Trend) -> None:
    trend.add_pen("s", 2, "Temperature", "Plant", "°C")
    _ramp(trend, 2)
    trend._table.selectRow(1)
    QTest.keyClick(trend._table, Qt.Key.Key_Delete)
    assert len(trend.pens()) == 1
    trend.feed(2, (60, 7.0))
    QTest.keyClick(trend._table, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert [pen.tag for pen in trend.pens()] == ["Tank.Level", "Temperature"]
    assert len(trend.pens()[1].samples) == 51
    assert trend.pens()[1].curve.getViewBox() is not None


def test_tags_are_dropped_in_and_pens_dragged_out(trend: Trend) -> None:
    asked: list[TagRef] = []
    trend.dropped.connect(asked.extend)
    wanted = [TagRef("Plant", "a"), TagRef("Other", "b")]
    data = to_mime(wanted)
    where, action = QPointF(50, 50), Qt.DropAction.CopyAction
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(where.toPoint(), action, data, left, none)
    QApplication.sendEvent(trend, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(trend, QDropEvent(where, action, data, left, none))
    assert asked == wanted
    strange = QMimeData()
    strange.setText("a file")
    enter = QDragEnterEvent(where.toPoint(), action, strange, left, none)
    QApplication.sendEvent(trend, enter)
    assert not enter.isAccepted()
    model = trend._table.model()
    assert from_mime(model.mimeData([model.index(0, 0), model.index(0, 1)])) == [TagRef("Plant", "Tank.Level")]


# ---- time


@pytest.mark.clause("T2")
def test_spans_are_chosen_and_typed(trend: Trend) -> None:
    refused: list[str] = []
    trend.told.connect(refused.append)
    _ramp(trend)
    trend.at(50)
    line = trend.bar.span.lineEdit()
    assert line is not None
    line.setText("2 h 30 min")
    QTest.keyClick(line, Qt.Key.Key_Return)
    start, stop = trend.visible_range()
    assert stop - start == pytest.approx(9000, rel=0.02)
    assert not trend.paused
    line.setText("soon")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert "90 s" in refused[0]
    assert trend.bar.span.currentText() == "2 h 30 min"
    trend.pause()
    _, stop = trend.visible_range()
    trend.set_span(60)
    assert trend.visible_range() == (pytest.approx(stop - 60), pytest.approx(stop))
    assert trend.paused
    trend.zoom_back()
    assert trend.visible_range()[0] == pytest.approx(start)


@pytest.mark.clause("T2")
def test_a_double_click_on_an_axis_fits_that_axis(trend: Trend) -> None:
    trend.add_pen("s", 2, "Temperature", "Plant", "°C")
    _ramp(trend)
    _ramp(trend, 2, scale=100)
    trend.at(50)
    QApplication.processEvents()  # the new axis gets its place
    before = trend.vertical
    for unit in ("%", "°C"):
        _wheel(trend, trend.over_axis(unit))
    assert trend.vertical != before
    QTest.mouseDClick(trend.plot.viewport(), Qt.MouseButton.LeftButton, pos=trend.over_axis("°C"))
    QTest.mouseRelease(trend.plot.viewport(), Qt.MouseButton.LeftButton, pos=trend.over_axis("°C"))
    assert trend.vertical["°C"] == pytest.approx(before["°C"])
    assert trend.vertical["%"] != pytest.approx(before["%"])


@pytest.mark.clause("T8", "L2")
def test_the_curves_keep_half_of_a_narrow_plot(trend: Trend, qapp: QApplication) -> None:
    for key, unit in enumerate(("°C", "m³/h", "bar", "kW", "A", "V"), 2):
        trend.add_pen("s", key, f"tag {key}", "Plant", unit)
    trend.at(1)
    for width in (1500, 500):
        trend.resize(width, 500)
        qapp.processEvents()
        shown = [axis.axis.isVisible() for axis in trend._axes]
        assert trend.plot.view.width() > 0.4 * trend.plot.width()
        assert all(axis.axis.width() == (GUTTER if seen else 0) for axis, seen in zip(trend._axes, shown, strict=True))
        assert all(shown) is (width == 1500)
