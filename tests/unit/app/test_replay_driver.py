"""A recording as a source, on a clock that a test turns."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.backends.base import DriverItem, DriverWrite
from app.backends.replay import ReplayDriver
from app.backends.replay.playhead import Playhead
from app.backends.replay.tape import Tape
from app.commands import Playback
from app.recordings.model import RecordingError, track
from app.values import QUALITY_CONFIGURATION_ERROR, QUALITY_NOT_CONNECTED, QUALITY_WAITING, Timestamp
from tests.helpers.clock import ManualClock
from tests.helpers.sink import RecordingSink

S = 1_000_000_000
T0 = 1_700_000_000 * S
LEVEL, PUMP, POSITION, PLAYING, SPEED = 1, 2, 3, 4, 5
ROWS = """time,tag,value,quality,unit
1700000000,Level,1.0,good,m
1700000002,Level,2.0,uncertain,m
1700000004,Pump,on,good,
1700000006,Level,,bad: sensor failure,m
1700000008,Level,4.0,good,m
1700000010,Pump,off,good,
"""


class Replay:
    """The driver with its five items."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.driver = ReplayDriver(self.clock)
        self.sink = RecordingSink()

    async def start(self, file: Path, **options: Any) -> str:
        source = await self.driver.start({"file": str(file), **options}, self.sink)
        tags = ("Level", "Pump", "Replay.Position", "Replay.Playing", "Replay.Speed")
        await self.driver.add([DriverItem(number, tag) for number, tag in enumerate(tags, 1)])
        await self.driver.advise(range(1, 6), False)
        return source

    async def pass_time(self, seconds: float) -> None:
        for _ in range(round(seconds / 0.05)):
            await self.clock.advance(0.05)

    def told(self, key: int) -> list[tuple[Any, int, float]]:
        """(value, quality, seconds since the start of the recording)."""
        return [(one.value, one.quality, (one.source_time - T0) / S) for one in self.sink.samples.get(key, [])]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "r.csv"
    path.write_text(ROWS, encoding="utf-8")
    return path


@pytest.fixture
async def replay() -> AsyncIterator[Replay]:
    made = Replay()
    yield made
    await made.driver.stop()


@pytest.mark.clause("P1")
async def test_values_come_with_the_times_the_qualities_and_the_gaps_that_they_had(replay: Replay, file: Path) -> None:
    source = await replay.start(file)
    assert source == "Recording r.csv: 2 tags, 6 samples"
    assert replay.told(LEVEL) == [(1.0, 192, 0)]
    assert replay.told(PUMP) == [(None, QUALITY_WAITING, 0)], "it has no value yet"
    await replay.pass_time(1.9)
    assert len(replay.told(LEVEL)) == 1
    await replay.pass_time(8.2)
    assert replay.told(LEVEL)[1:] == [(2.0, 64, 2), (None, 16, 6), (4.0, 192, 8)]
    assert replay.told(PUMP)[1:] == [("on", 192, 4), ("off", 192, 10)]
    assert replay.sink.last(PLAYING).value is False, "it is over"


@pytest.mark.clause("P1")
async def test_it_plays_quicker_slower_pauses_and_goes_on(replay: Replay, file: Path) -> None:
    await replay.start(file, speed=4)
    await replay.pass_time(0.6)
    assert [value for value, *_ in replay.told(LEVEL)] == [1.0, 2.0]
    await replay.driver.playback(Playback(playing=False))
    at = replay.sink.last(POSITION).value
    await replay.pass_time(5)
    assert replay.sink.last(POSITION).value == at == Timestamp(T0 + 2_400_000_000)
    await replay.driver.playback(Playback(playing=True, speed=0.1))
    assert replay.sink.last(SPEED).value == 0.1
    await replay.pass_time(10)
    assert replay.told(PUMP)[1:] == []
    await replay.driver.playback(Playback(speed=128))
    await replay.pass_time(0.1)
    assert replay.told(PUMP)[-1] == ("off", 192, 10)


