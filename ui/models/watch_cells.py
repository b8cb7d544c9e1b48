"""What the cells of a watch list say: texts, marks and sort keys of a row."""

from __future__ import annotations

import enum
import math
import re
from collections.abc import Callable
from typing import Any

from app.tasks import Clock
from app.values import NO_TIME, NS_PER_S, QualityClass, quality_class
from ui.engine_words import said
from ui.format import MARKS, age_text, full_text, iso_text, quality_text, time_text, zone_text
from ui.i18n import count_text, noop, tr
from ui.models.watch_rows import Kind, Link, Row
from ui.models.watch_snapshot import Difference, Snapshot, Tolerance
from ui.tagbook import UNKNOWN, TagAbout, TagBook

TAG, VALUE, UNIT, QUALITY, TIME, AGE, SESSION, DESCRIPTION = range(8)
RECEIVED, TYPE, ACCESS, COUNT, RAW, SPARK, COMPARE = range(8, 15)
HEADERS = (
    noop("Tag"),
    noop("Value"),
    noop("Unit"),
    noop("Quality"),
    noop("Source time"),
    noop("Age"),
    noop("Session"),
    noop("Description"),
    noop("Receive time"),
    noop("Type"),
    noop("Access"),
    noop("Count"),
    noop("Raw quality"),
    noop("Trend"),
    noop("Difference"),
)
#: By which a workspace knows them.
NAMES = (
    "tag", "value", "unit", "quality", "time", "age", "session", "description",
    "received", "type", "access", "count", "raw", "spark", "compare",
)  # fmt: skip
USUAL = frozenset(range(8))
RIGHT = frozenset({VALUE, AGE, COUNT, RAW, COMPARE})
#: Change with the values, so that an order by them has to be renewed.
LIVE = frozenset({VALUE, QUALITY, TIME, AGE, RECEIVED, COUNT, RAW, SPARK, COMPARE})
_OF_ABOUT = frozenset({VALUE, UNIT, DESCRIPTION, TYPE, ACCESS, COMPARE})
NOT_FOUND = noop("not found")
NOT_OPEN = noop("source not open")


def _source_words(link: Link) -> str:
    return tr("⟲ {name}, replay").format(name=link.source.name) if link.source.replayed else link.source.name


class Worth(enum.Enum):
    """How a value is to be taken: what is not live is dimmed, whatever it was."""

    GOOD = "good"
    UNCERTAIN = "uncertain"
    BAD = "bad"
    STALE = "stale"
    NONE = "none"


_OF_CLASS = {QualityClass.GOOD: Worth.GOOD, QualityClass.UNCERTAIN: Worth.UNCERTAIN, QualityClass.BAD: Worth.BAD}
_MARKS = {
    Worth.GOOD: MARKS[QualityClass.GOOD],
    Worth.UNCERTAIN: MARKS[QualityClass.UNCERTAIN],
    Worth.BAD: MARKS[QualityClass.BAD],
    Worth.STALE: MARKS[QualityClass.BAD],
    Worth.NONE: "",
}


