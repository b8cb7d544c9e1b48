"""Metrics: everything that the engine promises to count, in a registry of its own."""

from __future__ import annotations

import pytest
from prometheus_client import generate_latest

from app.metrics import EXTERNAL, MIRROR, Metrics


@pytest.mark.clause("S14")
@pytest.mark.parametrize(
    ("name", "exported", "labels"),
    [
        ("sessions_open", "sessions_open", "state"),
        ("sessions_opened", "sessions_opened_total", ""),
        ("sessions_closed", "sessions_closed_total", "reason"),
        ("sessions_faulted", "sessions_faulted_total", "code"),
        ("workers_started", "workers_started_total", ""),
        ("workers_killed", "workers_killed_total", ""),
        ("worker_start", "worker_start_seconds_count", ""),
        ("commands", "commands_total", "kind outcome"),
        ("command_latency", "command_seconds_count", "kind"),
        ("late_replies", "late_replies_total", ""),
        ("events", "events_total", "kind"),
        ("event_gaps", "event_gaps_total", ""),
        ("dropped", "dropped_total", "queue"),
        ("coalesced", "coalesced_total", ""),
        ("queue_depth", "queue_depth", "queue"),
        ("queue_overflow", "queue_overflow_total", "queue"),
        ("replay_hits", "replay_hits_total", ""),
        ("replay_gaps", "replay_gaps_total", ""),
        ("mirror_restarts", "mirror_restarts_total", ""),
        ("worker_restarts", "worker_restarts_total", ""),
        ("loop_lag", "loop_lag_seconds_count", ""),
    ],
)
def test_what_is_promised_is_counted(name: str, exported: str, labels: str) -> None:
    metrics = Metrics()
    metric, chosen = getattr(metrics, name), dict.fromkeys(labels.split(), "x")
    counted = metric.labels(**chosen) if chosen else metric
    (counted.observe if hasattr(counted, "observe") else counted.inc)(1)
    assert metrics.value(f"tagwatch_{exported}", chosen) == 1.0
    assert f"tagwatch_{exported}".encode() in generate_latest(metrics.registry)


@pytest.mark.clause("S4.3")
def test_overflow_is_labelled_by_who_overflowed() -> None:
    metrics = Metrics()
    metrics.queue_overflow.labels(MIRROR).inc()
    metrics.queue_overflow.labels(EXTERNAL).inc(2)
    assert metrics.value("tagwatch_queue_overflow_total", {"queue": "dashboard-mirror"}) == 1
    assert metrics.value("tagwatch_queue_overflow_total", {"queue": "grpc-event-stream"}) == 2


def test_what_was_never_counted_is_zero() -> None:
    assert Metrics().value("tagwatch_events_total", {"kind": "none"}) == 0.0


def test_runtimes_do_not_share_counts() -> None:
    first, second = Metrics(), Metrics()
    first.sessions_opened.inc()
    assert second.value("tagwatch_sessions_opened_total") == 0.0


def test_a_snapshot_holds_every_sample_but_no_creation_times() -> None:
    metrics = Metrics()
    metrics.commands.labels("Write", "Ok").inc(3)
    shown = metrics.snapshot()
    assert shown["tagwatch_commands_total{kind=Write,outcome=Ok}"] == 3.0
    assert shown["tagwatch_late_replies_total"] == 0.0
    assert not [name for name in shown if "_created" in name]
