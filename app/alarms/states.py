"""The states of an alarm and what moves it between them, after ISA-18.2, as one table."""

from __future__ import annotations

import enum


class AlarmState(enum.StrEnum):
    NORMAL = "normal"
    UNACKNOWLEDGED = "unacknowledged"  # it is so, and nobody has said that they know
    ACKNOWLEDGED = "acknowledged"  # it is so, and somebody knows
    RETURNED = "returned"  # it is over, and nobody knew
    SHELVED = "shelved"  # put away by an operator, until a given time
    SUPPRESSED = "suppressed"  # by design, while another tag says so
    OUT_OF_SERVICE = "out of service"  # put away until somebody takes it back


class AlarmEvent(enum.StrEnum):
    RAISE = "raise"
    CLEAR = "clear"
    ACKNOWLEDGE = "acknowledge"
    SHELVE = "shelve"
    UNSHELVE = "unshelve"
    SUPPRESS = "suppress"
    RELEASE = "release"  # the suppression is over
    DISABLE = "disable"
    ENABLE = "enable"


#: What an operator should see and do something about.
ANNUNCIATED = frozenset({AlarmState.UNACKNOWLEDGED, AlarmState.ACKNOWLEDGED, AlarmState.RETURNED})
NEEDS_ACKNOWLEDGING = frozenset({AlarmState.UNACKNOWLEDGED, AlarmState.RETURNED})
#: In these the condition is looked at, but nobody is told.
QUIET = frozenset({AlarmState.SHELVED, AlarmState.SUPPRESSED, AlarmState.OUT_OF_SERVICE})

_N, _U, _A, _R = AlarmState.NORMAL, AlarmState.UNACKNOWLEDGED, AlarmState.ACKNOWLEDGED, AlarmState.RETURNED
_SH, _SU, _OUT = AlarmState.SHELVED, AlarmState.SUPPRESSED, AlarmState.OUT_OF_SERVICE
_E = AlarmEvent

#: (state, event) -> the state after it; None = refused, for it makes no sense there. What comes back from a quiet state
#: is normal: the alarm is raised anew where its condition still holds.
TABLE: dict[tuple[AlarmState, AlarmEvent], AlarmState | None] = {
    (state, event): target
    for event, targets in {
        #                _N    _U    _A    _R    _SH   _SU   _OUT
        _E.RAISE:       (_U,   _U,   _A,   _U,   _SH,  _SU,  _OUT),
        _E.CLEAR:       (_N,   _R,   _N,   _R,   _SH,  _SU,  _OUT),
        _E.ACKNOWLEDGE: (None, _A,   None, _N,   None, None, None),
        _E.SHELVE:      (_SH,  _SH,  _SH,  _SH,  _SH,  None, None),
        _E.UNSHELVE:    (None, None, None, None, _N,   None, None),
        _E.SUPPRESS:    (_SU,  _SU,  _SU,  _SU,  _SH,  _SU,  _OUT),
        _E.RELEASE:     (_N,   _U,   _A,   _R,   _SH,  _N,   _OUT),
        _E.DISABLE:     (_OUT, _OUT, _OUT, _OUT, _OUT, _OUT, None),
        _E.ENABLE:      (None, None, None, None, None, None, _N),
    }.items()
    for state, target in zip((_N, _U, _A, _R, _SH, _SU, _OUT), targets, strict=True)
}  # fmt: skip
