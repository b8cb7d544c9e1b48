"""One clock, passed to everything: a part of the engine that read the time by itself could not be tested."""

from __future__ import annotations

import ast
import pathlib

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
#: Rooms whose every moment a test must be able to choose.
ROOMS = ("app/events", "app/sessions", "app/workers", "app/worker", "app/wire")
#: The worker as a program and the command line stand outside: they hand the clock in.
OUTSIDE = {"app/worker/main.py", "app/worker/serve.py"}
OWN_TIME = {
    "time.time", "time.time_ns", "time.monotonic", "time.monotonic_ns", "time.perf_counter", "time.sleep",
    "asyncio.wait_for", "asyncio.timeout", "asyncio.timeout_at", "datetime.datetime.now", "datetime.datetime.utcnow",
    "datetime.now",
}  # fmt: skip
MODULES = sorted(
    path.relative_to(ROOT).as_posix()
    for room in ROOMS
    for path in (ROOT / room).glob("*.py")
    if path.relative_to(ROOT).as_posix() not in OUTSIDE
)


def own_time(source: str) -> list[str]:
    """Calls that ask another clock than the one that was handed in; sleeping for nothing is no question of time."""
    found: list[str] = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func)
        sleeps = name == "asyncio.sleep" and ast.unparse(node.args[0]) != "0"
        of_loop = isinstance(node.func, ast.Attribute) and name.endswith(("loop.call_later", "loop().call_later"))
        waits = name == "asyncio.wait" and any(keyword.arg == "timeout" for keyword in node.keywords)
        if name in OWN_TIME or sleeps or of_loop or waits:
            found.append(f"line {node.lineno}: {name}")
    return found


@pytest.mark.parametrize("module", MODULES)
def test_no_clock_but_the_one_that_is_handed_in(module: str) -> None:
    assert own_time((ROOT / module).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "line",
    ["time.monotonic()", "asyncio.sleep(1)", "await_(asyncio.wait([a], timeout=1))", "self._loop.call_later(1, f)"],
)
def test_a_clock_of_its_own_would_be_found(line: str) -> None:
    assert own_time(line) != []
