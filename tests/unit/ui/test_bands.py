"""What nothing is held of: by all pens, or by some."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.plots.bands import Span, lacking

_spans = st.lists(st.tuples(st.integers(0, 30), st.integers(1, 10)).map(lambda p: (p[0], p[0] + p[1])), max_size=4)


@pytest.mark.clause("T5")
def test_what_all_lack_is_apart_from_what_some_lack() -> None:
    assert lacking([[(0, 10), (20, 30)], [(0, 5), (25, 40)]]) == ([(0, 5), (25, 30)], [(5, 10), (20, 25), (30, 40)])
    assert lacking([[(0, 10)]]) == ([(0, 10)], [])
    assert lacking([[(0, 10)], []]) == ([], [(0, 10)])
    assert lacking([]) == ([], [])


@pytest.mark.clause("T5")
@given(st.lists(_spans, min_size=1, max_size=4))
def test_every_moment_is_told_as_it_is(lines: list[list[Span]]) -> None:
    whole, partly = lacking(lines)

    def inside(spans: list[Span], moment: float) -> bool:
        return any(start <= moment < stop for start, stop in spans)

    for half in range(90):
        moment = half / 2 + 0.25
        lack = [inside(spans, moment) for spans in lines]
        assert inside(whole, moment) is all(lack)
        assert inside(partly, moment) is (any(lack) and not all(lack))
    for spans in (whole, partly):
        assert all(one[1] < other[0] for one, other in itertools.pairwise(spans))
