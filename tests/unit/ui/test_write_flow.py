"""What is asked before a write, and the words for how it ended."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.batch import Detail, Sample
from app.values import STATUS_OK, Timestamp, Value, failed, same_value
from tests.helpers.strategies import values
from ui.forms.write_flow import Person, Stage, Wish, WriteClass, WriteFlow
from ui.tagbook import TagAbout

SPEED = TagAbout("Double", "%", decimals=1, low=0.0, high=100.0, access="read and write", security_class="Operate")
TRIP = TagAbout("Boolean", security_class="VerifiedWrite")
NOW = 1_767_225_600_000_000_000


def _live(value: Value = 50.0, quality: int = 192) -> Sample:
    return Sample(value, quality, NOW, NOW)


def _asked(value: Value, live: Sample | None, about: TagAbout = SPEED, time: Timestamp | None = None) -> str:
    state = WriteFlow(about).press_write(Wish(value, time), live, NOW)
    return state.words if state.stage is Stage.ASKING else ""


@pytest.mark.clause("R3")
@pytest.mark.parametrize(
    ("value", "live", "words"),
    [
        (60.0, _live(), ""),
        (100.1, _live(), "outside the range of 0 to 100"),
        (-1, _live(), "outside the range of 0 to 100"),
        (math.nan, _live(), "no finite number"),
        (math.inf, _live(), "no finite number"),
        ((1.0, 101.0), _live((1.0, 2.0)), "outside the range"),
        (60.0, _live(quality=24), "quality is bad: communication failure"),
        (60.0, _live(quality=64), "quality is uncertain"),
        (60.0, None, "no value of this tag has come yet"),
        (100.0, _live(49.0), "changes by more than 50% of the range"),
        (99.0, _live(49.0), ""),
    ],
)
def test_a_write_is_asked_about_only_where_something_is_odd(value: Value, live: Sample | None, words: str) -> None:
    asked = _asked(value, live)
    assert (words in asked.lower()) if words else not asked


@pytest.mark.clause("R3")
@pytest.mark.parametrize(("share", "asked"), [(0.1, True), (0.125, True), (0.2, False), (1.0, False)])
def test_the_share_that_is_asked_about_can_be_set(share: float, asked: bool) -> None:
    state = WriteFlow(SPEED, share).press_write(Wish(65.0), _live(50.0), NOW)
    assert (state.stage is Stage.ASKING) is asked
    if asked:
        assert f"changes by more than {share * 100:g}% of the range" in state.words


@pytest.mark.clause("R3")
def test_an_open_range_and_states_are_asked_about_rightly() -> None:
    assert "0 to —" in _asked(-1, _live(), TagAbout("Double", low=0.0))
    pump = TagAbout("QualifiedEnum", enumeration=("Stopped", "Running", "Tripped"), low=0, high=2)
    assert not _asked(2, _live(0), pump)
    assert not _asked(True, _live(False), TagAbout("Boolean", low=0.0, high=1.0))
    assert "read only" in _asked(5, _live(), TagAbout("Double", access="read only"))
    assert "future" in _asked(60.0, _live(), time=Timestamp(NOW + 120 * 10**9))
    assert not _asked(60.0, _live(), time=Timestamp(NOW + 10**9))


@pytest.mark.clause("R3")
def test_the_same_press_again_sends_and_a_different_value_or_a_new_reason_asks_anew() -> None:
    flow = WriteFlow(SPEED)
    assert flow.press_write(Wish(150.0), _live()).stage is Stage.ASKING
    assert flow.press_write(Wish(151.0), _live()).stage is Stage.ASKING
    state = flow.press_write(Wish(151.0), _live(quality=24))
    assert state.stage is Stage.ASKING
    assert "bad" in state.words
    assert flow.press_write(Wish(151.0), _live()).stage is Stage.SENT  # one reason less is no new one


@pytest.mark.clause("R3")
def test_an_answer_does_not_count_after_an_edit() -> None:
    flow = WriteFlow(SPEED)
    flow.press_write(Wish(150.0), _live())
    flow.edited(_live())
    assert flow.press_write(Wish(150.0), _live()).stage is Stage.ASKING


@pytest.mark.clause("R13")
def test_nothing_changes_while_a_write_is_on_its_way() -> None:
    flow = WriteFlow(SPEED)
    sent = flow.press_write(Wish(60.0), _live())
    assert flow.press_write(Wish(70.0), _live()) == sent
    assert flow.edited() == sent
    assert flow.requested == 60.0


@pytest.mark.clause("R5")
def test_the_ends_of_a_write() -> None:
    flow = WriteFlow(SPEED)
    assert flow.press_write(Wish(60.0), _live()).words == "60.0 % is sent …"
    assert flow.accepted().stage is Stage.ACCEPTED
    assert flow.completed(Detail((STATUS_OK,))).stage is Stage.ACCEPTED
    assert flow.read_back(_live(60.0)).words == "Written and confirmed: the tag reads 60.0 %."
    clamped = flow.read_back(_live(55.0))
    assert clamped.stage is Stage.CLAMPED
    assert clamped.words == "Written, but the tag reads 55.0 %, not 60.0 %."
    assert "its quality is bad" in flow.read_back(_live(60.0, 0)).words
    assert flow.not_read_back("no reason").stage is Stage.UNCONFIRMED
    assert "the value may have changed" in flow.no_answer("timeout").words
    rejected = flow.completed(Detail((failed(1004),)))
    assert rejected.stage is Stage.REJECTED
    assert rejected.words == "Rejected: operational error: data out of range (1004)."


@pytest.mark.clause("R6", "R7")
@pytest.mark.parametrize(
    ("code", "needed", "hint"),
    [(1012, WriteClass.SECURED, "Log in below"), (1013, WriteClass.VERIFIED, "Two people have to log in")],
)
def test_a_source_that_insists_on_logins_gets_them_next_time(code: int, needed: WriteClass, hint: str) -> None:
    flow = WriteFlow(TagAbout("Double"))
    assert flow.write_class is WriteClass.ORDINARY
    assert hint in flow.completed(Detail((failed(code, category=6),))).words
    assert flow.write_class is needed


@pytest.mark.clause("R7")
def test_the_verifier_is_somebody_else() -> None:
    flow = WriteFlow(TRIP)
    flow.check_people([Person("anna", "x"), Person("bert", "y")])
    for people, words in (
        ([Person("anna", "x"), Person(" ANNA ", "y")], "a second person"),
        ([Person(" ", "x"), Person("bert", "y")], "User: type a name"),
        ([Person("anna", "x"), Person("", "y")], "Verifier: type a name"),
    ):
        with pytest.raises(ValueError, match=words):
            flow.check_people(people)


@pytest.mark.clause("R7")
def test_both_people_are_named_and_a_value_that_changed_meanwhile_is_told() -> None:
    flow = WriteFlow(TRIP)
    flow.edited(_live(False))
    wish = Wish(True, people=(Person("anna", ""), Person("bert", "")))
    asked = flow.press_write(wish, _live(True))
    assert "It has changed from false to true meanwhile" in asked.words
    assert flow.press_write(wish, _live(True)).words == "true is sent, by anna, verified by bert …"


@pytest.mark.clause("R7")
def test_noise_is_no_change_and_ordinary_writes_do_not_mind_one() -> None:
    secured = TagAbout("Double", low=0.0, high=100.0, security_class="SecuredWrite")
    for about, now, words in ((secured, 50.5, ""), (secured, 52.0, "changed from"), (SPEED, 52.0, "")):
        flow = WriteFlow(about)
        flow.edited(_live(50.0))
        state = flow.press_write(Wish(51.0), _live(now))
        assert (words in state.words) if words else state.stage is Stage.SENT


@pytest.mark.clause("R5")
def test_an_answer_that_comes_late_is_told_and_one_that_nobody_waits_for_is_not() -> None:
    flow = WriteFlow(SPEED)
    assert flow.late(Detail((STATUS_OK,))).stage is Stage.EDITING
    flow.press_write(Wish(60.0), _live())
    flow.no_answer()
    flow.edited(_live())
    asked = flow.press_write(Wish(61.0), _live())
    assert "an earlier write has had no answer" in asked.words.lower()
    assert "rejected" in flow.late(Detail((failed(1008),))).words
    assert flow.press_write(Wish(61.0), _live()).stage is Stage.SENT


@pytest.mark.clause("R8")
def test_a_password_is_in_no_text() -> None:
    assert "secret" not in repr(Wish(1, people=(Person("anna", "secret"),)))


@pytest.mark.parametrize(
    ("first", "second", "equal"),
    [
        (0.1, 0.10000000149011612, True),
        (1, 1.0, True),
        (True, 1, True),
        (2**63, 2**63 + 1, False),
        (math.nan, math.nan, True),
        (math.inf, 1.0, False),
        (0.0, 1e-9, False),
        ((1.0, "a"), (1.0000000001, "a"), True),
        ((1,), (1, 2), False),
        ("1", 1, False),
        (None, None, True),
    ],
)
def test_what_counts_as_reading_back_the_same(first: Value, second: Value, equal: bool) -> None:
    assert same_value(first, second) is equal
    assert same_value(second, first) is equal


@given(values)
def test_every_value_reads_back_as_itself(value: Value) -> None:
    assert same_value(value, value)


@given(
    st.lists(st.sampled_from(["press", "edit", "accept", "refuse", "good", "bad", "none", "late", "read"]), max_size=12)
)
def test_whatever_comes_the_state_is_told_in_words(steps: list[str]) -> None:
    flow = WriteFlow(SPEED)
    acts = {
        "press": lambda: flow.press_write(Wish(150.0), _live()),
        "edit": lambda: flow.edited(_live()),
        "accept": flow.accepted,
        "refuse": lambda: flow.refused("why"),
        "good": lambda: flow.completed(Detail((STATUS_OK,))),
        "bad": lambda: flow.completed(Detail((failed(1004),))),
        "none": flow.no_answer,
        "late": lambda: flow.late(Detail((STATUS_OK,))),
        "read": lambda: flow.read_back(_live()),
    }
    for step in steps:
        state = acts[step]()
        assert state is flow.state
        assert bool(state.words) == (state.stage is not Stage.EDITING)
