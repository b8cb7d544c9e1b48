"""Which driver a backend's name stands for."""

from __future__ import annotations

import asyncio
import sys
import threading
from pathlib import Path

import pytest

from app.errors import GatewayError
from app.worker import drivers


async def test_each_name_has_its_driver() -> None:
    for name in drivers.backend_names():
        assert type(await drivers.make(name)).__name__.lower().startswith(name)


async def test_a_name_that_stands_for_none_is_told_with_those_that_do() -> None:
    with pytest.raises(GatewayError, match=r"'nonsense' is not known; known are sim, host, opcua"):
        await drivers.make("nonsense")


async def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(drivers._DRIVERS, "bare", ("no_such_library", "Driver"))
    with pytest.raises(GatewayError, match="backend bare cannot be loaded: No module named 'no_such_library'"):
        await drivers.make("bare")


@pytest.mark.clause("S11.5")
async def test_a_library_that_takes_its_time_holds_up_no_heartbeat(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "slow_library.py").write_text(
        "import test_gate\ntest_gate.entered.set()\ntest_gate.gate.wait(20)\nclass Driver: pass\n", encoding="utf-8"
    )
    gate = type(sys)("test_gate")
    gate.entered, gate.gate = threading.Event(), threading.Event()
    monkeypatch.setitem(sys.modules, "test_gate", gate)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(drivers._DRIVERS, "slow", ("slow_library", "Driver"))
    making = asyncio.ensure_future(drivers.make("slow"))
    await asyncio.to_thread(gate.entered.wait, 20)  # this loop goes on while the library is being imported
    assert not making.done()
    gate.gate.set()
    assert type(await making).__name__ == "Driver"
