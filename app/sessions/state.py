"""The states of a session and the table of what may follow what."""

from __future__ import annotations

import enum


class SessionState(enum.StrEnum):
    CREATING = "Creating"
    STARTING_WORKER = "StartingWorker"
    WAITING_FOR_PIPE = "WaitingForPipe"
    HANDSHAKING = "Handshaking"
    INITIALIZING_WORKER = "InitializingWorker"
    READY = "Ready"
    CLOSING = "Closing"
    FAULTED = "Faulted"
    CLOSED = "Closed"

    @property
    def words(self) -> str:
        return _WORDS[self]

    @property
    def starting(self) -> bool:
        return self in _STARTING

    @property
    def ended(self) -> bool:
        return self in (SessionState.CLOSING, SessionState.CLOSED, SessionState.FAULTED)


_S = SessionState
_STARTING = (_S.CREATING, _S.STARTING_WORKER, _S.WAITING_FOR_PIPE, _S.HANDSHAKING, _S.INITIALIZING_WORKER)

_WORDS = {
    _S.CREATING: "creating",
    _S.STARTING_WORKER: "starting worker",
    _S.WAITING_FOR_PIPE: "waiting for worker to connect",
    _S.HANDSHAKING: "shaking hands",
    _S.INITIALIZING_WORKER: "connecting to source",
    _S.READY: "ready",
    _S.CLOSING: "closing",
    _S.FAULTED: "faulted",
    _S.CLOSED: "closed",
}

#: What may follow each state. A start walks forward, one step or several.
TRANSITIONS: dict[SessionState, frozenset[SessionState]] = {
    **{
        state: frozenset([*_STARTING[i + 1 :], _S.READY, _S.CLOSING, _S.FAULTED, _S.CLOSED])
        for i, state in enumerate(_STARTING)
    },
    _S.READY: frozenset([_S.CLOSING, _S.FAULTED, _S.CLOSED]),
    _S.CLOSING: frozenset([_S.CLOSED, _S.FAULTED]),
    _S.FAULTED: frozenset([_S.CLOSED]),
    _S.CLOSED: frozenset(),
}


#: From where a restart of the worker may walk back to StartingWorker: only the restart itself does, no late callback.
RESTARTABLE = frozenset([_S.READY, *_STARTING[1:]])


def allowed(old: SessionState, new: SessionState) -> bool:
    return new in TRANSITIONS[old]
