"""What a write goes through, without Qt: what may be sent, what has to be asked first, and how it ended."""

from __future__ import annotations

import enum
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeGuard

from app.batch import Detail, Sample
from app.values import (
    NS_PER_S,
    SECURED_WRITE_NEEDED,
    VERIFIED_WRITE_NEEDED,
    Duration,
    QualityClass,
    Status,
    Timestamp,
    Value,
    quality_class,
    same_value,
)
from ui.engine_words import status_said
from ui.format import quality_said, value_text
from ui.i18n import noop, tr
from ui.tagbook import TagAbout

#: A change by more than this share of the range wants a second look, unless the settings say otherwise.
BIG_CHANGE = 0.5
#: A smaller one than this is none to people who have to decide on a value together.
_NOISE = 0.01
#: A source time further ahead than this wants one too.
_AHEAD_NS = 60 * NS_PER_S


_NAMES = {
    bool: "Boolean",
    int: "Integer",
    float: "Double",
    bytes: "ByteString",
    Timestamp: "Time",
    Duration: "ElapsedTime",
}
_UNTYPED = ("", "unknown", "nodata")


class Stage(enum.Enum):
    EDITING = noop("editing")
    ASKING = noop("asking")  # Write was pressed, and something has to be confirmed first
    SENT = noop("sent")
    ACCEPTED = noop("accepted")
    CONFIRMED = noop("confirmed")
    CLAMPED = noop("clamped")
    UNCONFIRMED = noop("unconfirmed")  # the source has written it, but it could not be read back
    REJECTED = noop("rejected")
    NO_ANSWER = noop("no answer")

    @property
    def running(self) -> bool:
        return self in (Stage.SENT, Stage.ACCEPTED)


class WriteClass(enum.IntEnum):
    """How many people a write needs."""

    ORDINARY = 0
    SECURED = 1
    VERIFIED = 2

    @classmethod
    def of(cls, about: TagAbout) -> WriteClass:
        return {"SecuredWrite": cls.SECURED, "VerifiedWrite": cls.VERIFIED}.get(about.security_class, cls.ORDINARY)


