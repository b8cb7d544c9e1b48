"""The table of ISA-18.2: every pair is decided, and the ways through it lead where they should."""

from __future__ import annotations

import itertools

import pytest

from app.alarms.states import ANNUNCIATED, NEEDS_ACKNOWLEDGING, QUIET, TABLE, AlarmEvent, AlarmState

S, E = AlarmState, AlarmEvent
CONDITION_EVENTS = (E.RAISE, E.CLEAR, E.SUPPRESS, E.RELEASE)


@pytest.mark.clause("A4")
def test_every_state_and_event_is_decided() -> None:
    assert set(TABLE) == set(itertools.product(AlarmState, AlarmEvent))


@pytest.mark.clause("A4")
@pytest.mark.parametrize("state", AlarmState)
def test_what_happens_in_the_plant_is_never_refused(state: AlarmState) -> None:
    assert all(TABLE[state, event] is not None for event in CONDITION_EVENTS)


@pytest.mark.clause("A4")
@pytest.mark.parametrize("state", sorted(QUIET))
def test_nothing_in_the_plant_ends_shelving_or_being_out_of_service(state: AlarmState) -> None:
    assert TABLE[state, E.RAISE] is state
    assert TABLE[state, E.CLEAR] is state


@pytest.mark.clause("A4")
def test_an_alarm_that_nobody_acknowledged_stays_after_it_is_over() -> None:
    assert TABLE[S.UNACKNOWLEDGED, E.CLEAR] is S.RETURNED
    assert TABLE[S.ACKNOWLEDGED, E.CLEAR] is S.NORMAL
    assert TABLE[S.RETURNED, E.ACKNOWLEDGE] is S.NORMAL
    assert TABLE[S.RETURNED, E.RAISE] is S.UNACKNOWLEDGED


@pytest.mark.clause("A4")
def test_only_what_needs_it_can_be_acknowledged() -> None:
    assert {state for state in S if TABLE[state, E.ACKNOWLEDGE] is not None} == NEEDS_ACKNOWLEDGING


@pytest.mark.clause("A4")
def test_every_state_is_reached_and_every_one_is_left() -> None:
    reached = {S.NORMAL}
    while more := {TABLE[state, event] for state in reached for event in E} - {None} - reached:
        reached |= {state for state in more if state is not None}
    assert reached == set(S)
    for state in set(S) - {S.NORMAL}:
        assert any(TABLE[state, event] not in (None, state) for event in E)
    assert {S.NORMAL} | ANNUNCIATED | QUIET == set(S)
