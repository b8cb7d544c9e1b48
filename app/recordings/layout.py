"""Which column of a file means what: guessed from its first rows, confirmed or changed by whoever imports it."""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, cast

from app.recordings.qualities import QualityForm, guess_quality
from app.recordings.times import TimeForm, guess_form, is_ambiguous, zone_of

_CLOCK = re.compile(r"\d\d?:\d\d(:\d\d([.,]\d+)?)?\s*([AP]M)?$", re.IGNORECASE)
_UNIT = re.compile(r"(?P<name>.*\S)\s*\[(?P<unit>[^\[\]]*)\]$")
_TAGS = (
    "tag",
    "tagname",
    "tag name",
    "name",
    "point",
    "pointname",
    "item",
    "variable",
    "signal",
    "messstelle",
    "itemid",
)
_VALUES = ("value", "wert", "val", "pv", "reading", "messwert", "numeric_value")
_QUALITIES = ("quality", "qualität", "qualitaet", "status", "statuscode", "qual", "q")
_SOURCES = ("source", "quelle", "session", "sitzung", "server")
_UNITS = ("unit", "einheit", "units", "engunits", "uom")
_KINDS = ("type", "typ", "data type", "datatype", "datentyp")
_TIMES = ("time", "zeit", "timestamp", "zeitstempel", "datetime", "date", "datum", "source time", "t")
#: Columns of our own tables that say what another column says.
_TWINS = (" (number)",)
#: How many rows a guess looks at.
ROWS = 200


class Shape(enum.StrEnum):
    WIDE = "wide"  # a time and a column for each tag
    LONG = "long"  # a row for each sample: time, tag, value


@dataclass(frozen=True, slots=True)
class Layout:
    """Columns by their names. ``tags`` (wide): the tag of each column of values; columns that are not in it are left
    out; ``qualities``: the column with its qualities. ``clock``: the column with the time of the day, where ``time``
    has the date alone. Encoding, separator and decimal sign are of CSV files."""

    shape: Shape
    time: str
    form: TimeForm = TimeForm.YEAR_FIRST
    zone: str = "UTC"
    clock: str = ""
    tag: str = ""
    value: str = ""
    quality: str = ""
    source: str = ""
    unit: str = ""
    kind: str = ""
    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    qualities: Mapping[str, str] = field(default_factory=dict[str, str])
    quality_form: QualityForm = QualityForm.WORDS
    encoding: str = "utf-8"
    separator: str = ","
    decimal: str = "."

    def state(self) -> dict[str, Any]:
        """As JSON has it."""
        texts = {entry.name: str(getattr(self, entry.name)) for entry in fields(self)}
        return {**texts, "tags": dict(self.tags), "qualities": dict(self.qualities)}

    @classmethod
    def of(cls, state: Mapping[str, Any]) -> Layout:
        """ValueError names what is wrong."""
        known = {entry.name for entry in fields(cls)}
        if strange := sorted(set(state) - known):
            raise ValueError(f"layout: {strange[0]} is not known; known are {', '.join(sorted(known))}")
        values = dict(state)
        for name, kind in (("shape", Shape), ("form", TimeForm), ("quality_form", QualityForm)):
            if name in values:
                try:
                    values[name] = kind(values[name])
                except ValueError as error:
                    raise ValueError(f"layout: {name} must be one of {', '.join(kind)}") from error
        for name in ("tags", "qualities"):
            pairs = values.get(name, {})
            if not isinstance(pairs, Mapping):
                raise ValueError(f"layout: {name} must be an object of column and {name}")  # noqa: TRY004 - a file's
            values[name] = {str(a): str(b) for a, b in cast("Mapping[object, object]", pairs).items()}
        for name in known - {"shape", "form", "quality_form", "tags", "qualities"}:
            if name in values and not isinstance(values[name], str):
                raise ValueError(f"layout: {name} must be text")
        if "shape" not in values or not values.get("time"):
            raise ValueError("layout: shape and time are needed")
        return cls(**values)

    def check(self, names: Sequence[str]) -> None:
        """ValueError where it does not fit a file with these columns, or nobody knows its zone."""
        zone_of(self.zone)
        if self.shape is Shape.LONG:
            needed = {"time": self.time, "tag": self.tag, "value": self.value}
        else:
            needed = {"time": self.time}
            if not self.tags:
                raise ValueError("no column is a tag: name at least one")
        for what, name in needed.items():
            if not name:
                raise ValueError(f"which column has the {what}?")
        asked = [*needed.values(), self.clock, self.quality, self.source, self.unit, self.kind]
        asked += [*self.tags, *self.qualities.values()]
        missing = [name for name in asked if name and name not in names]
        if missing:
            raise ValueError(f"there is no column {missing[0]!r}; there are {', '.join(names[:20])}")


