"""The mirror: publishes everything, survives its broadcaster and its own overflow."""

from __future__ import annotations

import asyncio

import pytest

from app.batch import EventBatch
from app.config import Settings
from app.errors import GatewayError
from app.events.distributor import Distributor
from app.events.mirror import Mirror
from app.events.notices import Notice, NoticeKind
from app.metrics import Metrics
from tests.helpers.batches import batch
from tests.helpers.clock import ManualClock, settle
from tests.helpers.engine import Recorder
from tests.unit.app.test_distributor import Source


class Bad(Recorder):
    """Raises while it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.bad = True

    def publish(self, session_id: str, batch: EventBatch) -> None:
        if self.bad:
            raise RuntimeError(f"canary value {batch.values[0]}")
        super().publish(session_id, batch)

    def notice(self, session_id: str, notice: Notice) -> None:
        if self.bad:
            raise RuntimeError("canary notice")
        super().notice(session_id, notice)


def made(recorder: Recorder, **settings: object) -> tuple[Mirror, Source, Distributor, Metrics]:
    clock, metrics, source = ManualClock(), Metrics(), Source()
    distributor = Distributor(
        clock,
        Settings(**settings),  # type: ignore[arg-type]
        metrics,
        source=source,
        apply=lambda batches: None,
        overflowed=lambda lease: None,
    )
    return Mirror(distributor, recorder, "s1", clock, metrics), source, distributor, metrics


async def finish(mirror: Mirror, distributor: Distributor) -> None:
    await mirror.stop()
    await distributor.close()


@pytest.mark.clause("S3.5")
async def test_every_batch_is_published() -> None:
    recorder = Recorder()
    mirror, source, distributor, _ = made(recorder)
    mirror.start(lambda: True)
    source.send(batch(1, 3), batch(4, 2))
    await settle()
    assert [event.sequence for event in recorder.events()] == [1, 2, 3, 4, 5]
    await finish(mirror, distributor)


@pytest.mark.clause("S3.1")
async def test_it_starts_once() -> None:
    recorder = Recorder()
    mirror, source, distributor, _ = made(recorder)
    mirror.start(lambda: True)
    mirror.start(lambda: True)
    source.send(batch(1))
    await settle()
    assert len(recorder.batches) == 1
    await finish(mirror, distributor)


@pytest.mark.clause("S3.4")
async def test_not_wanted_any_more_after_attaching_leaves_nothing() -> None:
    mirror, _, distributor, _ = made(Recorder())
    mirror.start(lambda: False)
    assert distributor.statistics().subscribers == ()
    assert mirror.statistics().queue is None
    await finish(mirror, distributor)


@pytest.mark.clause("S3.5")
async def test_a_broadcaster_that_raises_is_logged_without_values(caplog: pytest.LogCaptureFixture) -> None:
    recorder = Bad()
    mirror, source, distributor, _ = made(recorder)
    mirror.start(lambda: True)
    for first in (1, 2, 3):
        source.send(batch(first, 1, value=1234.5))
        await settle()
    recorder.bad = False
    source.send(batch(4))
    await settle()
    assert [event.sequence for event in recorder.events()] == [4], "the mirror goes on"
    assert caplog.text.count("the broadcaster failed") == 1, "once a burst"
    assert "1234.5" not in caplog.text
    assert "canary" not in caplog.text
    assert mirror.statistics().failed == 3
    await finish(mirror, distributor)


@pytest.mark.clause("S3.6")
async def test_overflow_restarts_the_mirror_and_counts_the_gap() -> None:
    recorder = Recorder()
    mirror, source, distributor, metrics = made(recorder, mirror_queue=4)
    mirror.start(lambda: True)
    source.send(batch(1, 2))
    await settle()
    source.send(batch(3, 3), batch(6, 5))  # four fit, four do not
    await settle()
    source.send(batch(11, 2))
    await settle()
    assert [event.sequence for event in recorder.events()] == [1, 2, 3, 4, 5, 6, 11, 12]
    (gap,) = recorder.told(NoticeKind.MIRROR_RESTARTED)
    assert gap.details["missed"] == "4"
    assert metrics.value("tagwatch_mirror_restarts_total") == 1
    assert mirror.statistics().missed == 4
    await finish(mirror, distributor)


@pytest.mark.clause("S3.6")
async def test_events_that_never_came_are_not_counted_as_missed() -> None:
    recorder = Recorder()
    mirror, source, distributor, _ = made(recorder, mirror_queue=4)
    mirror.start(lambda: True)
    source.send(batch(1, 2))
    await settle()
    source.send(batch(1001, 5), batch(2004, 5))  # with holes of the worker's; four fit, six do not
    await settle()
    assert mirror.statistics().missed == 6
    assert mirror.statistics().published == 2 + 4
    source.send(batch(3001, 3), batch(4001, 9))
    await settle()
    assert mirror.statistics().missed == 6 + 8, "counted anew from the new lease"
    await finish(mirror, distributor)


@pytest.mark.clause("S3.5", "S10.3")
async def test_stopping_after_the_end_publishes_what_is_queued() -> None:
    recorder = Recorder()
    mirror, source, distributor, _ = made(recorder)
    mirror.start(lambda: True)
    source.send(batch(1, 3))
    source.end()
    await distributor.drained()
    await mirror.stop()
    assert len(recorder.events()) == 3
    await distributor.close()


@pytest.mark.clause("S3.6")
async def test_other_subscribers_do_not_feel_the_mirrors_overflow() -> None:
    mirror, source, distributor, _ = made(Recorder(), mirror_queue=1)
    mirror.start(lambda: True)
    other = distributor.attach()
    source.send(batch(1, 5))
    await settle()
    assert len((await other.next())[0]) == 5  # type: ignore[arg-type]
    assert mirror.statistics().restarts == 1
    await finish(mirror, distributor)


@pytest.mark.clause("S3.7")
async def test_a_bad_end_of_the_stream_ends_the_mirror_quietly(caplog: pytest.LogCaptureFixture) -> None:
    mirror, source, distributor, _ = made(Recorder())
    mirror.start(lambda: True)
    source.end(GatewayError("WorkerUnavailable", "gone"))
    await settle()
    assert caplog.text == ""
    await asyncio.wait_for(finish(mirror, distributor), 2)
