"""The rows of a watch list: what somebody put there (:class:`Line`), and what lives behind it (:class:`Row`)."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.batch import Sample
from app.sessions.items import ItemRegistry
from app.values import NO_TIME, QUALITY_BAD, QUALITY_CONFIGURATION_ERROR, QualityClass, Value, quality_class
from ui.expression import ExpressionError, Program, parse
from ui.i18n import tr
from ui.models.spark import Spark
from ui.number_format import AS_SOURCE, NumberFormat
from ui.tagref import TagRef

_WORTH = {QualityClass.GOOD: 0, QualityClass.UNCERTAIN: 1, QualityClass.BAD: 2}


class Kind(enum.StrEnum):
    TAG = "tag"
    COMMENT = "comment"
    COMPUTED = "computed"


@dataclass(frozen=True, slots=True)
class Line:
    """``text``: the words of a comment, the name of a computed row. ``inputs`` are the tags of its expression, in the
    order of the names in it."""

    kind: Kind
    ref: TagRef = TagRef("", "")
    text: str = ""
    expression: str = ""
    inputs: tuple[TagRef, ...] = ()
    unit: str = ""
    format: NumberFormat = AS_SOURCE

    @property
    def refs(self) -> tuple[TagRef, ...]:
        """The tags that it needs."""
        return (self.ref,) if self.kind is Kind.TAG else self.inputs

    def state(self) -> dict[str, Any]:
        kept: dict[str, Any] = {"kind": self.kind.value}
        if self.kind is Kind.TAG:
            kept |= {"source": self.ref.source, "tag": self.ref.tag}
        else:
            kept["text"] = self.text
        if self.kind is Kind.COMPUTED:
            kept |= {"expression": self.expression, "inputs": [[i.source, i.tag] for i in self.inputs]}
        if self.unit:
            kept["unit"] = self.unit
        if self.format != AS_SOURCE:
            kept["format"] = self.format.state()
        return kept

    @classmethod
    def of(cls, state: object) -> Line:
        """ValueError says what it lacks."""
        if not isinstance(state, dict):
            raise ValueError("a row is an object")  # noqa: TRY004
        kind = Kind(state.get("kind", "tag"))
        ref = TagRef(_text(state, "source"), _text(state, "tag")) if kind is Kind.TAG else TagRef("", "")
        if kind is Kind.TAG and not ref.tag.strip():
            raise ValueError("a row of a tag names the tag")
        expression = _text(state, "expression")
        inputs = tuple([TagRef(str(source), str(tag)) for source, tag in state.get("inputs", ())])
        if kind is Kind.COMPUTED and len(parse(expression).names) != len(inputs):
            raise ValueError("a computed row names each tag of its expression")
        style = NumberFormat.of(state["format"]) if "format" in state else AS_SOURCE
        return cls(kind, ref, _text(state, "text"), expression, inputs, _text(state, "unit"), style)


def _text(state: dict[str, Any], name: str) -> str:
    value = state.get(name, "")
    if not isinstance(value, str):
        raise ValueError(f"{name} is text, not {value!r}")  # noqa: TRY004
    return value


class Source:
    """A source by its name: open (``items`` is there), live or not, or closed. All rows of it share one.
    ``session_id`` is that of its last session."""

    __slots__ = ("items", "live", "name", "replayed", "session_id", "version")

    def __init__(self, name: str) -> None:
        self.name = name
        self.session_id = ""
        self.items: ItemRegistry | None = None
        self.live = False
        self.replayed = False  # it plays a recording
        self.version = -1  # of its items, when rows were last compared with them

    @property
    def is_open(self) -> bool:
        return self.items is not None


class Link:
    """One tag of a source, for a row: which item it is of the session that is open now, and its last value."""

    __slots__ = ("failure", "items", "kept", "key", "read", "reason", "ref", "seen", "source", "stamp")

    def __init__(self, ref: TagRef, source: Source) -> None:
        self.ref = ref
        self.source = source
        self.items: ItemRegistry | None = None  # of the session that `key` is of, or that was asked in vain
        self.key = 0  # 0 = no item
        self.seen = 0  # sequence of the event that `kept` is of
        self.kept: Sample | None = None
        self.read: Sample | None = None  # what was read by hand, while nothing newer has come
        self.failure = ""  # why there is no item, in a word or two
        self.reason = ""  # and as the source says it
        self.stamp = 0  # grows whenever something about it has changed

    def fresh(self) -> int:
        """Take over the newest event; the stamp."""
        items = self.items
        if not self.key or items is None:
            return self.stamp
        newest = items.sequence(self.key)
        if newest == self.seen or not newest:
            return self.stamp
        self.seen = newest
        self.kept = items.sample(self.key)
        if self.read is not None and self.kept is not None and self.kept.worker_time >= self.read.worker_time:
            self.read = None
        self.stamp += 1
        return self.stamp

    def was_read(self, sample: Sample) -> None:
        """By hand; it stands until something newer comes."""
        self.read = sample
        self.stamp += 1

    def sample(self) -> Sample | None:
        return self.read or self.kept

    @property
    def live(self) -> bool:
        return bool(self.key) and self.source.live and self.items is self.source.items

    @property
    def unknown(self) -> bool:
        """Its source took the name and does not know it: as MXAccess tells that."""
        kept = self.kept
        return kept is not None and kept.value is None and kept.quality & 0xFC == QUALITY_CONFIGURATION_ERROR

    @property
    def wants_item(self) -> bool:
        """Its source is open, and has not been asked for it."""
        return self.source.items is not None and self.items is not self.source.items

    def asked(self) -> None:
        """The source is being asked for its item: until the answer the last value stays, and is not live."""
        self._take(0, "", "")

    def bind(self, key: int) -> None:
        self._take(key, "", "")

    def lose(self, failure: str, reason: str = "") -> None:
        """No item; the last value stays."""
        self._take(0, failure, reason)

    def _take(self, key: int, failure: str, reason: str) -> None:
        self.fresh()
        self.items = self.source.items
        self.key, self.seen = key, 0
        self.failure, self.reason = failure, reason
        self.stamp += 1


class Row:
    """One row; it stays the same object while its line is edited, moved, removed and brought back."""

    __slots__ = ("cells", "count", "error", "line", "links", "natural", "painted", "program", "result", "spark",
                 "stamp", "version")  # fmt: skip

    def __init__(self, line: Line, links: Sequence[Link]) -> None:
        self.painted = -1  # the version that was painted last
        self.version = 0  # grows with everything that its texts are made of
        self.count = 0
        self.spark: Spark | None = None
        self.cells: dict[int, str] = {}
        self.natural: str | None = None
        self.become(line, links)

    def become(self, line: Line, links: Sequence[Link]) -> None:
        self.line = line
        self.links = tuple(links)
        self.program: Program | None = parse(line.expression) if line.kind is Kind.COMPUTED else None
        self.result: Sample | None = None
        self.error = ""
        self.natural = None
        self.stamp = -1
        self.refresh()

    def touch(self) -> None:
        """Its texts are made anew."""
        self.version += 1
        self.cells.clear()

    # ---- values

    def refresh(self) -> bool:
        """Take over what came; whether something did."""
        stamp = 0
        for link in self.links:
            stamp += link.fresh()
        if stamp == self.stamp:
            return False
        self.stamp = stamp
        if self.program is not None:
            self._compute()
        self.touch()
        return True

    def sample(self) -> Sample | None:
        """The newest value that :meth:`refresh` took over, or that was left when its source closed."""
        if self.program is not None:
            return self.result
        return self.links[0].sample() if self.links else None

    @property
    def live(self) -> bool:
        return all(link.live for link in self.links)

    @property
    def failure(self) -> str:
        """Why there is no value, in words."""
        return self.error or next((link.failure for link in self.links if link.failure), "")

    def _compute(self) -> None:
        """The quality is the worst of the inputs', the time the newest of theirs."""
        assert self.program is not None
        samples = [link.sample() for link in self.links]
        there = [sample for sample in samples if sample is not None]
        self.error = ""
        if len(there) < len(samples):
            missing = [link.ref.tag for link, sample in zip(self.links, samples, strict=True) if sample is None]
            self.result, self.error = None, tr("no value of {names}").format(names=", ".join(missing))
            return
        source_time = max((sample.source_time for sample in there), default=NO_TIME)
        worker_time = max((sample.worker_time for sample in there), default=NO_TIME)
        worst = max((sample.quality for sample in there), key=_worth, default=192)
        value: Value = None
        try:
            value = self.program.run([_operand(sample.value) for sample in there])
        except ExpressionError as error:
            self.error, worst = str(error), QUALITY_BAD
        self.result = Sample(value, worst, source_time, worker_time)


def _worth(quality: int) -> int:
    return _WORTH[quality_class(quality)]


def _operand(value: Value) -> bool | int | float | str:
    if isinstance(value, bool | int | float | str):
        return value
    raise ExpressionError(tr("an input is no number"))
