"""Plays a recording: the times, values, qualities and gaps are those of the recording, only the clock is today's."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.backends.base import ACCEPTED, Driver, DriverItem, DriverWrite, Outcome, Sink
from app.backends.replay.options import ReplayOptions
from app.backends.replay.playhead import Playhead, checked_speed
from app.backends.replay.tape import Tape
from app.backends.tree import Tree
from app.commands import BrowseNode, BrowsePage, Playback, Property, TagProperties
from app.errors import ErrorCode, GatewayError
from app.recordings.files import read
from app.recordings.model import Recording, RecordingError, Track
from app.tasks import Clock, SystemClock, join, spawn
from app.values import (
    NO_TIME,
    QUALITY_CONFIGURATION_ERROR,
    QUALITY_GOOD,
    QUALITY_NOT_CONNECTED,
    QUALITY_WAITING,
    Timestamp,
    Value,
    failed,
    iso_utc,
)

#: Tags that tell what the replay does.
POSITION, SPEED, PLAYING, LOOP = "Replay.Position", "Replay.Speed", "Replay.Playing", "Replay.Loop"
START, END, FILE = "Replay.Start", "Replay.End", "Replay.File"
_ABOUT = {
    POSITION: ("Time", "Where the replay is in the recording"),
    SPEED: ("Double", "How much quicker than it was"),
    PLAYING: ("Boolean", "Whether it plays; otherwise it is paused"),
    LOOP: ("Boolean", "Whether it begins again at its end"),
    START: ("Time", "The first sample of the recording"),
    END: ("Time", "The last sample of the recording"),
    FILE: ("String", "The recording"),
}
_TICK_S = 0.05
_TELL_S = 0.25  # between two positions that are told
_STALL_S = 1.0  # a computer that slept, or a reader that did not read, leaves nothing out: the replay waits
_PIECE = 5_000
_INVALID_REFERENCE = failed(6, category=4)
_READ_ONLY = Outcome("a recording cannot be written: this is a replay")


class ReplayDriver(Driver):
    """What has happened is reported as it happened; a jump ends every value before the next one is told."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock: Clock = clock or SystemClock()
        self._recording = Recording("", {})
        self._tracks: list[Track] = []
        self._numbers: dict[str, int] = {}
        self._tape = Tape(())
        self._head = Playhead(0, 0, 0.0, playing=False)
        self._loop = False
        self._at_ns = 0  # what is up to here has been told
        self._told_s = 0.0
        self._tree = Tree()
        self._items: dict[int, str] = {}
        self._advised: dict[int, list[int]] = {}  # track -> keys
        self._wanted: NDArray[np.bool_] = np.zeros(0, dtype=np.bool_)
        self._states: dict[int, str] = {}  # key -> one of the tags that tell what the replay does
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._sink: Sink | None = None

    # ---- life

    async def start(self, options: Mapping[str, Any], sink: Sink) -> str:
        wanted = await asyncio.to_thread(ReplayOptions.of, options)
        try:
            recording = await asyncio.to_thread(partial(read, wanted.path, wanted.layout, zone=wanted.zone))
        except RecordingError:
            raise
        except OSError as error:
            raise GatewayError(
                ErrorCode.WORKER_START_FAILED, f"{wanted.path} cannot be read: {error.strerror or error}"
            ) from error
        self._take(recording, wanted)
        self._sink = sink
        self._task = spawn(self._run(), name="replay")
        told = f"Recording {recording.name}: {len(self._tracks):,} tags, {recording.samples:,} samples"
        if recording.wrong_rows:
            told += f", {recording.wrong_rows:,} rows could not be read ({recording.problems[0]})"
        return told

    def _take(self, recording: Recording, wanted: ReplayOptions) -> None:
        tracks = {address: one for address, one in recording.tracks.items() if address not in _ABOUT}
        self._recording = recording
        self._tracks = list(tracks.values())
        self._numbers = {address: number for number, address in enumerate(tracks)}
        self._tape = Tape(self._tracks)
        self._wanted = np.zeros(len(self._tracks), dtype=np.bool_)
        now = self._clock.monotonic()
        start, end = recording.start_ns, recording.end_ns
        self._head = Playhead(start, end, now, speed=wanted.speed, playing=wanted.playing)
        self._loop = wanted.loop
        if wanted.position_ns is not None:
            self._check_position(wanted.position_ns)
            self._head.seek(wanted.position_ns, now)
        self._at_ns = self._head.position(now)
        self._grow_tree(tracks)

    def _check_position(self, position_ns: int) -> None:
        head = self._head
        if not head.start_ns <= position_ns <= head.end_ns:
            raise ValueError(
                f"{iso_utc(position_ns)} is not in the recording, which is from {iso_utc(head.start_ns)} to "
                f"{iso_utc(head.end_ns)}"
            )

    async def stop(self) -> None:
        if self._task is not None:
            await join(self._task)
            self._task = None

    # ---- the name space

    def _grow_tree(self, tracks: Mapping[str, Track]) -> None:
        sources = dict.fromkeys(one.source for one in tracks.values())
        if len(sources) > 1:
            for source in sources:
                self._tree.add("", BrowseNode(f"source:{source}", source or "Without a source", has_children=True))
        for address, one in tracks.items():
            parent = f"source:{one.source}" if len(sources) > 1 else ""
            node = BrowseNode(address, one.tag, False, True, one.description, one.data_type, one.unit)
            self._tree.add(parent, node)
        self._tree.add("", BrowseNode("replay:", "Replay", has_children=True))
        for tag, (data_type, words) in _ABOUT.items():
            node = BrowseNode(tag, tag.removeprefix("Replay."), False, True, words, data_type)
            self._tree.add("replay:", node)

    async def browse(self, node: str, page_token: str, limit: int) -> BrowsePage:
        return self._tree.page(node, page_token, limit)

    async def properties(self, tag: str) -> TagProperties:
        pairs: list[tuple[str, Value]]
        if tag in _ABOUT:
            data_type, words = _ABOUT[tag]
            pairs = [("data_type", data_type), ("description", words)]
        else:
            number = self._numbers.get(tag)
            if number is None:
                raise ValueError(f"{tag} is not a tag of this recording")
            one = self._tracks[number]
            pairs = [
                ("data_type", one.data_type or None),
                ("description", one.description or None),
                ("unit", one.unit or None),
                ("decimals", one.decimals),
                ("enumeration", one.enumeration or None),
                ("recorded_from", one.source or None),
                ("samples", len(one)),
            ]
        pairs += [("access", "read only"), ("security_class", "ViewOnly")]
        return TagProperties(tuple(Property(name, value) for name, value in pairs if value is not None))

    # ---- items

    async def add(self, items: Sequence[DriverItem]) -> list[Outcome]:
        self._items.update((item.key, item.tag) for item in items)
        return [ACCEPTED] * len(items)

    async def remove(self, keys: Sequence[int]) -> list[Outcome]:
        await self.unadvise(keys)
        for key in keys:
            self._items.pop(key, None)
        return [ACCEPTED] * len(keys)

    async def advise(self, keys: Sequence[int], supervisory: bool) -> list[Outcome]:
        assert self._sink is not None
        for key in keys:
            tag = self._items.get(key, "")
            number = self._numbers.get(tag)
            if tag in _ABOUT:
                self._states[key] = tag
                self._tell_state([key])
            elif number is None:
                self._sink.data(key, None, QUALITY_CONFIGURATION_ERROR, NO_TIME, statuses=(_INVALID_REFERENCE,))
            elif key not in self._advised.setdefault(number, []):
                self._advised[number].append(key)
                self._wanted[number] = True
                self._tell_present(number, [key])
        return [ACCEPTED] * len(keys)

    async def unadvise(self, keys: Sequence[int]) -> list[Outcome]:
        gone = set(keys)
        for key in keys:
            self._states.pop(key, None)
            number = self._numbers.get(self._items.get(key, ""))
            if number is not None and number in self._advised:
                self._advised[number] = [one for one in self._advised[number] if one not in gone]
                self._wanted[number] = bool(self._advised[number])
        return [ACCEPTED] * len(keys)

    async def write(self, writes: Sequence[DriverWrite]) -> list[Outcome]:
        return [_READ_ONLY] * len(writes)

    def _tell_present(self, number: int, keys: Sequence[int]) -> None:
        """What held at the position, with the time that it had."""
        assert self._sink is not None
        one = self._tracks[number]
        at = one.at(self._at_ns)
        for key in keys:
            if at < 0:
                self._sink.data(key, None, QUALITY_WAITING, self._at_ns)
            else:
                self._sink.data(key, one.value(at), int(one.qualities[at]), int(one.times[at]))

    # ---- what an operator does

    async def playback(self, wanted: Playback) -> None:
        if wanted.speed is not None:
            checked_speed(wanted.speed)
        if wanted.position_ns is not None:
            self._check_position(wanted.position_ns)
        now = self._clock.monotonic()
        if wanted.loop is not None:
            self._loop = wanted.loop
        if wanted.speed is not None:
            self._head.set_speed(wanted.speed, now)
        if wanted.position_ns is not None:
            self._jump(wanted.position_ns)
        if wanted.playing is not None:
            if wanted.playing and not self._head.playing and self._at_ns >= self._head.end_ns:
                self._jump(self._head.start_ns)
            self._head.set_playing(wanted.playing, now)
        self._tell_state()
        self._changed.set()

    def _jump(self, position_ns: int) -> None:
        """Every value ends where the replay was; then comes what held at the new position. Nothing is said of what lies
        between."""
        assert self._sink is not None
        before, self._at_ns = self._at_ns, position_ns
        self._head.seek(position_ns, self._clock.monotonic())
        for number, keys in self._advised.items():
            if position_ns > before and keys:
                for key in keys:
                    self._sink.data(key, None, QUALITY_NOT_CONNECTED, before)
            self._tell_present(number, keys)

    def _tell_state(self, keys: Sequence[int] | None = None) -> None:
        assert self._sink is not None
        now = self._clock.utc_ns()
        for key in list(self._states) if keys is None else keys:
            self._sink.data(key, self._state(self._states[key]), QUALITY_GOOD, now)
        if keys is None:
            self._told_s = self._clock.monotonic()

    def _state(self, tag: str) -> Value:
        head = self._head
        return {
            POSITION: Timestamp(self._at_ns),
            SPEED: head.speed,
            PLAYING: head.playing,
            LOOP: self._loop,
            START: Timestamp(head.start_ns),
            END: Timestamp(head.end_ns),
            FILE: self._recording.name,
        }[tag]

    # ---- playing

    async def _run(self) -> None:
        while True:
            if not self._head.playing:
                self._changed.clear()
                await self._changed.wait()
                continue
            await self._clock.sleep(_TICK_S)
            now = self._clock.monotonic()
            until = min(self._head.position(now), self._at_ns + round(_STALL_S * self._head.speed * 1e9))
            await self._play(max(until, self._at_ns))

    async def _play(self, until_ns: int) -> None:
        """What happened since then. A reader that does not read is waited for, and so is the replay."""
        assert self._sink is not None
        before, self._at_ns = self._at_ns, until_ns
        owners, places, times = self._tape.between(before, until_ns, self._wanted)
        advised = self._advised
        if len(owners) > _PIECE:  # who comes between two pieces has been told where the replay is
            advised = {number: [*keys] for number, keys in advised.items()}
        for first in range(0, len(owners), _PIECE):
            part = slice(first, first + _PIECE)
            self._report(owners[part].tolist(), places[part].tolist(), times[part].tolist(), advised)
            await self._sink.room()
            if self._at_ns != until_ns:  # somebody has sought meanwhile
                return
        now = self._clock.monotonic()
        if self._head.position(now) - until_ns > _STALL_S * self._head.speed * 1e9 / 2:
            self._head.seek(until_ns, now)
        if until_ns >= self._head.end_ns:
            if self._loop and self._head.end_ns > self._head.start_ns:
                self._jump(self._head.start_ns)
            else:
                self._head.set_playing(False, now)
            self._tell_state()
        elif now - self._told_s >= _TELL_S:
            self._told_s = now
            self._tell_state([key for key, tag in self._states.items() if tag == POSITION])

    def _report(self, owners: list[int], places: list[int], times: list[int], advised: Mapping[int, list[int]]) -> None:
        assert self._sink is not None
        keys: list[int] = []
        values: list[Value] = []
        qualities: list[int] = []
        when: list[int] = []
        for number, place, time_ns in zip(owners, places, times, strict=True):
            one = self._tracks[number]
            value, quality = one.value(place), int(one.qualities[place])
            for key in advised[number]:
                keys.append(key)
                values.append(value)
                qualities.append(quality)
                when.append(time_ns)
        self._sink.columns(keys, values, qualities, when)
