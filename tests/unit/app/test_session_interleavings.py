"""Sessions whose every step may be held, cancelled and overtaken: any interleaving, and the same promises at the end.

Where ``test_session_machine`` finishes each step before the next, here steps only begin: Hypothesis holds gates inside
the worker, turns the loop a few times, begins something else, gives callers up, and lets go again.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from app import commands as c
from app import tasks
from app.batch import EventBatch
from app.config import RestartPolicy
from app.errors import ErrorCode, GatewayError
from app.events.notices import NoticeKind, ReplayGap
from app.events.subscriber import SubscriberLease
from app.sessions.manager import OpenRequest
from app.sessions.session import Session
from app.sessions.state import RESTARTABLE, SessionState, allowed
from app.workers.contract import StartStep, WorkerState
from tests.helpers.clock import settle
from tests.helpers.sessions import House
from tests.helpers.worker import Gate, SteeredClient, falls_when_heard

S = SessionState
_TURNS = st.integers(0, 7)
_CLIENT_GATES = ("invoke_gate", "shutdown_gate", "kill_gate", "close_gate")


class Reader:
    """A lease, and what it has given."""

    def __init__(self, lease: SubscriberLease, after: int) -> None:
        self.lease = lease
        self.last = after
        self.task: asyncio.Task[None] | None = None

    def take(self, pieces: list[EventBatch | ReplayGap]) -> None:
        for piece in pieces:
            if isinstance(piece, ReplayGap):
                assert (piece.requested, self.last) == (self.last, piece.requested)
                self.last = 0
                continue
            assert self.last in (0, piece.first_sequence - 1), "no event twice, none missing"
            self.last = piece.last_sequence


#: What the next workers are like, beside plain ones.
_NEXT_WORKERS: dict[str, Callable[[SteeredClient], object]] = {
    "plain": lambda client: None,
    "lost at once": lambda client: client.fault(),
    "lost when heard": falls_when_heard,
    "silent": lambda client: client.invoke_gate.close(),
    "refusing": lambda client: client.invoke_gate.fail(GatewayError(ErrorCode.TIMEOUT, "no answer")),
    "sending at once": lambda client: client.emit(2),
    "slow to go": lambda client: client.close_gate.close(),
}


class Interleavings(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.begun: list[asyncio.Task[Any]] = []
        self.readers: list[Reader] = []
        self.seen: dict[str, list[S]] = {}
        self.session: Session | None = None
        self.opened = 0
        self.run(self._make())

    async def _make(self) -> None:
        self.house = House(
            sessions=2,
            event_queue=6,
            mirror_queue=7,
            subscribers=2,
            replay_events=5,
            detach_grace_s=5.0,
            lease_s=20.0,
            worker_shutdown_s=3.0,
        )

    # ---- the loop

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(work)

    def turn(self, turns: int) -> None:
        """Exactly so many turns of the loop: run_until_complete would add its own."""
        for _ in range(turns):
            self.loop.call_soon(self.loop.stop)
            self.loop.run_forever()

    def begin(self, work: Coroutine[Any, Any, Any], turns: int) -> None:
        self.begun.append(self.loop.create_task(work))
        self.turn(turns)

    def now(self, act: Any) -> Any:
        """Do it as a callback would, without turning the loop."""
        asyncio._set_running_loop(self.loop)
        try:
            return act()
        finally:
            asyncio._set_running_loop(None)

    @property
    def clients(self) -> list[SteeredClient]:
        return self.house.launcher.clients

    @property
    def ready(self) -> bool:
        session = self.session
        return session is not None and session.state is S.READY and self.clients[-1].state is WorkerState.READY

    def look(self) -> None:
        """Take the newest session that the manager knows, and watch it."""
        for session in self.house.manager.list():
            if session.id not in self.seen:
                walked = self.seen[session.id] = [session.state]
                session.watch(lambda old, new, walked=walked: walked.append(new))
                self.session = session

    # ---- what may happen

    @initialize(restart=st.sampled_from(RestartPolicy))
    def first(self, restart: RestartPolicy) -> None:
        self.open(restart, 9)

    @precondition(lambda self: len(self.house.manager) < 2 and not self.house.manager._closing)
    @rule(restart=st.sampled_from(RestartPolicy), turns=_TURNS)
    def open(self, restart: RestartPolicy, turns: int) -> None:
        self.opened += 1
        self.begin(self.house.manager.open(OpenRequest("sim", restart=restart)), 1)
        self.look()
        self.turn(turns)

    @rule(how=st.sampled_from(["close", "kill", "dispose", "close_if_expired"]), turns=_TURNS)
    def end(self, how: str, turns: int) -> None:
        assert self.session is not None
        self.begin(getattr(self.session, how)(), turns)

    @rule(turns=_TURNS)
    def invoke(self, turns: int) -> None:
        assert self.session is not None
        self.begin(self.session.invoke(c.Register("me")), turns)

    @rule(turns=_TURNS)
    def sweep(self, turns: int) -> None:
        self.begin(self.house.manager.sweep(), turns)

    @precondition(lambda self: self.begun)
    @rule(which=st.integers(0, 9), turns=_TURNS)
    def give_up(self, which: int, turns: int) -> None:
        self.begun[-1 - which % len(self.begun)].cancel()
        self.turn(turns)

    @rule(back=st.integers(0, 7))
    def attach(self, back: int) -> None:
        session = self.session
        assert session is not None
        newest = session.statistics().distributor.newest
        after = max(0, newest - back + 1) if back else 0
        try:
            lease = self.now(lambda: session.attach(after))
        except GatewayError:
            assert not self.ready or session.subscribers == 2 or after > newest
        else:
            self.readers.append(Reader(lease, after or newest))

    @precondition(lambda self: self.readers)
    @rule(which=st.integers(0, 9))
    def detach(self, which: int) -> None:
        self.now(self.readers[which % len(self.readers)].lease.close)

    @precondition(lambda self: self.readers)
    @rule(which=st.integers(0, 9), turns=_TURNS)
    def read(self, which: int, turns: int) -> None:
        reader = self.readers[which % len(self.readers)]

        async def read() -> None:
            try:
                reader.take(await reader.lease.next())
            finally:
                reader.task = None

        if reader.task is None or reader.task.done():  # given up before it began, it could not tell
            self.begin(read(), 0)
            reader.task = self.begun[-1]
            self.turn(turns)

    @precondition(lambda self: self.clients)
    @rule(count=st.integers(1, 8), turns=_TURNS)
    def emit(self, count: int, turns: int) -> None:
        if self.clients[-1].state in (WorkerState.READY, WorkerState.CLOSING):
            self.now(lambda: self.clients[-1].emit(count))
        self.turn(turns)

    @precondition(lambda self: self.clients)
    @rule(turns=_TURNS)
    def fault(self, turns: int) -> None:
        if self.clients[-1].state is WorkerState.READY:
            self.now(self.clients[-1].fault)
        self.turn(turns)

    @rule(which=st.sampled_from([*StartStep, *_CLIENT_GATES]))
    def hold(self, which: str) -> None:
        if (gate := self._gate(which)) is not None:
            self.now(gate.close)

    @rule(which=st.sampled_from([*StartStep, *_CLIENT_GATES]), turns=_TURNS)
    def let_go(self, which: str, turns: int) -> None:
        if (gate := self._gate(which)) is not None:
            self.now(gate.open)
        self.turn(turns)

    def _gate(self, which: str) -> Gate | None:
        if which in _CLIENT_GATES:
            return getattr(self.clients[-1], which) if self.clients else None
        return self.house.launcher.gates[StartStep(which)]

    @precondition(lambda self: self.clients)
    @rule()
    def refuse_to_shut_down(self) -> None:
        self.clients[-1].shutdown_gate.fail(GatewayError(ErrorCode.TIMEOUT, "it took too long"))

    @rule(step=st.sampled_from([None, *StartStep]))
    def let_starts_fail(self, step: StartStep | None) -> None:
        self.house.launcher.fail_at = step

    @rule(kind=st.sampled_from(sorted(_NEXT_WORKERS)))
    def choose_the_next_worker(self, kind: str) -> None:
        self.house.launcher.made = _NEXT_WORKERS[kind]

    @rule(seconds=st.sampled_from([0.5, 1.1, 6.0, 21.0]))
    def time_passes(self, seconds: float) -> None:
        self.run(self.house.clock.advance(seconds))

    @rule(turns=st.integers(1, 30))
    def turns(self, turns: int) -> None:
        self.turn(turns)

    # ---- what always holds

    @invariant()
    def counts_and_gauges_agree(self) -> None:
        figures = self.house.metrics.snapshot()
        closed = sum(value for name, value in figures.items() if name.startswith("tagwatch_sessions_closed_total"))
        gauge = sum(value for name, value in figures.items() if name.startswith("tagwatch_sessions_open{"))
        assert figures["tagwatch_sessions_opened_total"] - closed == gauge == len(self.house.manager)

    @invariant()
    def nobody_walks_back(self) -> None:
        for walked in self.seen.values():
            for old, new in itertools.pairwise(walked):
                assert allowed(old, new) or (old in RESTARTABLE and new is S.STARTING_WORKER)
            assert walked.count(S.CLOSED) <= 1

    @invariant()
    def every_event_is_accounted_for(self) -> None:
        for reader in self.readers:
            figures = reader.lease.statistics()
            assert figures.offered == figures.delivered + figures.dropped + figures.queued
        if self.session is not None:
            assert 0 <= self.session.subscribers <= 2

    def teardown(self) -> None:
        try:
            self._finish()
            self._nothing_is_left()
        finally:
            self.loop.close()

    def _finish(self) -> None:
        self.house.launcher.fail_at = None
        for gate in [*self.house.launcher.gates.values()]:
            self.now(gate.open)
        self.begin(self.house.manager.close_all(1), 4)
        for client in self.clients:
            for name in _CLIENT_GATES:
                self.now(getattr(client, name).open)
        for reader in self.readers:
            self.now(reader.lease.close)
        for _ in range(20):
            self.run(self.house.clock.advance(1))
            if all(task.done() for task in self.begun):
                break

    def _nothing_is_left(self) -> None:
        assert [task for task in self.begun if not task.done()] == [], "everything that was begun ended"
        for task in self.begun:
            error = None if task.cancelled() else task.exception()
            assert error is None or isinstance(error, GatewayError | StopAsyncIteration | RuntimeError), error
            if isinstance(error, RuntimeError):  # a coroutine turns a StopAsyncIteration into one
                assert isinstance(error.__cause__, StopAsyncIteration), error
        self.run(settle())
        assert self.house.manager.list() == []
        assert all(client.gone for client in self.clients)
        assert tasks.running() == []
        assert self.house.clock.timers == 0
        for walked in self.seen.values():
            assert walked[-1] is S.CLOSED
        self._mirror_told_everything()

    def _mirror_told_everything(self) -> None:
        """Each hole in what was published was told, with its size, in order."""
        last: dict[str, int] = {}
        holes: dict[str, list[int]] = {}
        for session_id, batch in self.house.recorder.batches:
            hole = batch.first_sequence - last.get(session_id, 0) - 1
            assert hole >= 0
            if hole:
                holes.setdefault(session_id, []).append(hole)
            last[session_id] = batch.last_sequence
        told: dict[str, list[int]] = {}
        for session_id, notice in self.house.recorder.notices:
            if notice.kind is NoticeKind.MIRROR_RESTARTED:
                told.setdefault(session_id, []).append(int(notice.details["missed"]))
        for session_id, found in holes.items():
            assert found == told[session_id][: len(found)]


Interleavings.TestCase.settings = settings(
    max_examples=80, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)
TestInterleavings = pytest.mark.clause("S2.3", "S2.5", "S4.5", "S10.1", "S10.2", "S10.3", "S10.4", "S11.8", "S12.2")(
    Interleavings.TestCase
)