@pytest.mark.clause("P2")
async def test_a_jump_ends_values_where_they_were_and_tells_what_held_then(replay: Replay, file: Path) -> None:
    await replay.start(file)
    await replay.pass_time(1)
    await replay.driver.playback(Playback(position_ns=T0 + 9 * S))
    assert replay.told(LEVEL)[1:] == [(None, QUALITY_NOT_CONNECTED, pytest.approx(1)), (4.0, 192, 8)]
    assert replay.told(PUMP)[-1] == ("on", 192, 4)
    before = len(replay.told(LEVEL))
    await replay.driver.playback(Playback(position_ns=T0 + 3 * S))
    assert replay.told(LEVEL)[before:] == [(2.0, 64, 2)]
    assert replay.told(PUMP)[-1] == (None, QUALITY_WAITING, 3)
    assert replay.sink.last(POSITION).value == Timestamp(T0 + 3 * S)
    await replay.pass_time(1.1)
    assert replay.told(PUMP)[-1] == ("on", 192, 4)


@pytest.mark.clause("P2")
async def test_at_its_end_it_begins_again_or_waits_for_somebody_to_play_it(replay: Replay, file: Path) -> None:
    await replay.start(file, loop=True, speed=10)
    await replay.pass_time(1.05)
    assert replay.told(LEVEL)[-1] == (1.0, 192, 0)
    assert replay.sink.last(PLAYING).value is True
    await replay.driver.playback(Playback(loop=False))
    await replay.pass_time(3)
    assert replay.sink.last(PLAYING).value is False
    assert replay.told(PUMP)[-1] == ("off", 192, 10)
    await replay.driver.playback(Playback(playing=True))
    assert replay.told(LEVEL)[-1] == (1.0, 192, 0)


@pytest.mark.clause("P1")
async def test_nothing_is_left_out_for_a_reader_that_is_slow_or_a_computer_that_slept(tmp_path: Path) -> None:
    rows = "\n".join(f"{1_700_000_000 + at / 1000:.3f},{at}.0" for at in range(30_000))
    path = tmp_path / "dense.csv"
    path.write_text(f"time,x\n{rows}\n", encoding="utf-8")
    clock, sink = ManualClock(), RecordingSink()
    driver = ReplayDriver(clock)
    await driver.start({"file": str(path)}, sink)
    await driver.add([DriverItem(1, "x")])
    await driver.advise([1], False)
    clock.stall(100)
    await clock.advance(0.05)
    assert len(sink.samples[1]) < 1_100, "a second of it at the most"
    for _ in range(700):
        await clock.advance(0.05)
    assert [one.value for one in sink.samples[1]] == [float(at) for at in range(30_000)]
    assert sink.rooms
    await driver.stop()


@pytest.mark.clause("P3")
async def test_writes_are_refused_and_unknown_tags_say_so(replay: Replay, file: Path) -> None:
    await replay.start(file)
    (outcome,) = await replay.driver.write([DriverWrite(LEVEL, 5.0)])
    assert outcome.error == "a recording cannot be written: this is a replay"
    await replay.driver.add([DriverItem(9, "None")])
    await replay.driver.advise([9], False)
    assert replay.sink.last(9).quality == QUALITY_CONFIGURATION_ERROR
    await replay.driver.unadvise([LEVEL, 4])
    await replay.driver.remove([PUMP, 9])
    await replay.pass_time(11)
    assert len(replay.told(LEVEL)) == 1
    assert len(replay.told(PUMP)) == 1


@pytest.mark.clause("P1")
async def test_the_name_space_has_the_tags_and_what_the_replay_does(replay: Replay, file: Path, tmp_path: Path) -> None:
    await replay.start(file)
    nodes = (await replay.driver.browse("", "", 10)).nodes
    assert [node.address for node in nodes] == ["Level", "Pump", "replay:"]
    assert (nodes[0].data_type, nodes[0].unit, nodes[1].data_type) == ("Double", "m", "String")
    assert len((await replay.driver.browse("replay:", "", 10)).nodes) == 7
    about = await replay.driver.properties("Level")
    assert (about.get("unit"), about.get("access"), about.get("samples")) == ("m", "read only", 4)
    assert (await replay.driver.properties("Replay.Speed")).get("data_type") == "Double"
    with pytest.raises(ValueError, match="Nothing is not a tag of this recording"):
        await replay.driver.properties("Nothing")
    several = tmp_path / "several.csv"
    several.write_text(
        "time,source,tag,value\n1700000000,A,X,1\n1700000000,B,X,2\n1700000001,B,Replay.Speed,2\n", encoding="utf-8"
    )
    other = ReplayDriver(replay.clock)
    await other.start({"file": str(several)}, RecordingSink())
    assert [node.address for node in (await other.browse("", "", 10)).nodes] == ["source:A", "source:B", "replay:"]
    assert [node.address for node in (await other.browse("source:B", "", 10)).nodes] == ["B: X", "B: Replay.Speed"]
    await other.stop()


