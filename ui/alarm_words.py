"""Alarms in words: their limits, states and priorities, as operators read them."""

from __future__ import annotations

from app.alarms.limits import HIGHS, LEVELS, Condition, Limit, Priority
from app.alarms.model import Alarm, Change
from app.alarms.states import AlarmEvent, AlarmState
from ui.format import number_text, value_text
from ui.i18n import noop, tr
from ui.tagbook import UNKNOWN, TagAbout

PRIORITIES = {
    Priority.LOW: noop("low"),
    Priority.MEDIUM: noop("medium"),
    Priority.HIGH: noop("high"),
    Priority.URGENT: noop("urgent"),
}
CONDITIONS = {
    Condition.HIGH_HIGH: noop("very high"),
    Condition.HIGH: noop("high"),
    Condition.LOW: noop("low"),
    Condition.LOW_LOW: noop("very low"),
    Condition.STATE: noop("state"),
    Condition.QUALITY: noop("bad quality"),
    Condition.STALE: noop("no news"),
}
STATES = {
    AlarmState.NORMAL: noop("normal"),
    AlarmState.UNACKNOWLEDGED: noop("active, unacknowledged"),
    AlarmState.ACKNOWLEDGED: noop("active, acknowledged"),
    AlarmState.RETURNED: noop("over, unacknowledged"),
    AlarmState.SHELVED: noop("shelved"),
    AlarmState.SUPPRESSED: noop("suppressed"),
    AlarmState.OUT_OF_SERVICE: noop("out of service"),
}
#: A shape before the word: filled where somebody has to acknowledge.
STATE_MARKS = {
    AlarmState.NORMAL: "",
    AlarmState.UNACKNOWLEDGED: "●",
    AlarmState.ACKNOWLEDGED: "○",
    AlarmState.RETURNED: "◐",
    AlarmState.SHELVED: "◷",
    AlarmState.SUPPRESSED: "⊘",
    AlarmState.OUT_OF_SERVICE: "⊝",
}
_TOLD = {
    AlarmEvent.RAISE: noop("alarm: {words}"),
    AlarmEvent.CLEAR: noop("over: {words}"),
    AlarmEvent.UNSHELVE: noop("shelving is over: {words}"),
    AlarmEvent.SUPPRESS: noop("suppressed: {words}"),
    AlarmEvent.RELEASE: noop("not suppressed any more: {words}"),
}


def limit_words(limit: Limit, about: TagAbout = UNKNOWN) -> str:
    """What the alarm looks for: "H ≥ 80.0 m", "bad quality"."""
    if limit.condition in LEVELS:
        sign = "≥" if limit.condition in HIGHS else "≤"
        return f"{limit.condition.value} {sign} {number_text(limit.value, about.decimals)} {about.unit}".rstrip()
    if limit.condition is Condition.STATE:
        states = [value_text(state, decimals=about.decimals, enumeration=about.enumeration) for state in limit.states]
        return tr("state {values}").format(values=tr(" or ").join(states))
    if limit.condition is Condition.STALE:
        return tr("no news for {seconds} s").format(seconds=f"{limit.value:g}")
    return tr(CONDITIONS[limit.condition])


def state_words(alarm: Alarm) -> str:
    words = tr(STATES[alarm.state])
    if alarm.chattering:
        words += tr(", chattering")
    return words + tr(", not live") if alarm.held else words


def change_words(change: Change, about: TagAbout = UNKNOWN) -> str:
    """A line for the event log; "" for what stands there already as an operator's action, or is no news."""
    after = change.after
    if after is None:
        return ""
    words = limit_words(after.limit, about)
    if change.event is None:
        if after.chattering == change.before.chattering:
            return ""
        told = (
            tr("chatters, told again when it is quiet: {words}")
            if after.chattering
            else tr("chatters no more: {words}")
        )
        return told.format(words=words)
    if change.event in _TOLD and change.before.state is not after.state:
        return tr(_TOLD[change.event]).format(words=words)
    return ""