@dataclass(frozen=True, slots=True)
class Person:
    """Who writes or verifies, for one write."""

    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be written: with a source time where the source is to store one, by these people."""

    value: Value
    time: Timestamp | None = None
    people: tuple[Person, ...] = ()
    comment: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """What the form shows of the write: a stage, and a sentence."""

    stage: Stage
    words: str = ""


class WriteFlow:
    """One form's writes, one after the other. Every method answers the new :class:`State`."""

    def __init__(self, about: TagAbout, big_change: float = BIG_CHANGE) -> None:
        self.about = about
        self._big_change = big_change
        self.state = State(Stage.EDITING)
        self._needed = WriteClass.ORDINARY  # as a rejection has told
        self._requested: Value = None
        self._seen: Sample | None = None  # the tag when the new value began to be edited
        self._asked: tuple[Wish, list[str]] | None = None
        self._unanswered = 0

    @property
    def requested(self) -> Value:
        """The value that is on its way; what is shown as the tag's value is always the one that was read."""
        return self._requested

    @property
    def write_class(self) -> WriteClass:
        """As the source describes the tag, or as it has insisted on."""
        return max(WriteClass.of(self.about), self._needed)

    def shown(self, value: Value) -> str:
        """With more digits than the source shows: 5.04 that reads back as 5.0 is not the same."""
        text = value_text(value, enumeration=self.about.enumeration, limit=60)
        return f"{text} {self.about.unit}".rstrip()

    # ---- before

    def check_people(self, people: Sequence[Person]) -> None:
        """ValueError where somebody is missing, or verifies what he writes himself."""
        for role, person in zip((tr("User"), tr("Verifier")), people, strict=False):
            if not person.user.strip():
                raise ValueError(tr("{role}: type a name").format(role=role))
        if len(people) > 1 and people[0].user.strip().casefold() == people[1].user.strip().casefold():
            raise ValueError(tr("Verifier: a second person has to verify, not the user himself"))

    def reasons_to_ask(self, wish: Wish, live: Sample | None, now_ns: int = 0) -> list[str]:
        """Why this write wants a second look; empty = it may go at once."""
        reasons = [*self._about_value(wish.value, live), *self._about_tag(live)]
        if wish.time is not None and now_ns and wish.time.ns > now_ns + _AHEAD_NS:
            reasons.append(tr("the source time is in the future"))
        if self._unanswered:
            reasons.append(tr("an earlier write has had no answer yet"))
        return reasons

    def out_of_range(self, value: Value) -> str:
        """Why a number is no usual one for this tag, in words; "" where it is."""
        numbers = [one for one in (value if isinstance(value, tuple) else (value,)) if _is_number(one)]
        low, high = self.about.low, self.about.high
        if any(not math.isfinite(one) for one in numbers):
            return tr("{value} is no finite number").format(value=self.shown(value))
        if any((low is not None and one < low) or (high is not None and one > high) for one in numbers):
            span = tr("the range of {low} to {high}").format(low=_bound(low), high=_bound(high))
            return tr("{value} is outside {span}").format(value=self.shown(value), span=span)
        return ""

    def _about_value(self, value: Value, live: Sample | None) -> list[str]:
        if words := self.out_of_range(value):
            return [words]
        low, high = self.about.low, self.about.high
        before = None if live is None else live.value
        if low is None or high is None or self.about.enumeration or not (_is_number(value) and _is_number(before)):
            return []
        if not abs(value - before) > self._big_change * (high - low) > 0:
            return []
        span = tr("the range of {low} to {high}").format(low=_bound(low), high=_bound(high))
        share = f"{self._big_change * 100:.4g}%"
        return [tr("it changes by more than {share} of {span}").format(share=share, span=span)]

    def _about_tag(self, live: Sample | None) -> list[str]:
        reasons: list[str] = []
        if self.about.read_only:
            reasons.append(tr("the tag is read only"))
        if live is None:
            reasons.append(tr("no value of this tag has come yet"))
        elif quality_class(live.quality) is not QualityClass.GOOD:
            reasons.append(tr("the tag's quality is {quality}").format(quality=quality_said(live.quality)))
        seen = self._seen
        if self.write_class and seen is not None and live is not None and self._moved(seen.value, live.value):
            words = tr("it has changed from {old} to {new} meanwhile")
            reasons.append(words.format(old=self.shown(seen.value), new=self.shown(live.value)))
        return reasons

    def _moved(self, before: Value, now: Value) -> bool:
        """Whether it is another value to those who decided on it: noise of a measurement is none."""
        low, high = self.about.low, self.about.high
        if isinstance(before, float) and isinstance(now, float) and low is not None and high is not None:
            return abs(now - before) > _NOISE * (high - low)
        return not same_value(before, now)

    def press_write(self, wish: Wish, live: Sample | None, now_ns: int = 0) -> State:
        """Write was pressed. SENT: send it now. ASKING: the words say why, and the same press again sends, unless
        meanwhile there are other reasons."""
        if self.state.stage.running:
            return self.state
        reasons = self.reasons_to_ask(wish, live, now_ns)
        asked = self.state.stage is Stage.ASKING and self._asked is not None and self._asked[0] == wish
        confirmed = asked and self._asked is not None and set(reasons) <= set(self._asked[1])
        if reasons and not confirmed:
            self._asked = wish, reasons
            self._seen = live
            how = tr("“Write anyway” sends it.")
            return self._to(Stage.ASKING, f"{_sentence('; '.join(reasons))} {how}")
        return self.sent(wish)

    def sent(self, wish: Wish) -> State:
        """It goes out, whatever was asked: somebody else has answered for it."""
        self._asked = None
        self._requested = wish.value
        words = tr("{value} is sent{people} …").format(value=self.shown(wish.value), people=_names(wish))
        return self._to(Stage.SENT, words)

    def look(self, live: Sample | None) -> None:
        """What is decided on from here on is the tag as it is now."""
        self._seen = live

    def edited(self, live: Sample | None = None) -> State:
        """The new value was changed: what was asked about is moot, and what had ended is over."""
        if self.state.stage.running:
            return self.state
        if self.state.stage is not Stage.EDITING or self._seen is None:
            self._seen = live
        self._asked = None
        return self._to(Stage.EDITING)

    # ---- on its way

    def accepted(self) -> State:
        return self._to(Stage.ACCEPTED, tr("Accepted by the source; waiting for its completion …"))

    def refused(self, words: str) -> State:
        """It was not sent, or the source did not take it."""
        return self._to(Stage.REJECTED, _sentence(tr("not written: {reason}").format(reason=words)))

    def completed(self, detail: Detail) -> State:
        """The completion event. ACCEPTED: it is written, and the read-back decides."""
        bad = [status for status in detail.statuses if not status.ok]
        if not bad:
            return self._to(Stage.ACCEPTED, tr("Written by the source; reading back …"))
        codes = {status.detail for status in bad}
        hint = ""
        if VERIFIED_WRITE_NEEDED in codes:
            self._needed, hint = WriteClass.VERIFIED, tr(" Two people have to log in below.")
        elif SECURED_WRITE_NEEDED in codes:
            self._needed, hint = WriteClass.SECURED, tr(" Log in below and write again.")
        return self._to(Stage.REJECTED, _sentence(_rejected(bad)) + hint)

    def reads_as_requested(self, value: Value) -> bool:
        return same_value(value, self._requested)

    def read_back(self, found: Sample) -> State:
        """The tag as it reads after the completion."""
        good = quality_class(found.quality) is QualityClass.GOOD
        quality = "" if good else tr(", its quality is {quality}").format(quality=quality_said(found.quality))
        reads = self.shown(found.value)
        if same_value(found.value, self._requested):
            words = tr("Written and confirmed: the tag reads {value}{quality}.")
            return self._to(Stage.CONFIRMED, words.format(value=reads, quality=quality))
        words = tr("Written, but the tag reads {value}, not {requested}{quality}.")
        words = words.format(value=reads, requested=self.shown(self._requested), quality=quality)
        return self._to(Stage.CLAMPED, words)

    def not_read_back(self, words: str) -> State:
        told = tr("written by the source, but it could not be read back: {reason}").format(reason=words)
        return self._to(Stage.UNCONFIRMED, _sentence(told))

    def unrecorded(self, words: str) -> State:
        """It has ended as :attr:`state` says, but its end could not be recorded."""
        told = tr("Its end could not be recorded: {reason}").format(reason=words)
        return self._to(self.state.stage, f"{self.state.words} {_sentence(told)}")

    def no_answer(self, words: str = "", *, completion_due: bool = True) -> State:
        """``completion_due``: one may still come, and would be taken for the next write's."""
        self._unanswered += completion_due
        why = f" ({words})" if words else ""
        told = tr("No answer{reason}: the value may have changed. Look at it before writing again.")
        return self._to(Stage.NO_ANSWER, told.format(reason=why))

    def late(self, detail: Detail) -> State:
        """A completion while nothing is on its way: of a write that had no answer, or of somebody else's."""
        if not self._unanswered:
            return self.state
        self._unanswered -= 1
        bad = [status for status in detail.statuses if not status.ok]
        written = tr("{value} was written").format(value=self.shown(self._requested))
        words = tr("a late answer came: {answer}").format(answer=_rejected(bad) if bad else written)
        return self._to(Stage.REJECTED if bad else Stage.UNCONFIRMED, _sentence(words))

    def _to(self, stage: Stage, words: str = "") -> State:
        self.state = State(stage, words)
        return self.state


def type_name(about: TagAbout, live: Value) -> str:
    """As the source tells it; where it does not know, that of the value that was read, else text."""
    if about.data_type.lower() not in _UNTYPED:
        return about.data_type
    first = live[0] if isinstance(live, tuple) and live else live
    return _NAMES.get(type(first), "String")


def _is_number(value: Value) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _bound(limit: float | None) -> str:
    return "—" if limit is None else f"{limit:g}"


def _rejected(bad: Sequence[Status]) -> str:
    return tr("rejected: {reason}").format(reason="; ".join(status_said(status) for status in bad))


def _names(wish: Wish) -> str:
    return f",{by_whom(wish.people)}" if wish.people else ""


def by_whom(people: Sequence[Person]) -> str:
    """Who writes, and who verifies; "" = nobody has to log in."""
    names = [person.user.strip() for person in people]
    if len(names) > 1:
        return tr(" by {user}, verified by {verifier}").format(user=names[0], verifier=names[1])
    return tr(" by {user}").format(user=names[0]) if names else ""


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}{'' if words.endswith(('.', '!', '?')) else '.'}"
