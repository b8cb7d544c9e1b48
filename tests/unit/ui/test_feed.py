"""The feed, the lag meter and the button idiom."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from PySide6.QtWidgets import QDialog, QPushButton

from app.errors import GatewayError
from app.events.notices import Notice, NoticeKind, Severity
from app.tasks import SystemClock
from app.values import EventKind
from tests.helpers.batches import batch, mixed
from ui import feed as feeds
from ui.bridge import act, answered, words
from ui.feed import Feed, FeedFrame
from ui.lag import LagMeter


@pytest.fixture
def feed(qtbot: Any) -> Any:
    made = Feed(SystemClock())
    yield made
    made.stop()


@pytest.mark.clause("W4")
def test_one_frame_takes_all_that_came(feed: Feed) -> None:
    frames: list[FeedFrame] = []
    feed.frame.connect(frames.append)
    notice = Notice(NoticeKind.STATE, Severity.INFO, 1, "ready")
    for first in (1, 4, 7):
        feed.publish("s", batch(first, 3))
    feed.notice("s", notice)
    feed.flush()
    feed.flush()
    (frame,) = frames
    assert [made.first_sequence for _, made in frame.batches] == [1, 4, 7]
    assert frame.notices == [("s", notice)]
    figures = feed.statistics()
    assert (figures.events, figures.frames, figures.queued, figures.peak) == (9, 1, 0, 9)


async def test_it_comes_by_itself_ten_times_a_second(feed: Feed) -> None:
    frames: list[FeedFrame] = []
    feed.frame.connect(frames.append)
    for first in range(1, 40):
        feed.publish("s", batch(first))
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.15)
    assert 2 <= len(frames) <= 8
    assert sum(len(one) for frame in frames for _, one in frame.batches) == 39


@pytest.mark.clause("W4")
def test_a_window_that_does_not_come_loses_the_oldest_and_says_so(feed: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "_LIMIT", 10)
    frames: list[FeedFrame] = []
    feed.frame.connect(frames.append)
    for number in range(6):
        feed.publish("s", batch(1 + 4 * number, 4))
    feed.flush()
    (frame,) = frames
    shown = sum(len(one) for _, one in frame.batches)
    missed = sum(int(notice.details["missed"]) for _, notice in frame.notices)
    assert shown + missed == 24
    assert missed == feed.statistics().dropped > 0
    assert "not shown" in frame.notices[0][1].message


@pytest.mark.clause("W4")
def test_notices_are_bounded_and_their_loss_is_one_line(feed: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "_NOTICE_LIMIT", 20)
    frames: list[FeedFrame] = []
    feed.frame.connect(frames.append)
    feed.notice("other", Notice(NoticeKind.STATE, Severity.INFO, 1, "closed", {"new": "Closed"}))
    for number in range(100):
        feed.notice("s", Notice(NoticeKind.SUBSCRIBER, Severity.INFO, number, f"came {number}"))
    feed.flush()
    feed.notice("s", Notice(NoticeKind.SUBSCRIBER, Severity.INFO, 100, "came 100"))
    feed.flush()
    first, second = frames
    gap = first.notices[0][1]
    shown = [notice for _, notice in first.notices if notice.kind is NoticeKind.SUBSCRIBER]
    assert len(first.notices) <= 21
    assert shown[-1].message == "came 99"
    assert gap.kind is NoticeKind.MIRROR_RESTARTED
    assert int(gap.details["missed_notices"]) + len(shown) == 100
    assert f"{100 - len(shown)} notices are not shown" in gap.message
    assert feed.statistics().dropped_notices == 100 - len(shown)
    assert any(session == "other" for session, _ in first.notices), "the last state of a session is never lost"
    assert len(second.notices) == 1, "a loss is told once"


def test_completions_are_told_at_once(feed: Feed) -> None:
    told: list[Any] = []
    stop = feed.on_completion("s", 7, told.append)
    feed.publish("s", mixed(1, (EventKind.WRITE_COMPLETE, 7, None), (EventKind.WRITE_COMPLETE, 8, None)))
    feed.publish("other", mixed(1, (EventKind.WRITE_COMPLETE, 7, None)))
    assert [event.key for event in told] == [7]
    stop()
    stop()
    feed.publish("s", mixed(3, (EventKind.WRITE_COMPLETE, 7, None)))
    assert len(told) == 1


async def test_the_lag_meter_sees_a_stall() -> None:
    import time

    meter = LagMeter()
    await asyncio.sleep(0.06)
    meter.reset()
    time.sleep(0.12)  # noqa: ASYNC251 - the stall
    await asyncio.sleep(0.05)
    assert meter.worst_s() >= 0.08
    assert max(meter.samples()) == meter.worst_s()


def test_a_stall_is_forgotten_after_a_minute() -> None:
    meter = LagMeter()
    meter.reset()
    meter.add(0.5, 100.0)
    meter.add(0.1, 130.0)
    assert meter.worst_s() == 0.5
    meter.add(0.05, 161.0)
    assert meter.worst_s() == 0.1


# ---- the button idiom


async def test_a_buttons_work_disables_it_and_refreshes(qtbot: Any) -> None:
    button = QPushButton()
    qtbot.addWidget(button)
    gate = asyncio.Event()
    done: list[str] = []
    task = act(gate.wait(), name="work", busy=button, done=lambda: done.append("refreshed"))
    await asyncio.sleep(0)
    assert not button.isEnabled()
    gate.set()
    await task
    assert button.isEnabled()
    assert done == ["refreshed"]


async def test_a_failure_is_shown_in_words(qtbot: Any) -> None:
    shown: list[str] = []

    async def fails() -> None:
        raise GatewayError("Timeout", "no reply within 3 s")

    await act(fails(), name="work", failed=shown.append)
    assert shown == ["no reply within 3 s"]
    assert words(ValueError("bad")) == "bad"
    assert words(TimeoutError()) == "TimeoutError"


async def test_a_dialog_is_awaited(qtbot: Any) -> None:
    dialog = QDialog()
    qtbot.addWidget(dialog)
    waiting = asyncio.ensure_future(answered(dialog))
    await asyncio.sleep(0.01)
    assert dialog.isVisible()
    dialog.accept()
    assert await waiting == QDialog.DialogCode.Accepted
    again = asyncio.ensure_future(answered(dialog))
    await asyncio.sleep(0.01)
    again.cancel()
    with pytest.raises(asyncio.CancelledError):
        await again
    assert not dialog.isVisible()
