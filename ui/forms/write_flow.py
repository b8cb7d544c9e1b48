"""What a write goes through, without Qt: what may be sent, what has to be asked first, and how it ended."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from app.batch import Detail, Sample
from app.values import SECURED_WRITE_NEEDED, VERIFIED_WRITE_NEEDED, QualityClass, Value, quality_class, quality_words
from ui.format import value_text
from ui.tagbook import TagAbout

#: After acceptance: how long the completion, and after it the read-back, may take.
COMPLETION_S = 35.0
READ_BACK_S = 3.0


class Stage(enum.Enum):
    EDITING = "editing"
    ASKING = "asking"  # Write was pressed, and something has to be confirmed first
    SENT = "sent"
    ACCEPTED = "accepted"
    CONFIRMED = "confirmed"
    CLAMPED = "clamped"
    REJECTED = "rejected"
    NO_ANSWER = "no answer"

    @property
    def running(self) -> bool:
        return self in (Stage.SENT, Stage.ACCEPTED)


class WriteClass(enum.Enum):
    """How many people a write needs."""

    ORDINARY = 0
    SECURED = 1
    VERIFIED = 2

    @classmethod
    def of(cls, about: TagAbout) -> WriteClass:
        return {"SecuredWrite": cls.SECURED, "VerifiedWrite": cls.VERIFIED}.get(about.security_class, cls.ORDINARY)


@dataclass(frozen=True, slots=True)
class State:
    """What the form shows of the write: a stage, and a sentence."""

    stage: Stage
    words: str = ""


class WriteFlow:
    """One form's writes, one after the other. Every method answers the new :class:`State`."""

    def __init__(self, about: TagAbout) -> None:
        self.about = about
        self.state = State(Stage.EDITING)
        self._requested: Value = None
        self._confirmed: Value = None

    @property
    def requested(self) -> Value:
        """The value that is on its way; what is shown as the tag's value is always the one that was read."""
        return self._requested

    def reasons_to_ask(self, value: Value, live: Sample | None) -> list[str]:
        """Why this write wants a second look; empty = it may go at once."""
        reasons: list[str] = []
        about = self.about
        if isinstance(value, int | float) and not isinstance(value, bool):
            if about.low is not None and value < about.low:
                reasons.append(f"{value_text(value)} is below the range ({about.low:g} to {_high(about)})")
            elif about.high is not None and value > about.high:
                reasons.append(f"{value_text(value)} is above the range ({_low(about)} to {about.high:g})")
        if live is None:
            reasons.append("no value of this tag has come yet")
        elif quality_class(live.quality) is not QualityClass.GOOD:
            reasons.append(f"the tag's quality is {quality_words(live.quality)}")
        return reasons

    def press_write(self, value: Value, live: Sample | None) -> State:
        """Write was pressed. SENT: send it now. ASKING: the words say why, and the same press again sends."""
        if self.state.stage.running:
            return self.state
        reasons = self.reasons_to_ask(value, live)
        asked = self.state.stage is Stage.ASKING and _same(value, self._confirmed)
        if reasons and not asked:
            self._confirmed = value
            return self._to(Stage.ASKING, f"{'; '.join(reasons)}. Press “Write anyway” to send it.")
        self._requested = value
        return self._to(Stage.SENT, f"{value_text(value)} is sent …")

    def edited(self) -> State:
        """The new value was changed: what was asked about is moot, and what had ended is over."""
        return self.state if self.state.stage.running else self._to(Stage.EDITING)

    def accepted(self) -> State:
        return self._to(Stage.ACCEPTED, "accepted by the source; waiting for its completion …")

    def refused(self, words: str) -> State:
        return self._to(Stage.REJECTED, f"not written: {words}")

    def completed(self, detail: Detail) -> State:
        """The completion event. Good: the read-back decides."""
        bad = [status for status in detail.statuses if not status.ok]
        if bad:
            words = "; ".join(status.words for status in bad)
            hint = ""
            if any(status.detail == SECURED_WRITE_NEEDED for status in bad):
                hint = " — log in below and write again"
            elif any(status.detail == VERIFIED_WRITE_NEEDED for status in bad):
                hint = " — two people have to log in below"
            return self._to(Stage.REJECTED, f"rejected: {words}{hint}")
        return self._to(Stage.ACCEPTED, "completed; reading back …")

    def reads_as_requested(self, value: Value) -> bool:
        return _same(value, self._requested)

    def read_back(self, value: Value) -> State:
        """The value that the tag has after the completion."""
        if _same(value, self._requested):
            return self._to(Stage.CONFIRMED, f"confirmed: the tag reads {value_text(value)}")
        words = f"written, but the tag reads {value_text(value)}, not {value_text(self._requested)}"
        return self._to(Stage.CLAMPED, words)

    def no_answer(self) -> State:
        return self._to(Stage.NO_ANSWER, "no answer came: the value may have changed. Look at it before writing again.")

    def _to(self, stage: Stage, words: str = "") -> State:
        self.state = State(stage, words)
        return self.state


def _same(first: Value, second: Value) -> bool:
    """Whether a tag that was given one reads as the other: numbers by value, to the precision of a 32-bit float."""
    if isinstance(first, int | float) and isinstance(second, int | float) and not _has_boolean(first, second):
        if isinstance(first, int) and isinstance(second, int):
            return first == second
        return first == second or abs(first - second) <= 1e-6 * max(abs(first), abs(second))
    return first == second and type(first) is type(second)


def _has_boolean(*values: Value) -> bool:
    return any(isinstance(value, bool) for value in values)


def _high(about: TagAbout) -> str:
    return "—" if about.high is None else f"{about.high:g}"


def _low(about: TagAbout) -> str:
    return "—" if about.low is None else f"{about.low:g}"
