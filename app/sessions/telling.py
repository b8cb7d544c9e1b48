"""The words in which a session tells what happens to it: a notice each, for the event log."""

from __future__ import annotations

from collections.abc import Callable

from app.events.notices import Notice, NoticeKind, Severity
from app.sessions.state import SessionState
from app.tasks import Clock
from app.text import offset_text
from app.values import NS_PER_S, Fault
from app.wire.bodies import SourceState


class Teller:
    """``publish`` None: nobody listens."""

    def __init__(self, name: str, clock: Clock, publish: Callable[[Notice], None] | None) -> None:
        self._name = name
        self._clock = clock
        self._publish = publish

    # The names of details come from workers too: they may be those of the arguments.
    def _tell(self, kind: NoticeKind, severity: Severity, words: str, /, **details: str) -> None:
        if self._publish is not None:
            self._publish(Notice(kind, severity, self._clock.utc_ns(), f"{self._name}: {words}", details))

    # ---- the session

    def state(self, old: SessionState, new: SessionState) -> None:
        severity = Severity.ERROR if new is SessionState.FAULTED else Severity.INFO
        self._tell(NoticeKind.STATE, severity, new.words, old=str(old), new=str(new))

    def fault(self, fault: Fault) -> None:
        self._tell(NoticeKind.FAULT, Severity.ERROR, fault.message, **{**fault.details, "code": fault.code})

    def not_shut_down(self, fault: Fault) -> None:
        words = f"the worker did not shut down ({fault.message}) and is killed"
        self._tell(NoticeKind.FAULT, Severity.WARNING, words, code=fault.code)

    # ---- its subscribers

    def subscriber_came(self, count: int) -> None:
        self._tell(NoticeKind.SUBSCRIBER, Severity.INFO, f"a subscriber came, {count} in all")

    def subscriber_left(self, count: int) -> None:
        self._tell(NoticeKind.SUBSCRIBER, Severity.INFO, f"a subscriber left, {count} in all")

    def subscriber_overflowed(self, missed: int) -> None:
        words = "a subscriber was too slow and was disconnected"
        self._tell(NoticeKind.SUBSCRIBER, Severity.WARNING, words, missed=str(missed))

    # ---- its worker

    def source(self, state: SourceState) -> None:
        if state.connected and state.reason:
            self._tell(NoticeKind.SEQUENCE_GAP, Severity.WARNING, state.reason)
        elif state.connected:
            count = f", {state.restored:,} of {state.items:,} items restored" if state.items else ""
            self._tell(
                NoticeKind.SOURCE_BACK,
                Severity.INFO if state.restored == state.items else Severity.WARNING,
                f"connected to the source again{count}",
                restored=str(state.restored),
                items=str(state.items),
            )
        else:
            self._tell(
                NoticeKind.SOURCE_LOST,
                Severity.ERROR,
                f"the source is lost: {state.reason}",
                next_attempt_ns=str(state.next_attempt_ns),
                reason=state.reason,
            )

    def clock(self, offset_ns: int) -> None:
        words = "the source's clock is right again"
        if offset_ns:
            words = f"the source's clock is {offset_text(offset_ns)}: its times are shown as they are"
        severity = Severity.WARNING if offset_ns else Severity.INFO
        self._tell(NoticeKind.CLOCK, severity, words, offset_ns=str(offset_ns))

    def events_never_came(self, count: int) -> None:
        words = f"{count:,} events are missing on the way from the worker"
        self._tell(NoticeKind.SEQUENCE_GAP, Severity.WARNING, words, missed=str(count))

    def events_dropped(self, count: int) -> None:
        words = f"{count:,} events were dropped, for nobody read them"
        self._tell(NoticeKind.DROPPED, Severity.WARNING, words, missed=str(count))

    def restart_begins(self, attempt: int, wait_s: float) -> None:
        words = f"a new worker is started in {wait_s:.1f} s (attempt {attempt})"
        next_ns = self._clock.utc_ns() + round(wait_s * NS_PER_S)
        told = {"attempt": str(attempt), "next_attempt_ns": str(next_ns)}
        self._tell(NoticeKind.WORKER_RESTART, Severity.WARNING, words, **told)

    def restarted(self, restored: int, items: int) -> None:
        self._tell(
            NoticeKind.WORKER_RESTART,
            Severity.INFO if restored == items else Severity.WARNING,
            f"a new worker has taken over, {restored:,} of {items:,} items restored",
            restored=str(restored),
            items=str(items),
        )
