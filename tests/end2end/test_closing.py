"""The window closes at once, whatever the sources do at that moment."""

from __future__ import annotations

import pytest

from bench.close import BAR_S, WORDS, closed


@pytest.mark.clause("F7", "S10.4")
@pytest.mark.parametrize("state", WORDS)
def test_it_closes_in_time_with_0_and_leaves_nothing(state: str) -> None:
    run = closed(state)
    assert run.code == 0, run.stderr
    assert run.left == 0, "a worker is left"
    assert "Traceback" not in run.stderr
    assert run.seconds <= BAR_S, f"{WORDS[state]}: {run.seconds:.2f} s"
