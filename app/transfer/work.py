"""What ``tagwatch export`` and ``tagwatch import`` do."""

from __future__ import annotations

import argparse
import fnmatch
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from tqdm import tqdm

from app import config
from app.errors import GatewayError
from app.recordings.files import preview, read
from app.recordings.layout import Layout
from app.recordings.model import Recording, RecordingError
from app.recordings.times import TimeForm, TimeReader, guess_form
from app.records import journal_read
from app.records.database import StoreError
from app.records.export import SUFFIXES as TABLES
from app.records.export import write_table
from app.records.history import History, RecordedTag
from app.records.importing import AlreadyHeldError, keep
from app.records.incident import SAMPLES, SUFFIXES, Incident, Samples, events_of, sample_rows, write_incident, writes_of
from app.values import NS_PER_S, iso_utc

_DONE, _SOME, _FAILED = 0, 1, 6
_PAGE = 200_000
_UNITS = {"s": 1, "min": 60, "h": 3600, "d": 86_400}


def run(arguments: argparse.Namespace) -> int:
    """The exit code. ValueError = bad arguments."""
    try:
        return _export(arguments) if arguments.command == "export" else _import(arguments)
    except (RecordingError, AlreadyHeldError, StoreError, OSError) as error:
        return _failed(str(error))
    except GatewayError as error:
        return _failed(error.fault.message)


def _failed(words: str) -> int:
    sys.stderr.write(f"tagwatch: {words}\n")
    return _FAILED


def _bar(arguments: argparse.Namespace, words: str, unit: str, total: int | None = None) -> Any:
    """On standard error; silent where that is no terminal."""
    return tqdm(desc=words, unit=unit, total=total, disable=True if arguments.quiet else None, file=sys.stderr)


# ---- export


def _export(arguments: argparse.Namespace) -> int:
    suffix = arguments.file.suffix.lower()
    incident = arguments.incident or suffix == ".zip"
    allowed = SUFFIXES if incident else TABLES
    if suffix not in allowed:
        raise ValueError(f"{arguments.file}: the suffix must be one of {', '.join(sorted({*TABLES, '.zip'}))}"
                         + (f"; an incident is {' or '.join(SUFFIXES)}" if incident else ""))  # fmt: skip
    start_ns, stop_ns = span(arguments.start, arguments.stop, arguments.zone, time.time_ns())
    folder = arguments.records or config.directory() / "records"
    history = History(folder)
    tags = [one for one in history.tags() if _wanted(one, arguments.tag) and one.first_ns <= stop_ns]
    if not tags:
        what = f" of {', '.join(arguments.tag)}" if arguments.tag else ""
        return _failed(f"{folder}: nothing{what} is recorded before {iso_utc(stop_ns)}")
    with _bar(arguments, "reading", " tags", len(tags)) as bar:
        samples: list[Samples] = []
        for one in tags:
            found = stored(history, one.source, one.tag, start_ns, stop_ns)
            bar.update()
            if len(found.times):
                samples.append(found)
    with _bar(arguments, "writing", " rows") as bar:
        lacking: list[str] = []
        whole = Incident(f"Export of {len(samples)} tags", start_ns, stop_ns, samples)
        if incident:
            whole = _with_more(whole, lacking)
            count = write_incident(arguments.file, whole, on_progress=_updating(bar))
        else:
            count = write_table(
                arguments.file, SAMPLES, sample_rows(whole), sheet="Samples", on_progress=_updating(bar)
            )
    for words in (*lacking, *history.statistics().troubles):
        sys.stderr.write(f"tagwatch: {words}\n")
    sys.stdout.write(
        f"{arguments.file}: {count:,} rows, {len(samples):,} tags, {iso_utc(start_ns)} to {iso_utc(stop_ns)}\n"
    )
    return _SOME if lacking or history.statistics().troubles else _DONE


def _with_more(of: Incident, lacking: list[str]) -> Incident:
    """With what this user's journal and audit store have of the time; what cannot be read is told."""
    events: list[Any] = []
    alarms: list[Any] = []
    writes: list[Any] = []
    noted: list[Any] = []
    try:
        events, alarms = events_of(config.directory() / "journal", of.start_ns, of.stop_ns)
        noted = journal_read.notes(config.directory() / "journal", of.start_ns, of.stop_ns)
    except OSError as error:
        lacking.append(f"the journal cannot be read: {error}")
    try:
        writes = writes_of(config.directory() / "audit.sqlite", of.start_ns, of.stop_ns)
    except (OSError, GatewayError) as error:
        lacking.append(f"the audit store cannot be read: {error}")
    name = "Incident"
    return Incident(name, of.start_ns, of.stop_ns, of.samples, events, alarms, writes, noted, lacking=tuple(lacking))


def _updating(bar: Any) -> Callable[[int], None]:
    def update(count: int) -> None:
        bar.update(count - bar.n)

    return update


def stored(history: History, source: str, tag: str, start_ns: int, stop_ns: int) -> Samples:
    """What the recorder holds of a tag, with the sample that held at the start, and the gaps. Blocks."""
    times: list[int] = []
    values: list[Any] = []
    qualities: list[int] = []

    def take(found: Any) -> None:
        times.extend(found.times.tolist())
        values.extend(found.value(at) for at in range(len(found)))
        qualities.extend(found.qualities.tolist())

    gaps = [(one.start_ns, one.end_ns) for one in history.held(source, tag, start_ns, stop_ns) if not one.held]
    before = history.before(source, tag, start_ns - 1)
    # What held before the start is only told where nothing is lacking in between.
    if len(before) and all(one.held for one in history.held(source, tag, int(before.times[0]), start_ns)):
        take(before)
    at: int | None = start_ns
    while at is not None:
        page = history.samples(source, tag, at, stop_ns + 1, _PAGE)
        take(page.samples)
        at = page.next_ns
    return Samples(source, tag, history.unit(source, tag), times, values, qualities, gaps)


