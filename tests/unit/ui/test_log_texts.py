"""Texts of many values at once: the same as one by one, and found in the same lines."""

from __future__ import annotations

import re
from array import array
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.batch import NO_DETAIL, Detail, Event, EventBatch
from app.values import EventKind, Value
from tests.helpers.strategies import values
from ui.format import quality_text, time_text, value_text
from ui.models.log_filter import COLUMNS, DETAIL, TAG, VALUE, Cells, LogFilter, Matcher, column_word, words_of
from ui.models.log_texts import Formats, joined, lines_with, plain_numbers
from ui.tagbook import TagAbout

ABOUTS = {
    1: TagAbout(),
    2: TagAbout(decimals=2),
    3: TagAbout(decimals=0),
    4: TagAbout(enumeration=("Off", "On", "Auto")),
}


def made(*entries: tuple[int, Value], quality: int = 192) -> EventBatch:
    events = [
        Event(1 + n, EventKind.DATA_CHANGE, key, value, quality, 0, n * 700_000)
        for n, (key, value) in enumerate(entries)
    ]
    return EventBatch.of(events)


def one(key: int, value: Value) -> str:
    return value_text(value, decimals=ABOUTS[key].decimals, enumeration=ABOUTS[key].enumeration).lower()


@given(st.lists(st.tuples(st.sampled_from(sorted(ABOUTS)), values), min_size=1, max_size=6))
@settings(max_examples=300, deadline=None)
def test_texts_at_once_are_those_one_by_one(entries: list[tuple[int, Value]]) -> None:
    assert joined(made(*entries), Formats(ABOUTS.__getitem__)).split("\n") == [one(*entry) for entry in entries]


@pytest.mark.parametrize("number", [0.0, -0.0, 0.004, -0.004, 1e-300, 1e300, 123456789.123456789, 1 / 3, 5e-324, 1e22])
@pytest.mark.parametrize("key", [1, 2, 3])
def test_numbers_that_need_care(number: float, key: int) -> None:
    assert joined(made((key, number)), Formats(ABOUTS.__getitem__)) == one(key, number)


def test_what_is_told_later_changes_the_texts() -> None:
    told = {1: TagAbout(), 2: TagAbout()}
    formats = Formats(told.__getitem__)
    assert joined(made((1, 1.25), (2, 1.25)), formats) == "1.25\n1.25"
    formats.look_again()
    assert formats.version == 0, "what is told is no news for it"
    told[1] = TagAbout(unit="bar")
    formats.look_again()
    assert formats.version == 0
    told[2] = TagAbout(decimals=1)
    formats.look_again()
    assert formats.version == 1
    assert joined(made((1, 1.25), (2, 1.25)), formats) == "1.25\n1.2"


def test_completions_show_no_value() -> None:
    events = [Event(1, EventKind.DATA_CHANGE, 1, 1.5, 192, 0, 0), Event(2, EventKind.WRITE_COMPLETE, 1, 1.5, 192, 0, 0)]
    assert joined(EventBatch.of(events), Formats(ABOUTS.__getitem__)).split("\n") == ["1.5", ""]


def test_plain_numbers() -> None:
    def doubles(*numbers: float) -> EventBatch:
        return EventBatch(1, array("Q", [1] * len(numbers)), array("d", numbers), [192], [0], [0])

    assert plain_numbers(doubles(1.0, -2.5))
    assert not plain_numbers(doubles(1.0, float("nan")))
    assert not plain_numbers(made((1, 1.0), (1, "text")))


@given(st.lists(st.text("ab1.", max_size=4), min_size=1, max_size=6), st.text("ab1.*?", min_size=1, max_size=3))
@settings(max_examples=300, deadline=None)
def test_lines_are_those_in_which_it_is_found(lines: list[str], word: str) -> None:
    (wanted,) = words_of(word)
    found = list(lines_with("\n".join(lines), wanted.in_lines))
    assert found == [number for number, line in enumerate(lines) if wanted.search(line)]


# ---- the whole filter


def cells() -> Cells:
    def detail(batch: EventBatch, index: int) -> str:
        return f"{batch.details[index].coalesced} coalesced"

    return Cells(
        session=lambda session: f"plant {session}",
        tag=lambda session, key: f"Tank{key}.Level",
        unit=lambda session, key: "bar" if key == 2 else "",
        kind=lambda kind: EventKind(kind).words,
        severity=lambda kind, quality, detail: "info" if quality == 192 else "error",
        quality=quality_text,
        time=lambda ns: time_text(ns, utc=True),
        value=lambda session, batch, index: one(batch.keys[index], batch.values[index]),
        detail=detail,
    )


def plain(wanted: LogFilter, batch: EventBatch) -> list[int]:
    """The slow and obvious way."""
    told, found = cells(), list[int]()
    for index, event in enumerate(batch):
        texts = [
            told.time(event.worker_time), told.session("a"), told.kind(event.kind),
            told.severity(event.kind, event.quality, NO_DETAIL), told.tag("a", event.key),
            one(event.key, event.value), told.unit("a", event.key), told.quality(event.quality),
            told.detail(batch, index) if index in batch.details else "",
        ]  # fmt: skip
        if wanted.severities and texts[3] not in wanted.severities:
            continue
        words = words_of(wanted.text)
        if all(any(w.may_be_in(c) and w.search(text) for c, text in enumerate(texts)) for w in words):
            found.append(index)
    return found


@given(
    entries=st.lists(
        st.tuples(st.sampled_from([1, 2]), st.sampled_from([0.5, 12.0, 1.25]), st.sampled_from([192, 0])),
        min_size=1, max_size=8,
    ),
    words=st.lists(
        st.sampled_from(["tank1", "12", "1.2*", "bar", "good", "bad", ":00", "value:=0.5", "tag:2", "unit:bar",
                         "00.00?", "time:00.001", "quality:192", "detail:co", "coal", "nothing", "kind:data",
                         "severity:error"]),
        max_size=3,
    ),
    coalesced=st.sets(st.integers(0, 3)),
    severities=st.sampled_from([frozenset[str](), frozenset({"error"})]),
)  # fmt: skip
@settings(max_examples=400, deadline=None)
def test_columns_at_once_find_what_a_look_at_each_event_finds(
    entries: list[tuple[int, float, int]], words: list[str], coalesced: set[int], severities: frozenset[str]
) -> None:
    batch = EventBatch(
        1,
        array("Q", [key for key, _, _ in entries]),
        array("d", [value for _, value, _ in entries]),
        array("i", [quality for _, _, quality in entries]),
        array("q", [0] * len(entries)),
        array("q", [n * 700_000 for n in range(len(entries))]),
        b"",
        {index: Detail(coalesced=7) for index in coalesced if index < len(entries)},
    )
    wanted = LogFilter(" ".join(words), severities=severities)
    matcher = Matcher(wanted, cells())
    found: Any = matcher.indices("a", batch, lambda: joined(batch, Formats(ABOUTS.__getitem__)))
    assert list(found) == plain(wanted, batch)


@pytest.mark.clause("G1")
@pytest.mark.parametrize("text", ["Tank1.Level", "two words", 'a "quoted" one', "x*y", "42"])
@pytest.mark.parametrize("column", [TAG, VALUE, DETAIL])
def test_the_word_of_a_cell_finds_it(column: int, text: str) -> None:
    (word,) = words_of(column_word(column, text))
    assert word.column == column
    assert word.search(text)
    assert not word.search(f"{text}more")
    assert re.match(COLUMNS[column].lower(), column_word(column, text))
