"""The engine's metrics, in one registry per runtime: nothing is global, so tests do not share counts."""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

#: Labels of ``queue_overflow`` and ``queue_depth``.
MIRROR = "dashboard-mirror"
EXTERNAL = "grpc-event-stream"

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """Every metric of the engine. Counted per batch, never per event."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()

        def counter(name: str, text: str, *labels: str) -> Counter:
            return Counter(f"tagwatch_{name}", text, labels, registry=registry)

        def gauge(name: str, text: str, *labels: str) -> Gauge:
            return Gauge(f"tagwatch_{name}", text, labels, registry=registry)

        def histogram(name: str, text: str, *labels: str) -> Histogram:
            return Histogram(f"tagwatch_{name}", text, labels, buckets=_SECONDS, registry=registry)

        self.sessions_open = gauge("sessions_open", "sessions that are not closed, by state", "state")
        self.sessions_opened = counter("sessions_opened", "sessions opened")
        self.sessions_closed = counter("sessions_closed", "sessions closed, each once, by reason", "reason")
        self.sessions_faulted = counter("sessions_faulted", "faults of sessions", "code")
        self.workers_started = counter("workers_started", "worker processes started")
        self.workers_killed = counter("workers_killed", "worker processes killed")
        self.worker_start = histogram("worker_start_seconds", "from the start of a worker to ready")
        self.commands = counter("commands", "commands by kind and outcome", "kind", "outcome")
        self.command_latency = histogram("command_seconds", "from sending a command to its reply", "kind")
        self.late_replies = counter("late_replies", "replies that nobody waited for any more")
        self.events = counter("events", "events received from workers", "kind")
        self.event_gaps = counter("event_gaps", "events missing between the sequences of a worker")
        self.dropped = counter("dropped", "events dropped, by queue", "queue")
        self.coalesced = counter("coalesced", "data changes that newer ones replaced in a worker")
        self.queue_depth = gauge("queue_depth", "events queued", "queue")
        self.queue_overflow = counter("queue_overflow", "queues that overflowed", "queue")
        self.replay_hits = counter("replay_hits", "subscribers that resumed within the replay buffer")
        self.replay_gaps = counter("replay_gaps", "subscribers that resumed too late")
        self.mirror_restarts = counter("mirror_restarts", "restarts of the dashboard mirror")
        self.worker_restarts = counter("worker_restarts", "workers started again after a fault")
        self.api_calls = counter("api_calls", "calls of the API by method and status", "method", "status")
        self.api_latency = histogram(
            "api_call_seconds", "from a call of the API to its end, streams left out", "method"
        )
        self.api_denied = counter("api_denied", "calls of the API that were refused, by reason", "reason")
        self.api_streams = gauge("api_streams", "streams of the API that are open")
        self._commands: dict[tuple[str, str], tuple[Counter, Histogram]] = {}
        self.loop_lag = histogram("loop_lag_seconds", "how late the loop runs a timer")

    def command(self, kind: str, outcome: str, seconds: float) -> None:
        """One command has its answer, or will never have one. Finding a labelled child costs more than counting in it,
        so they are kept: there are as many as kinds and outcomes."""
        children = self._commands.get((kind, outcome))
        if children is None:
            children = self.commands.labels(kind, outcome), self.command_latency.labels(kind)
            self._commands[kind, outcome] = children
        count, latency = children
        count.inc()
        latency.observe(seconds)

    def value(self, name: str, labels: Mapping[str, str] | None = None) -> float:
        """One sample by its full exported name (``tagwatch_queue_overflow_total``); 0 where nothing was counted."""
        return self.registry.get_sample_value(name, dict(labels or {})) or 0.0

    def snapshot(self) -> dict[str, float]:
        """Every sample as ``name{label=value,…}``."""
        result: dict[str, float] = {}
        for metric in self.registry.collect():
            for sample in metric.samples:
                if not sample.name.endswith("_created"):
                    labels = ",".join(f"{key}={value}" for key, value in sorted(sample.labels.items()))
                    result[f"{sample.name}{{{labels}}}" if labels else sample.name] = sample.value
        return result
