"""Recordings played by a real worker, through a real pipe."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from app import commands as c
from app.errors import GatewayError
from app.sessions import calls
from app.sessions.manager import OpenRequest
from app.values import Timestamp
from tests.helpers.engine import engine, sample, subscribed, until

ROOT = Path(__file__).resolve().parents[2]
S = 1_000_000_000
T0 = 1_700_000_000 * S


def _recording(folder: Path, seconds: int = 600) -> Path:
    path = folder / "recorded.csv"
    rows = [
        f"{1_700_000_000 + at},Level,{at}.5,{'bad: sensor failure' if at == 7 else 'good'}" for at in range(seconds)
    ]
    path.write_text("time,tag,value,quality\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return path


@pytest.mark.clause("P1", "P2", "P3")
async def test_a_recording_is_played_sought_in_and_never_written(tmp_path: Path) -> None:
    async with engine() as (runtime, recorder):
        options = {"file": str(_recording(tmp_path)), "speed": 50}
        session = await runtime.manager.open(OpenRequest("replay", options))
        keys = await subscribed(session, "Level", "Replay.Position", "Replay.Playing")
        key = keys["Level"]
        await until(lambda: any(event.key == key and event.quality == 16 for event in recorder.events()), "the bad one")
        mine = [event for event in recorder.events() if event.key == key]
        assert [event.source_time for event in mine] == [T0 + at * S for at in range(len(mine))]
        await calls.playback(session, c.Playback(playing=False, position_ns=T0 + 400 * S))
        await until(lambda: session.items.sample(keys["Replay.Playing"]).value is False, "the pause")
        await until(lambda: session.items.sample(key).value == 400.5, "the value there")
        assert (await sample(session, keys["Replay.Position"])).value == Timestamp(T0 + 400 * S)
        with pytest.raises(GatewayError, match="is not in the recording"):
            await calls.playback(session, c.Playback(position_ns=0))
        with pytest.raises(GatewayError, match="a recording cannot be written"):
            await calls.write(session, key >> 32, key & 0xFFFF_FFFF, 1.0)
        plant = await runtime.manager.open(OpenRequest("sim", {"load_tags": 1}))
        with pytest.raises(GatewayError, match="this source has no Playback"):
            await calls.playback(plant, c.Playback(playing=True))


@pytest.mark.clause("P1")
def test_a_recording_is_watched_on_the_command_line(tmp_path: Path) -> None:
    def watch(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "app", "watch", "replay", *arguments],
            cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    path = _recording(tmp_path)
    done = watch("Level", "--json", "--count", "30", "--option", f"file={path}", "--option", "speed=100")
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["value"] for row in rows] == [at + 0.5 for at in range(30)]
    assert rows[7]["quality_words"] == "bad: sensor failure"
    assert rows[0]["source_time"] == "2023-11-14T22:13:20.000Z"
    missing = watch("Level", "--option", "file=/nowhere.csv")
    assert missing.returncode == 3
    assert "the recording /nowhere.csv is not there" in missing.stderr
