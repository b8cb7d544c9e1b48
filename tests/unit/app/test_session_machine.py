"""A session driven in any order, against a model: counts stay true and nothing is left behind."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from app import commands as c
from app import tasks
from app.errors import GatewayError
from app.events.subscriber import SubscriberLease
from app.sessions.session import Session
from app.sessions.state import SessionState
from app.workers.contract import WorkerState
from tests.helpers.clock import settle
from tests.helpers.sessions import House

S = SessionState


class SessionMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.house: House = self.run(self._house())
        self.session: Session | None = None
        self.leases: list[SubscriberLease] = []
        self.ended: list[SubscriberLease] = []
        self.opened = 0

    async def _house(self) -> House:
        return House(sessions=2, event_queue=6, subscribers=3, detach_grace_s=5.0, lease_s=30.0, replay_events=4)

    def run(self, work: Any) -> Any:
        return self.loop.run_until_complete(work)

    def settle(self) -> None:
        self.run(settle())

    @property
    def client(self) -> Any:
        return self.house.launcher.client

    @property
    def ready(self) -> bool:
        return self.session is not None and self.session.state is S.READY and self.client.state is WorkerState.READY

    @initialize()
    def open_first(self) -> None:
        self.open()

    @precondition(lambda self: self.session is None or self.session.state is S.CLOSED)
    @rule()
    def open(self) -> None:
        self.session = self.run(self.house.open())
        self.opened += 1
        self.leases = []

    @precondition(lambda self: self.session is None or self.session.state is S.CLOSED)
    @rule()
    def open_fails(self) -> None:
        from app.workers.contract import StartStep

        self.house.launcher.fail_at = StartStep.HANDSHAKING
        with pytest.raises(GatewayError):
            self.run(self.house.open())
        self.house.launcher.fail_at = None
        self.opened += 1

    @rule(after=st.integers(0, 3))
    def attach(self, after: int) -> None:
        session = self.session
        assert session is not None
        newest = session.statistics().distributor.newest
        try:
            lease = self._attach(session, max(0, newest - after) if after else 0)
        except GatewayError:
            assert not self.ready or session.subscribers == 3
        else:
            assert self.ready
            self.leases.append(lease)

    def _attach(self, session: Session, after: int) -> SubscriberLease:
        async def attach() -> SubscriberLease:
            return session.attach(after)

        return self.run(attach())

    @precondition(lambda self: self.leases)
    @rule(which=st.integers(0, 2))
    def detach(self, which: int) -> None:
        lease = self.leases[which % len(self.leases)]

        async def close() -> None:
            lease.close()
            lease.close()

        self.run(close())
        self.leases.remove(lease)
        self.ended.append(lease)

    @precondition(lambda self: self.leases)
    @rule(which=st.integers(0, 2))
    def read(self, which: int) -> None:
        lease = self.leases[which % len(self.leases)]

        async def read() -> None:
            await asyncio.wait_for(lease.next(), 0.001)

        try:
            self.run(read())
        except TimeoutError:
            pass
        except (StopAsyncIteration, GatewayError):
            self.leases.remove(lease)
            self.ended.append(lease)

    @precondition(lambda self: self.ready)
    @rule(count=st.integers(1, 9))
    def events(self, count: int) -> None:
        self.client.emit(count)
        self.settle()

    @rule()
    def invoke(self) -> None:
        session = self.session
        assert session is not None
        if self.ready:
            assert self.run(session.invoke(c.Ping())).ok
        else:
            with pytest.raises(GatewayError):
                self.run(session.invoke(c.Ping()))

    @precondition(lambda self: self.ready)
    @rule()
    def fault(self) -> None:
        async def fault() -> None:
            self.client.fault()

        self.run(fault())
        self.settle()
        assert self.session is not None
        assert self.session.state is S.FAULTED

    @rule()
    def close(self) -> None:
        assert self.session is not None
        was = self.session.state is S.CLOSED
        assert self.run(self.session.close()) is was

    @rule()
    def kill(self) -> None:
        assert self.session is not None
        was = self.session.state is S.CLOSED
        assert self.run(self.session.kill()) is was

    @rule()
    def dispose(self) -> None:
        assert self.session is not None
        self.run(self.session.dispose())
        assert self.session.state is S.CLOSED

    @rule(seconds=st.sampled_from([1, 4, 6, 31]))
    def time_passes(self, seconds: int) -> None:
        self.run(self.house.clock.advance(seconds))
        self.run(self.house.manager.sweep())

    @invariant()
    def gauges_are_true(self) -> None:
        metrics = self.house.metrics
        opened = metrics.value("tagwatch_sessions_opened_total")
        figures = metrics.snapshot()
        closed = sum(value for name, value in figures.items() if name.startswith("tagwatch_sessions_closed_total"))
        gauge = sum(value for name, value in figures.items() if name.startswith("tagwatch_sessions_open{"))
        assert opened == self.opened
        assert opened - closed == gauge == len(self.house.manager)

    @invariant()
    def every_event_is_accounted_for(self) -> None:
        session = self.session
        if session is None:
            return
        received = session.statistics().distributor.received
        assert received <= self.client.received
        for lease in [*self.leases, *self.ended]:
            figures = lease.statistics()
            assert figures.offered == figures.delivered + figures.dropped + figures.queued
        if session.state is S.CLOSED:
            assert session.subscribers <= len(self.leases)

    @invariant()
    def places_are_counted(self) -> None:
        if self.session is not None and self.ready:
            assert self.session.subscribers == len(self.leases)

    def teardown(self) -> None:
        self.run(self.house.manager.close_all(1))
        self.settle()
        assert len(self.house.manager) == 0
        assert all(client.gone for client in self.house.launcher.clients)
        assert tasks.running() == []
        assert self.house.clock.timers == 0
        self.loop.close()


SessionMachine.TestCase.settings = settings(
    max_examples=60, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)
TestSessionMachine = pytest.mark.clause("S2.1", "S5.4", "S10.4")(SessionMachine.TestCase)