class Cells:
    """One list's. Texts are kept with the row until it is touched."""

    def __init__(self, book: TagBook, clock: Clock) -> None:
        self._book = book
        self._clock = clock
        self.utc = False
        self.asking = True  # sources about tags: not while all rows are looked through
        self.snapshot: Snapshot | None = None
        self.tolerance = Tolerance()
        self._makers: dict[int, Callable[[Row], str]] = {
            TAG: self.name,
            VALUE: self._value,
            UNIT: lambda row: row.line.unit or self.about(row).unit,
            QUALITY: self._quality,
            TIME: lambda row: self._time(row, received=False),
            AGE: self.age,
            SESSION: self.session,
            DESCRIPTION: lambda row: row.line.expression or self.about(row).description,
            RECEIVED: lambda row: self._time(row, received=True),
            TYPE: lambda row: self.about(row).data_type,
            ACCESS: lambda row: said(self.about(row).access),
            COUNT: lambda row: count_text(row.count) if row.line.kind is Kind.TAG else "",
            RAW: self._raw,
            COMPARE: lambda row: found.text if (found := self.difference(row)) is not None else "",
        }

    def text(self, row: Row, column: int) -> str:
        text = row.cells.get(column)
        if text is None:
            if column == SPARK or (row.line.kind is Kind.COMMENT and column != TAG):
                return ""
            text = self._makers[column](row)
            # An age grows by itself, and what is not known yet is asked for again.
            if column != AGE and (column not in _OF_ABOUT or self.about(row) is not UNKNOWN):
                row.cells[column] = text
        return text

    def header(self, column: int) -> str:
        words = tr(HEADERS[column])
        return f"{words} ({zone_text(self.utc)})" if column in (TIME, RECEIVED) else words

    def about(self, row: Row) -> TagAbout:
        """What is known of the tag; nothing of computed rows and of sources that were never open."""
        if row.line.kind is not Kind.TAG:
            return UNKNOWN
        return self._known(row.links[0])

    def _known(self, link: Link) -> TagAbout:
        if not link.source.session_id:
            return UNKNOWN
        ask = self._book.about if link.key and self.asking else self._book.known
        return ask(link.source.session_id, link.ref.tag)

    def name(self, row: Row) -> str:
        line = row.line
        return line.ref.tag if line.kind is Kind.TAG else line.text or line.expression

    def session(self, row: Row) -> str:
        """Whose tag it is, or the tags of a computed row are."""
        return ", ".join(dict.fromkeys(_source_words(link) for link in row.links))

    # ---- values

    def worth(self, row: Row) -> Worth:
        sample = row.sample()
        if sample is None:
            return Worth.NONE
        return _OF_CLASS[quality_class(sample.quality)] if row.live else Worth.STALE

    def mark(self, row: Row) -> str:
        return _MARKS[self.worth(row)]

    def _value(self, row: Row) -> str:
        sample = row.sample()
        if sample is None or (sample.value is None and row.error):
            return "—" if row.failure else ""
        about = self.about(row)
        return row.line.format.text(
            sample.value, decimals=self.decimals(row), enumeration=about.enumeration, data_type=about.data_type
        )

    def decimals(self, row: Row) -> int | None:
        """The source's own; of a computed row the most of its inputs', where all are known."""
        if row.line.kind is Kind.TAG:
            return self.about(row).decimals
        known = [self._known(link).decimals for link in row.links]
        return max([d for d in known if d is not None]) if known and None not in known else None

    def _quality(self, row: Row) -> str:
        if row.error:
            return row.error
        sample = row.sample()
        state = self.state(row)
        if sample is None:
            return state or tr("waiting")
        words = quality_text(sample.quality)
        if state and sample.value is None:
            return state
        if state:
            return tr("{state}, was {quality}").format(state=state, quality=words)
        return words if row.live else tr("not live, was {quality}").format(quality=words)

    def state(self, row: Row) -> str:
        """Why nothing comes, in words; "" where it does, or soon will."""
        for link in row.links:
            if not link.source.is_open:
                return tr(NOT_OPEN)
            if link.failure:
                return link.failure
            if link.unknown:
                return tr(NOT_FOUND)
        return ""

    def _raw(self, row: Row) -> str:
        sample = row.sample()
        return "" if sample is None else str(sample.quality)

    # ---- times

    def _time(self, row: Row, *, received: bool) -> str:
        sample = row.sample()
        if sample is None:
            return ""
        return time_text(sample.worker_time if received else sample.source_time, self.utc, date=False)

    def age_s(self, row: Row) -> float | None:
        """Since the value's source time, or since it was received where the source gave none."""
        sample = row.sample()
        if sample is None:
            return None
        since = sample.source_time if sample.source_time != NO_TIME else sample.worker_time
        return None if since == NO_TIME else (self._clock.utc_ns() - since) / NS_PER_S

    def age(self, row: Row) -> str:
        age_s = self.age_s(row)
        return "" if age_s is None else age_text(age_s)

    # ---- snapshot

    def difference(self, row: Row) -> Difference | None:
        if self.snapshot is None or row.line.kind is Kind.COMMENT:
            return None
        return self.snapshot.difference(row, self.tolerance, self.decimals(row))

    # ---- the whole of it

    def tooltip(self, row: Row) -> str:
        line = row.line
        if line.kind is Kind.COMMENT:
            return line.text
        sample = row.sample()
        lines = [self.name(row)]
        if line.kind is Kind.COMPUTED:
            lines += [f"= {line.expression}", *(str(ref) for ref in line.inputs)]
        else:
            lines.append(self.session(row))
        lines += [words for words in (self.state(row), *(link.reason for link in row.links)) if words]
        if sample is None:
            lines.append(tr("no value yet"))
            return "\n".join(lines)
        about = self.about(row)
        value = full_text(sample.value, about.enumeration)
        lines += [
            f"{value if len(value) <= 2000 else f'{value[:2000]}…'} {line.unit or about.unit}".strip(),
            quality_text(sample.quality) if row.live else self._quality(row),
            tr("source {time}").format(time=iso_text(sample.source_time, self.utc) or "—"),
            tr("received {time}").format(time=iso_text(sample.worker_time, self.utc)),
        ]
        return "\n".join(lines)

    def copied(self, row: Row) -> tuple[str, ...]:
        """Name, value, unit, quality and time, in full; a comment has its words alone."""
        if row.line.kind is Kind.COMMENT:
            return (f"# {row.line.text}",)
        sample = row.sample()
        about = self.about(row)
        value = "" if sample is None else full_text(sample.value, about.enumeration)
        time = "" if sample is None else iso_text(sample.source_time, self.utc)
        return self.name(row), value, self.text(row, UNIT), self._quality(row), time

    def sort_key(self, row: Row, column: int) -> Any:
        """A number or a text; None for what has nothing to be sorted by, which comes last."""
        if row.line.kind is Kind.COMMENT:
            return None
        sample = row.sample()
        match column:
            case 0:
                if row.natural is None:
                    row.natural = natural(self.name(row))
                return row.natural
            case 1:
                value = None if sample is None else sample.value
                if isinstance(value, float | int):
                    return None if value != value else value
                return None if value is None else self.text(row, VALUE).casefold()
            case 3 | 12:
                return None if sample is None else float(sample.quality & 0xFF if row.live else -1)
            case 4:
                return None if sample is None else sample.source_time
            case 8:
                return None if sample is None else sample.worker_time
            case 5:
                return self.age_s(row)
            case 11:
                return row.count
            case 14:
                found = self.difference(row)
                if found is None:
                    return None
                return math.inf if found.size is None and found.changed else found.size or 0.0
            case _:
                return self.text(row, column).casefold() or None


def natural(text: str) -> str:
    """Tank2 before Tank10: numbers as long as the longest that matters."""
    return re.sub(r"\d+", lambda found: found[0].zfill(12), text.casefold())
