"""One client's connection to one data source, through one worker process."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
from collections.abc import Callable, Sequence
from functools import partial

from app import commands as c
from app.batch import Event, EventBatch
from app.commands import Command, ItemRows, ProtocolStatus, ReadRow, Reply
from app.config import OverflowPolicy, RestartPolicy, Settings
from app.errors import ErrorCode, GatewayError
from app.events.distributor import Distributor
from app.events.mirror import Mirror
from app.events.notices import Broadcaster
from app.events.skew import SkewWatch
from app.events.subscriber import SubscriberLease
from app.metrics import Metrics
from app.sessions.completions import Completions
from app.sessions.gate import Gate
from app.sessions.info import HOUSE, Owner, SessionInfo, SessionSpec, SessionStatistics, Totals
from app.sessions.items import ItemRegistry
from app.sessions.lease import Lease
from app.sessions.restart import Backoff
from app.sessions.state import RESTARTABLE, SessionState, allowed
from app.sessions.stream import WorkerStream
from app.sessions.telling import Teller
from app.tasks import Clock, Timer, deadline, join, spawn
from app.text import is_replay
from app.values import Fault
from app.wire.bodies import SourceState
from app.workers.contract import Launcher, StartStep, WorkerClient, WorkerSpec, WorkerState

_log = logging.getLogger(__name__)

#: How long a close waits for subscribers to be given what a worker that has ended had sent.
_LAST_EVENTS_S = 1.0

#: Told of every change of state, in order, each once: old, new.
StateWatcher = Callable[[SessionState, SessionState], None]


class Session:
    """Runs on one loop and has no threads: what stands between two awaits happens at once, and that is what makes the
    checks here safe. Close, kill and dispose go through one gate, one after the other."""

    def __init__(
        self,
        spec: SessionSpec,
        settings: Settings,
        launcher: Launcher,
        clock: Clock,
        metrics: Metrics,
        broadcaster: Broadcaster | None = None,
        *,
        expired: Callable[[Session], None] = lambda session: None,
    ) -> None:
        """``expired`` is told when the lease or the grace is over; it is up to the manager to close then."""
        self._spec = spec
        self._settings = settings
        self._launcher = launcher
        self._clock = clock
        self._metrics = metrics
        self._broadcaster = broadcaster
        self._expired = expired
        self._state = SessionState.CREATING
        self._watchers: list[StateWatcher] = []
        self._source_watchers: list[Callable[[], None]] = []
        self._fault: Fault | None = None
        self._client: WorkerClient | None = None
        self._source_state: SourceState | None = None
        self._lease = Lease(clock, spec.lease_s, settings.detach_grace_s)
        self._lease.keep(spec.keep_alive)
        self._external = 0
        self._gate = Gate(spec.id)
        self._starting: asyncio.Task[WorkerClient] | None = None
        self._restarting: asyncio.Task[None] | None = None
        self._backoff = Backoff(clock)
        self._hurry = asyncio.Event()  # somebody does not want to wait for the next attempt
        self._restarts = 0
        self._opened = False  # a worker that is lost before is a failed start: no restart
        self._totals = Totals()
        self._timer: Timer | None = None
        self._cleanup: asyncio.Task[None] | None = None
        self.items = ItemRegistry()
        self._skew = SkewWatch()
        self._replayed = False
        self._completions = Completions()
        self._distributor = Distributor(
            clock,
            settings,
            metrics,
            source=self._next_batches,
            apply=self._apply,
            overflowed=self._overflowed,
            broken=self._lost,
            name=spec.id,
        )
        self._stream = WorkerStream(lambda: self._distributor.newest)
        self._mirror = None if broadcaster is None else Mirror(self._distributor, broadcaster, spec.id, clock, metrics)
        self._tell = Teller(self.name, clock, None if self._mirror is None else self._mirror.notice)
        metrics.sessions_opened.inc()
        metrics.sessions_open.labels(self._state).inc()
        self._arm()

    # ---- reading

    @property
    def id(self) -> str:
        return self._spec.id

    @property
    def name(self) -> str:
        return self._spec.name or self._spec.backend

    @property
    def backend(self) -> str:
        return self._spec.backend

    @property
    def spec(self) -> SessionSpec:
        return self._spec

    @property
    def state(self) -> SessionState:
        return self._state

    @property
    def fault(self) -> Fault | None:
        """Why it faulted, or what went wrong while it closed."""
        return self._fault

    @property
    def source_state(self) -> SourceState | None:
        return self._source_state

    @property
    def subscribers(self) -> int:
        """External ones; the mirror is not counted."""
        return self._external

    def queued(self, *, internal: bool) -> int:
        """Events that wait for the mirror, or for external subscribers."""
        return self._distributor.queued(internal=internal)

    @property
    def newest_sequence(self) -> int:
        """Of the newest event that came; 0 = none yet."""
        return self._distributor.newest

    @property
    def unread(self) -> int:
        """Events from the worker that nobody has taken yet."""
        return 0 if self._client is None else self._client.statistics().inbox_events

    @property
    def worker_pid(self) -> int | None:
        return None if self._client is None else self._client.process_id

    @property
    def last_activity_ns(self) -> int:
        return self._lease.last_activity_ns

    @property
    def lease_expires_ns(self) -> int | None:
        return self._lease.expires_ns

    @property
    def replayed(self) -> bool:
        """It plays a recording, here or at another Tagwatch; known once it has been ready."""
        if not self._replayed and self._client is not None:
            self._replayed = is_replay(self.backend, self._client.source)
        return self._replayed

    def info(self) -> SessionInfo:
        client = None if self._client is None else self._client.statistics()
        totals = self._totals.with_current(client)
        return SessionInfo(
            self.id,
            self.name,
            self.backend,
            "" if self._client is None else self._client.source,
            self._state,
            None if client is None else client.state,
            self.worker_pid,
            self._lease.opened_at_ns,
            self._lease.last_activity_ns,
            self._lease.expires_ns,
            self._external,
            len(self.items),
            self.items.advised,
            self._fault,
            self._source_state,
            totals.received,
            totals.dropped,
            totals.coalesced,
            totals.gaps,
            self._restarts,
            None if client is None else client.heartbeat,
            self._skew.offset_ns,
        )

    def statistics(self) -> SessionStatistics:
        return SessionStatistics(
            self.id,
            self._state,
            None if self._client is None else self._client.statistics(),
            self._distributor.statistics(),
            None if self._mirror is None else self._mirror.statistics(),
            self._skew.offset_ns,
        )

    def watch(self, watcher: StateWatcher) -> Callable[[], None]:
        """Tell ``watcher`` every later change of state; returns what ends that."""
        self._watchers.append(watcher)

        def unwatch() -> None:
            if watcher in self._watchers:
                self._watchers.remove(watcher)

        return unwatch

    def watch_source(self, watcher: Callable[[], None]) -> Callable[[], None]:
        """Tell ``watcher`` when the source is lost or back (:attr:`source_state`); returns what ends that."""
        self._source_watchers.append(watcher)

        def unwatch() -> None:
            if watcher in self._source_watchers:
                self._source_watchers.remove(watcher)

        return unwatch

    def on_completion(self, key: int, heard: Callable[[Event], None]) -> Callable[[], None]:
        """Every write and operation completion of the item goes to ``heard``, while anybody reads the session's events;
        returns what ends that."""
        return self._completions.listen(key, heard)

    def owned_by(self, owner_key: Owner) -> bool:
        return owner_key is HOUSE or self._spec.owner_key is None or self._spec.owner_key == owner_key

    # ---- state

    def _transition(self, new: SessionState) -> bool:
        """Walk to ``new`` if the table allows it; whether it did."""
        if not allowed(self._state, new):
            return False
        self._set_state(new)
        return True

    def _set_state(self, new: SessionState) -> None:
        old, self._state = self._state, new
        self._metrics.sessions_open.labels(old).dec()
        if new is not SessionState.CLOSED:
            self._metrics.sessions_open.labels(new).inc()
        _log.info("session %s: %s to %s", self.id, old, new)
        for watcher in list(self._watchers):
            try:
                watcher(old, new)
            except Exception:
                _log.exception("a watcher of session %s failed", self.id)
        self._tell.state(old, new)

    def _mark_faulted(self, fault: Fault) -> bool:
        if self._state is SessionState.CLOSED:
            return False
        self._fault = fault
        if not self._transition(SessionState.FAULTED):
            return False
        self._report_fault(fault)
        return True

    def _report_fault(self, fault: Fault) -> None:
        self._metrics.sessions_faulted.labels(fault.code).inc()
        _log.warning("session %s: %s", self.id, fault.code)  # the message may quote the source
        self._tell.fault(fault)

    # ---- start

    async def start(self) -> None:
        """Bring it to Ready; GatewayError says which step failed and why, and the session is then Faulted with nothing
        left of the attempt. Closed meanwhile: SessionNotReady."""
        starting = self._starting = spawn(
            self._launcher.start(self._worker_spec(), self._entered), name=f"start {self.id}", on_failure=_told_by_start
        )
        try:
            client = await asyncio.shield(starting)
        except asyncio.CancelledError:
            if starting.cancelled() and not _being_cancelled():
                raise GatewayError(ErrorCode.SESSION_NOT_READY, "the session was closed during its start") from None
            await self._stop_starting()
            raise
        except GatewayError as error:
            self._mark_faulted(error.fault)
            raise
        finally:
            self._starting = None
        self._begin(client)

    def _begin(self, client: WorkerClient) -> None:
        self._client = client
        if not self._transition(SessionState.READY):
            # Closed between the launcher's last step and here: whoever closes has the client, or waits for it.
            raise GatewayError(ErrorCode.SESSION_NOT_READY, f"the session is {self._state}")
        self._stream.feed(client)
        client.listen(_Reports(self, client))
        if self._state is not SessionState.READY:  # the worker was lost meanwhile
            fault = self._fault or Fault(ErrorCode.SESSION_NOT_READY, f"the session is {self._state}")
            raise GatewayError.of(fault)
        self._opened = True
        self._backoff.ready()
        self._start_mirror()

    def _worker_spec(self) -> WorkerSpec:
        spec = self._spec
        return WorkerSpec(spec.id, spec.backend, spec.pipe_name, spec.nonce, spec.options, spec.startup_timeout_s)

    def _entered(self, step: StartStep) -> None:
        self._transition(SessionState(step))

    def _start_mirror(self) -> None:
        if self._mirror is not None:
            self._mirror.start(lambda: not self._state.ended)

    # ---- commands

    async def invoke(self, command: Command, owner_key: Owner = HOUSE) -> Reply:
        """Send a command and wait for its reply, whatever its status: the one way to the worker, for everybody.

        GatewayError: SessionNotFound for a stranger, SessionNotReady, Timeout, TooManyPending, WorkerUnavailable,
        InvalidArgument for what cannot be sent. Ok replies are taken over into :attr:`items`.
        """
        self._check_owner(owner_key)
        client = self._require_ready()
        self._touch()
        kind = type(command).__name__
        began = self._clock.monotonic()
        outcome = "cancelled"
        try:
            reply = await client.invoke(command, self._spec.command_timeout_s)
            outcome = reply.code.words
        except GatewayError as error:
            outcome = error.code
            raise
        finally:
            self._metrics.command(kind, outcome, self._clock.monotonic() - began)
            if _log.isEnabledFor(logging.DEBUG):
                # Passwords have no place in a command's text; values have one where a person asked for them.
                what = command if self._settings.values_in_logs else kind
                _log.debug("session %s: %s: %s", self.id, what, outcome)
        self.items.track(command, reply)
        return reply

    def read_cached(
        self, server_handle: int, tags: Sequence[str], owner_key: Owner = HOUSE
    ) -> tuple[ReadRow, ...] | None:
        """What :class:`app.commands.ReadBulk` would answer, without asking the worker: only where every tag has an
        advised item with a value, else None. GatewayError as :meth:`invoke`."""
        self._check_owner(owner_key)
        self._require_ready()
        began = self._clock.monotonic()
        rows: list[ReadRow] = []
        for tag in tags:
            if (sample := self.items.cached(server_handle, tag)) is None:
                return None
            rows.append(ReadRow(True, tag, *sample, cached=True))
        self._touch()
        self._metrics.command("ReadBulk", ProtocolStatus.OK.words, self._clock.monotonic() - began)
        return tuple(rows)

    def _check_owner(self, owner_key: Owner) -> None:
        if not self.owned_by(owner_key):
            raise GatewayError(ErrorCode.SESSION_NOT_FOUND, f"session {self.id} does not exist")

    def _require_ready(self) -> WorkerClient:
        client = self._client
        worker = "not attached" if client is None else str(client.state)
        if client is None or self._state is not SessionState.READY or client.state is not WorkerState.READY:
            why = f": {self._fault.message}" if self._fault is not None else ""
            raise GatewayError(
                ErrorCode.SESSION_NOT_READY, f"the session is {self._state}, its worker is {worker}{why}"
            )
        return client

    # ---- subscribers

    def attach(self, after_sequence: int = 0, owner_key: Owner = HOUSE, *, resume: bool = False) -> SubscriberLease:
        """A place at the session's events; resuming after ``after_sequence`` if that is not 0, with ``resume`` after 0
        as well: from the first event on.

        GatewayError: SessionNotFound, SessionNotReady, EventSubscriberAlreadyActive, EventSubscriberLimitReached, or
        InvalidArgument for a sequence that is not yet.
        """
        self._check_owner(owner_key)
        if after_sequence < 0:
            raise GatewayError(ErrorCode.INVALID_ARGUMENT, f"after_sequence is {after_sequence}, it cannot be negative")
        self._require_ready()
        self._take_place()
        try:
            lease = self._distributor.attach(
                after_sequence=after_sequence,
                resume=resume,
                on_read=self._touch,
                on_closed=self._give_place_back,
            )
        except BaseException:
            self._external -= 1
            raise
        self._lease.attached()
        self._touch()
        self._tell.subscriber_came(self._external)
        return lease

    def _take_place(self) -> None:
        if not self._settings.several_subscribers:
            if self._external:
                raise GatewayError(
                    ErrorCode.EVENT_SUBSCRIBER_ALREADY_ACTIVE, "the session has its one subscriber already"
                )
        elif self._external >= (cap := max(1, self._settings.subscribers)):
            raise GatewayError(
                ErrorCode.EVENT_SUBSCRIBER_LIMIT_REACHED, f"the session has {cap} subscribers already, its limit"
            )
        self._external += 1

    def _give_place_back(self, lease: SubscriberLease) -> None:
        self._external -= 1
        if not lease.overflowed and not self._state.ended:  # an overflow was told when it happened
            self._tell.subscriber_left(self._external)
        if self._external == 0:
            self._lease.detached()
            self._arm()

    def _overflowed(self, lease: SubscriberLease) -> None:
        """The subscriber is disconnected already; by policy the session may go with it."""
        if lease.internal:
            return
        dropped = lease.statistics().dropped
        self._metrics.dropped.labels("subscriber").inc(dropped)
        self._tell.subscriber_overflowed(dropped)
        only_one = not self._settings.several_subscribers and self._external == 1
        if self._settings.overflow_policy is OverflowPolicy.FAIL_FAST and only_one:
            self._lost(Fault(ErrorCode.EVENT_QUEUE_OVERFLOW, "event stream queue overflowed"))

    def _apply(self, batches: list[EventBatch]) -> None:
        """What is learnt from every batch, whoever reads it."""
        self.items.apply(batches)
        self._completions.take(batches)
        if not self.replayed:  # their times are of another day by their nature
            for batch in batches:
                if (skew := self._skew.take(batch)) is not None:
                    self._tell.clock(skew.offset_ns)

    async def _next_batches(self) -> list[EventBatch]:
        """The distributor's source: ends with the session's fault, if that is why it ends."""
        batches = await self._stream.next()
        if not batches and self._state is SessionState.FAULTED and self._fault is not None:
            raise GatewayError.of(self._fault)
        return batches

    # ---- activity and lease

    def _touch(self) -> None:
        self._lease.touch()

    def extend_lease(self, duration_s: float | None = None) -> None:
        """The lease ends so many seconds from now; without a number, its own duration from now."""
        duration_s = self._spec.lease_s if duration_s is None else duration_s
        if not 0 < duration_s < math.inf:
            raise GatewayError(ErrorCode.INVALID_ARGUMENT, f"a lease of {duration_s:g} s is not a lease")
        self._lease.extend(duration_s)
        self._arm()

    def keep_alive(self, kept: bool) -> None:
        """Kept sessions do not expire: the window's own, while it is open."""
        self._lease.keep(kept)
        self._arm()

    def expired(self) -> str | None:
        """The reason to close it now, None while it may live."""
        return None if self._state is SessionState.CLOSED else self._lease.expired(self._external)

    def _arm(self) -> None:
        """One timer, set to the earliest moment at which the session could have expired; activity moves the moment,
        not the timer."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        due_in_s = self._lease.due_in_s()
        if due_in_s is not None and self._state not in (SessionState.CLOSED, SessionState.CLOSING):
            self._timer = self._clock.call_later(due_in_s, self._due)

    def _due(self) -> None:
        self._timer = None
        if self.expired() is not None:
            self._expired(self)
        elif not self._external:
            self._arm()

    # ---- the worker's reports

    def _worker_faulted(self, client: WorkerClient, fault: Fault) -> None:
        if client is not self._client or self._restarting is not None:
            return  # one that was replaced, or the restart sees it itself
        wanted = self._spec.restart is RestartPolicy.ON_FAULT and self._opened
        if wanted and self._state is SessionState.READY:
            self._begin_restart(fault)
        else:
            self._lost(fault)

    def _lost(self, fault: Fault) -> None:
        """Faulted, and the worker is let go of in the background; a close or a dispose waits for that."""
        if self._mark_faulted(fault) and self._client is not None and self._cleanup is None:
            self._cleanup = spawn(self._client.aclose(), name=f"clean up {self.id}")

    def _source_changed(self, state: SourceState) -> None:
        self._source_state = state
        if state.connected:
            self._skew.again()
        for watcher in list(self._source_watchers):
            watcher()
        self._tell.source(state)

    # ---- restart of the worker

    def _begin_restart(self, fault: Fault) -> None:
        self._stream.expect_another()
        self._fault = fault
        self._report_fault(fault)
        self._set_state(SessionState.STARTING_WORKER)
        self._restarting = spawn(self._restart(fault), name=f"restart {self.id}")

    async def _restart(self, fault: Fault) -> None:
        """Workers are tried until one is ready with the items restored, or the backoff gives up."""
        try:
            while (attempt := self._backoff.next()) is not None:
                number, wait_s = attempt
                self._tell.restart_begins(number, wait_s)
                await self._release_client()
                await self._wait(wait_s)
                if self._state not in RESTARTABLE:
                    return
                try:
                    await self._restart_once()
                    return
                except GatewayError as error:
                    fault = error.fault
                except Exception as error:
                    _log.exception("a restart of the worker of session %s failed", self.id)
                    fault = Fault(ErrorCode.WORKER_START_FAILED, f"starting the worker failed: {type(error).__name__}")
                if self._state not in RESTARTABLE:
                    break
                if self._state is not SessionState.STARTING_WORKER:
                    self._set_state(SessionState.STARTING_WORKER)
            if self._state in RESTARTABLE:
                self._mark_faulted(fault)
            await self._release_client()
        finally:
            # Not if a worker that took over was lost at once: the next restart has begun then.
            if self._restarting is asyncio.current_task():
                self._restarting = None
                self._stream.expect_no_other()

    async def _wait(self, wait_s: float) -> None:
        """Before an attempt; :meth:`retry_now` ends it."""
        self._hurry.clear()
        timer = self._clock.call_later(wait_s, self._hurry.set)
        try:
            await self._hurry.wait()
        finally:
            timer.cancel()

    async def retry_now(self) -> None:
        """Do not wait for the next attempt, be it at a new worker or at a source that is lost; otherwise nothing."""
        self._hurry.set()
        lost = self._source_state is not None and not self._source_state.connected
        if self._restarting is None and self._state is SessionState.READY and lost:
            reply = await self.invoke(c.Reconnect())
            if not reply.ok:
                raise GatewayError(ErrorCode.COMMAND_FAILED, f"no attempt was made: {reply.words}")

    async def _restart_once(self) -> None:
        client = await self._launcher.start(self._worker_spec(), self._entered)
        if self._client is not None:
            left = self._client.statistics()
            self._totals = self._totals.left_behind(left)
            self._metrics.dropped.labels("inbox").inc(left.inbox_events)
        self._client = client
        rows = await self._restored(client)
        if not self._transition(SessionState.READY):
            raise GatewayError(ErrorCode.SESSION_NOT_READY, f"the session is {self._state}")
        self._stream.feed(client)
        self._skew.again()
        self._fault = None
        self._source_state = None
        self._restarts += 1
        self._metrics.worker_restarts.inc()
        self._backoff.ready()
        self._tell.restarted(sum(row.success for row in rows), len(rows))
        self._restarting = None
        client.listen(_Reports(self, client))

    async def _restored(self, client: WorkerClient) -> tuple[c.ItemRow, ...]:
        reply = await client.invoke(self.items.restore_command(), self._spec.startup_timeout_s)
        if not reply.ok or not isinstance(reply.payload, ItemRows):
            raise GatewayError(ErrorCode.COMMAND_FAILED, f"the items could not be restored: {reply.words}")
        return reply.payload.rows

    async def _release_client(self) -> None:
        if self._client is not None:
            await self._client.aclose()

    # ---- the end

    async def close(self, reason: str = "closed") -> bool:
        """Ask the worker to shut down, kill it if it does not, and end Closed. True = it was closed already.

        Runs to its end even if the caller is cancelled. GatewayError CloseFailed when even the kill fails.
        """
        return await self._gate.run(partial(self._close, reason))

    async def close_if_expired(self) -> bool:
        """Close it if it is expired; whether it was. The look and the move to Closing are one step: a subscriber that
        attaches before that wins."""
        return not await self._gate.run(self._close_expired)

    async def kill(self, reason: str = "killed") -> bool:
        """End the process at once; the session is Closed. True = it was closed already."""
        return await self._gate.run(partial(self._kill, reason), first=self._kill_worker_of_close)

    async def dispose(self) -> None:
        """Let go of everything, after a close in flight. Twice is harmless."""
        await self._gate.run(self._dispose)

    async def _kill_worker_of_close(self) -> None:
        """A close that holds the gate waits for the worker's end: it comes now."""
        if self._gate.busy and self._client is not None:
            with contextlib.suppress(Exception):  # the kill behind the gate tries again, and tells
                await self._client.kill()

    async def _close_expired(self) -> bool:
        reason = self.expired()
        if reason is None:
            self._arm()  # it was used since its timer fired
            return True
        return await self._close(reason)

    async def _close(self, reason: str) -> bool:
        if self._state is SessionState.CLOSED:
            return True
        # No await between here and Closing: what the caller has checked still holds.
        self._transition(SessionState.CLOSING)
        await self._stop_starting()
        if self._client is not None and self._client.state in (WorkerState.READY, WorkerState.CLOSING):
            await self._shut_down(self._client, reason)
        await self._release(reason)
        return False

    async def _shut_down(self, client: WorkerClient, reason: str) -> None:
        try:
            await client.shutdown(self._spec.shutdown_timeout_s, reason)
        except Exception as error:
            fault = error.fault if isinstance(error, GatewayError) else Fault(ErrorCode.CLOSE_FAILED, str(error))
            self._fault = self._fault or fault
            self._tell.not_shut_down(fault)
            _log.warning("the worker of session %s did not shut down: %s", self.id, fault.code)
            try:
                await client.kill()
            except Exception as kill_error:
                words = f"the worker did not shut down ({fault.message}) and could not be killed ({kill_error})"
                failure = GatewayError(ErrorCode.CLOSE_FAILED, words)
                self._mark_faulted(failure.fault)
                raise failure from kill_error

    async def _kill(self, reason: str) -> bool:
        if self._state is SessionState.CLOSED:
            return True
        self._transition(SessionState.CLOSING)
        await self._stop_starting()
        try:
            if self._client is not None:
                await self._client.kill()
        except Exception as error:
            raise GatewayError(ErrorCode.CLOSE_FAILED, f"the worker could not be killed ({error})") from error
        finally:
            await self._release(reason)  # the gauges follow the session: even a kill that fails ends it
        return False

    async def _dispose(self) -> bool:
        already = self._state is SessionState.CLOSED
        self._transition(SessionState.CLOSING)
        await self._stop_starting()
        await self._release("disposed")
        return already

    async def _stop_starting(self) -> None:
        starting = self._starting
        try:
            await join(starting, self._restarting)
        finally:
            # A start that had just succeeded left its client with the task.
            if starting is not None and not starting.cancelled() and starting.exception() is None:
                self._client = self._client or starting.result()

    async def _release(self, reason: str) -> None:
        """Mirror, then distributor (every subscriber completed), then the worker client; Closed, even if one fails."""
        self._stream.expect_no_other()
        try:
            await self._deliver_last_events()
            if self._mirror is not None:
                await self._mirror.stop()
            faulted = self._state is SessionState.FAULTED and self._fault is not None
            await self._distributor.close(GatewayError.of(self._fault) if faulted and self._fault else None)
            await join(self._cleanup, cancel=False)
            if self._client is not None:
                await self._client.aclose()
        finally:
            self._closed(reason)

    async def _deliver_last_events(self) -> None:
        """The stream of a worker that has ended comes to its end by itself, after all that it had sent."""
        if self._stream.ended:
            with contextlib.suppress(TimeoutError):
                async with deadline(self._clock, _LAST_EVENTS_S, "the last events"):
                    await self._distributor.drained()

    def _closed(self, reason: str) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._transition(SessionState.CLOSED):
            self._metrics.sessions_closed.labels(reason).inc()


class _Reports:
    """What one worker client tells its session."""

    def __init__(self, session: Session, client: WorkerClient) -> None:
        self._session = session
        self._client = client

    def worker_faulted(self, fault: Fault) -> None:
        self._session._worker_faulted(self._client, fault)  # pyright: ignore[reportPrivateUsage]

    def source_state(self, state: SourceState) -> None:
        self._session._source_changed(state)  # pyright: ignore[reportPrivateUsage]

    def sequence_gap(self, expected: int, got: int) -> None:
        self._session._tell.events_never_came(got - expected)  # pyright: ignore[reportPrivateUsage]

    def events_dropped(self, count: int) -> None:
        self._session._tell.events_dropped(count)  # pyright: ignore[reportPrivateUsage]


def _being_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _told_by_start(error: BaseException) -> None:
    """Whoever awaits the task raises its error: it needs no line in the log."""