@pytest.mark.clause("P3")
@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "option file is missing"),
        ({"file": "/nowhere/r.csv"}, "the recording /nowhere/r.csv is not there"),
        ({"file": "sample:none"}, "no sample 'none'"),
        ({"file": "sample:../x"}, "no sample"),
        ({"speed": 200}, "the speed of a replay is 0.1 to 128, not 200"),
        ({"speed": "fast"}, "option speed is 'fast'"),
        ({"loop": 1}, "option loop is 1"),
        ({"zone": "Mars"}, "'Mars' is no time zone"),
        ({"zone": 5}, "option zone is 5"),
        ({"layout": "{"}, "option layout is no JSON"),
        ({"layout": 7}, "option layout must be an object"),
        ({"layout": {"shape": "odd", "time": "t"}}, "layout: shape must be one of wide, long"),
        ({"position": "soon"}, "option position: 'soon' is no time"),
        ({"position": "1999-01-01"}, "1999-01-01T00:00:00.000Z is not in the recording"),
        ({"colour": "red"}, "option colour is not known to replay"),
    ],
)
async def test_wrong_options_are_named(file: Path, options: dict[str, Any], words: str) -> None:
    given = options if "file" in options or not options else {"file": str(file), **options}
    with pytest.raises(ValueError, match=words):
        await ReplayDriver(ManualClock()).start(given, RecordingSink())


@pytest.mark.clause("P3")
async def test_what_is_no_recording_says_why(replay: Replay, file: Path) -> None:
    broken = file.with_name("broken.csv")
    broken.write_text("just words\n", encoding="utf-8")
    with pytest.raises(RecordingError, match=r"broken\.csv: no separator"):
        await replay.driver.start({"file": str(broken)}, replay.sink)
    await replay.start(file, position="2023-11-14T22:13:25Z")
    assert replay.told(PUMP)[0] == ("on", 192, 4)
    with pytest.raises(ValueError, match="is not in the recording, which is from 2023"):
        await replay.driver.playback(Playback(position_ns=0))
    with pytest.raises(ValueError, match=r"0\.1 to 128, not 0"):
        await replay.driver.playback(Playback(speed=0))


@pytest.mark.clause("P1")
def test_the_tape_has_all_tracks_in_one_order() -> None:
    tape = Tape([track("a", [1, 3], [1.0, 3.0], [192] * 2), track("b", [1, 2], [1.0, 2.0], [192] * 2)])
    owners, places, times = tape.between(0, 3, np.array([True, True]))
    assert (owners.tolist(), places.tolist(), times.tolist()) == ([0, 1, 1, 0], [0, 0, 1, 1], [1, 1, 2, 3])
    assert tape.between(1, 3, np.array([False, True]))[2].tolist() == [2]
    assert len(Tape(()).between(0, 9, np.zeros(0, dtype=np.bool_))[0]) == 0


@pytest.mark.clause("P2")
def test_the_playhead_stays_in_the_recording() -> None:
    head = Playhead(0, 10 * S, 100.0, speed=2)
    assert head.position(101) == 2 * S
    assert head.position(200) == 10 * S
    head.seek(-5, 200)
    assert head.position(200) == 0
    head.set_playing(False, 201)
    assert head.position(300) == 2 * S
    head.set_playing(True, 300)
    head.set_speed(0.5, 301)
    assert head.position(303) == 5 * S