@dataclass(frozen=True, slots=True)
class Guess:
    """``doubts`` are what somebody should look at, in words; ``layout`` is None where no column has times."""

    layout: Layout | None
    doubts: tuple[str, ...] = ()


def guess(names: Sequence[str], rows: Sequence[Sequence[str]], **of_file: str) -> Guess:
    """What the columns mean, from the first rows as texts. ``of_file``: what is known of the file already."""
    columns = {name: [row[at] if at < len(row) else "" for row in rows] for at, name in enumerate(names)}
    time = _time_column(columns)
    if time is None:
        return Guess(None, ("no column has times",))
    form = guess_form(columns[time])
    assert form is not None
    doubts: list[str] = []
    clock = _clock_column(columns, time)
    if form in (TimeForm.DAY_FIRST, TimeForm.MONTH_FIRST) and is_ambiguous(columns[time]):
        doubts.append(f"days and months cannot be told apart in {time}: taken as {form.value}")
    zoned = any(re.search(r"(Z|UTC|[+-]\d\d:?\d\d)$", text.strip()) for text in columns[time] if ":" in text)
    if form in (TimeForm.YEAR_FIRST, TimeForm.DAY_FIRST, TimeForm.MONTH_FIRST, TimeForm.EXCEL) and not zoned:
        doubts.append(f"the times of {time} do not say their zone: taken as UTC")
    rest = {name: cells for name, cells in columns.items() if name not in (time, clock)}
    long = _long(rest)
    common: dict[str, Any] = {"time": time, "form": form, "clock": clock, **of_file}
    if long is not None:
        worth = guess_quality(rest.get(long.get("quality", ""), ()))
        return Guess(Layout(Shape.LONG, quality_form=worth, **long, **common), tuple(doubts))
    tags, qualities = _wide(rest)
    worth = guess_quality([cell for name in qualities.values() for cell in rest[name]])
    if not tags:
        doubts.append("no column has values beside the times")
    return Guess(Layout(Shape.WIDE, tags=tags, qualities=qualities, quality_form=worth, **common), tuple(doubts))


def unit_of(name: str) -> tuple[str, str]:
    """The name of a column, and the unit that stands in brackets behind it."""
    found = _UNIT.match(name.strip())
    return (found["name"], found["unit"]) if found else (name.strip(), "")


def _plain(name: str) -> str:
    return re.sub(r"\s*\((utc|number)\)$", "", name.strip().lower())


def _time_column(columns: Mapping[str, Sequence[str]]) -> str | None:
    """One that is called so, else the first whose cells are times."""
    by_name = [name for wanted in _TIMES for name in columns if _plain(name) == wanted]
    return next((name for name in (*by_name, *columns) if guess_form(columns[name]) is not None), None)


def _clock_column(columns: Mapping[str, Sequence[str]], time: str) -> str:
    if any(":" in text for text in columns[time]):
        return ""
    for name, cells in columns.items():
        filled = [cell.strip() for cell in cells if cell.strip()]
        if name != time and filled and all(_CLOCK.match(cell) for cell in filled):
            return name
    return ""


def _named(columns: Mapping[str, Sequence[str]], words: Sequence[str]) -> str:
    return next((name for wanted in words for name in columns if _plain(name) == wanted and not _is_twin(name)), "")


def _is_twin(name: str) -> bool:
    return name.endswith(_TWINS)


def _long(columns: Mapping[str, Sequence[str]]) -> dict[str, str] | None:
    """By the names of its columns; a tag's column has texts, and few different ones."""
    tag, value = _named(columns, _TAGS), _named(columns, _VALUES)
    if not tag or not value:
        return None
    found = {"tag": tag, "value": value}
    for key, words in (("quality", _QUALITIES), ("source", _SOURCES), ("unit", _UNITS), ("kind", _KINDS)):
        name = _named(columns, words)
        if name and name not in found.values():
            found[key] = name
    return found


def _wide(columns: Mapping[str, Sequence[str]]) -> tuple[dict[str, str], dict[str, str]]:
    qualities: dict[str, str] = {}
    for name in columns:
        lowered = name.lower()
        for word in _QUALITIES[:-1]:
            for pattern in (f": {word}", f" ({word})", f".{word}", f" {word}", f"_{word}"):
                owner = next(
                    (one for one in columns if lowered == f"{one.lower()}{pattern}"
                     or lowered == f"{unit_of(one)[0].lower()}{pattern}"),
                    None,
                )  # fmt: skip
                if owner is not None and owner != name:
                    qualities.setdefault(owner, name)
    taken = set(qualities.values())
    tags = {
        name: unit_of(name)[0]
        for name, cells in columns.items()
        if name not in taken and not _is_twin(name) and name.strip() and any(cell.strip() for cell in cells)
    }
    return tags, {owner: name for owner, name in qualities.items() if owner in tags}