def _wanted(one: RecordedTag, patterns: Sequence[str]) -> bool:
    name = f"{one.source}:{one.tag}".casefold()
    return not patterns or any(fnmatch.fnmatchcase(name, pattern.casefold()) for pattern in patterns)


def span(start: str, stop: str | None, zone: str, now_ns: int) -> tuple[int, int]:
    """(start, end) in ns since 1970 UTC. ValueError names what is no time."""
    stop_ns = now_ns if stop is None else _moment(stop, zone)
    length = _length_ns(start)
    start_ns = _moment(start, zone) if length is None else stop_ns - length
    if start_ns >= stop_ns:
        raise ValueError(f"--from {start} is not before --to {stop or 'now'}")
    return start_ns, stop_ns


def _length_ns(text: str) -> int | None:
    for unit, seconds in _UNITS.items():
        number = text.removesuffix(unit)
        if number != text and number.replace(".", "", 1).isdecimal():
            return round(float(number) * seconds * NS_PER_S)
    return None


def _moment(text: str, zone: str) -> int:
    form = guess_form([text])
    if form is None:
        raise ValueError(f"{text!r} is no time: write for example 2026-11-25T15:00:00Z, or 90min before the end")
    return TimeReader(TimeForm(form), zone)(text)


# ---- import


def _import(arguments: argparse.Namespace) -> int:
    layout = None
    if arguments.layout is not None:
        try:
            layout = Layout.of(json.loads(arguments.layout.read_text(encoding="utf-8")))
        except ValueError as error:
            raise ValueError(f"{arguments.layout}: {error}") from error
    if arguments.output is not None and arguments.output.suffix.lower() not in TABLES:
        raise ValueError(f"{arguments.output}: the suffix must be one of {', '.join(TABLES)}")
    if arguments.record is not None and not arguments.record.strip():
        raise ValueError("--record needs the name of a source")
    if layout is None:
        seen = preview(arguments.file, separator=arguments.separator, decimal=arguments.decimal)
        layout = seen.guess.layout
        for words in seen.guess.doubts:
            sys.stderr.write(f"tagwatch: {words}\n")
        if arguments.preview and not arguments.json:
            for row in (seen.names, *seen.rows[:5]):
                sys.stdout.write("\t".join(row) + "\n")
    if layout is None:
        return _failed(f"{arguments.file}: no column has times: say with --layout what the columns mean")
    if arguments.json:
        sys.stdout.write(json.dumps(layout.state(), indent=1, ensure_ascii=False) + "\n")
    elif arguments.preview:
        sys.stdout.write("".join(f"{line}\n" for line in _said(layout)))
    if arguments.preview:
        return _DONE
    with _bar(arguments, "reading", " rows") as bar:
        recording = read(arguments.file, layout, zone=arguments.zone, on_progress=_updating(bar))
    for words in recording.problems:
        sys.stderr.write(f"tagwatch: {arguments.file}, {words}\n")
    if recording.wrong_rows:
        sys.stderr.write(f"tagwatch: {recording.wrong_rows:,} of {recording.rows:,} rows were left out\n")
    sys.stdout.write(
        f"{arguments.file}: {len(recording.tracks):,} tags, {recording.samples:,} samples, "
        f"{iso_utc(recording.start_ns)} to {iso_utc(recording.end_ns)}\n"
    )
    if arguments.output is not None:
        with _bar(arguments, "writing", " rows", recording.samples) as bar:
            count = write_table(
                arguments.output, SAMPLES, recorded_rows(recording), sheet="Samples", on_progress=_updating(bar)
            )
        sys.stdout.write(f"{arguments.output}: {count:,} rows\n")
    if arguments.record is not None:
        folder = arguments.records or config.directory() / "records"
        with _bar(arguments, "recording", " samples", recording.samples) as bar:
            kept = keep(folder, recording, arguments.record.strip(), time.time_ns(), _updating(bar))
        sys.stdout.write(f"{kept.path}: {kept.samples:,} samples of {len(kept.tags):,} tags, {kept.bytes:,} bytes\n")
    return _SOME if recording.wrong_rows else _DONE


def _said(layout: Layout) -> Iterator[str]:
    yield f"rows: {'a row for each sample' if layout.tag else 'a column for each tag'}"
    clock = f" and {layout.clock}" if layout.clock else ""
    yield f"time: {layout.time}{clock}, {layout.form.value}, zone {layout.zone}"
    for name in ("tag", "value", "quality", "source", "unit"):
        if column := getattr(layout, name):
            yield f"{name}: {column}"
    for column, tag in layout.tags.items():
        quality = layout.qualities.get(column)
        yield f"tag {tag}: {column}{f', quality {quality}' if quality else ''}"


def recorded_rows(recording: Recording) -> Iterator[tuple[Any, ...]]:
    """Of each track, as the table of samples has them."""
    tracks = recording.tracks.values()
    samples = [
        Samples(one.source, one.tag, one.unit, one.times.tolist(), one.column(0, len(one)), one.qualities.tolist())
        for one in tracks
    ]
    return sample_rows(Incident(recording.name, recording.start_ns, recording.end_ns, samples))
