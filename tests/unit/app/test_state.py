"""The table of states: every pair is decided, and the ends are ends."""

from __future__ import annotations

import pytest

from app.sessions.state import RESTARTABLE, TRANSITIONS, SessionState, allowed

S = SessionState


@pytest.mark.clause("S2.1", "S2.2", "S2.3")
def test_every_pair_is_decided() -> None:
    assert set(TRANSITIONS) == set(S)
    assert TRANSITIONS[S.CLOSED] == frozenset()
    assert TRANSITIONS[S.FAULTED] == {S.CLOSED}
    assert TRANSITIONS[S.CLOSING] == {S.CLOSED, S.FAULTED}
    for state in S:
        assert not allowed(state, state)
        assert allowed(state, S.FAULTED) == (state not in (S.CLOSED, S.FAULTED))


@pytest.mark.clause("S2.1")
def test_a_start_only_goes_forward() -> None:
    steps = [S.CREATING, S.STARTING_WORKER, S.WAITING_FOR_PIPE, S.HANDSHAKING, S.INITIALIZING_WORKER, S.READY]
    for i, earlier in enumerate(steps):
        for later in steps[i + 1 :]:
            assert allowed(earlier, later)
            assert not allowed(later, earlier)


def test_words_and_marks_for_every_state() -> None:
    assert all(state.words for state in S)
    assert S.CREATING not in RESTARTABLE
    assert not any(state.ended for state in RESTARTABLE)
