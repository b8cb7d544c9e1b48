"""The registry of items: made from replies, fed by batches."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import commands as c
from app.commands import Command, Handle, ItemRow, ItemRows, ProtocolStatus, Reply
from app.sessions.items import ItemRegistry
from app.values import EventKind, item_key
from tests.helpers.batches import batch, mixed

OK = Reply()


def handle(number: int) -> Reply:
    return Reply(payload=Handle(number))


def rows(*made: ItemRow) -> Reply:
    return Reply(payload=ItemRows(made))


def registered(*tags: str) -> ItemRegistry:
    items = ItemRegistry()
    items.track(c.Register("me"), handle(1))
    items.track(c.SubscribeBulk(1, tags), rows(*(ItemRow(True, i + 1, tag) for i, tag in enumerate(tags))))
    return items


@pytest.mark.clause("S8.1")
@pytest.mark.parametrize(
    ("command", "reply", "tags"),
    [
        (c.AddItem(1, "a"), handle(1), ["a"]),
        (c.AddItem2(1, "a", "ctx"), handle(1), ["a"]),
        (c.AddBufferedItem(1, "a", "ctx"), handle(1), ["a"]),
        (c.AddItemBulk(1, ("a", "b")), rows(ItemRow(True, 1, "a"), ItemRow(False, 0, "b", "no")), ["a"]),
        (c.SubscribeBulk(1, ("a", "b")), rows(ItemRow(True, 1, "a"), ItemRow(True, 2, "b")), ["a", "b"]),
        (c.AddItem(1, "a"), Reply(ProtocolStatus.MX_ACCESS_FAILURE, payload=Handle(1)), []),
    ],
)
def test_what_adds(command: Command, reply: Reply, tags: list[str]) -> None:
    items = ItemRegistry()
    items.track(command, reply)
    assert [item.tag for item in items.all()] == tags


@pytest.mark.clause("S8.1")
@pytest.mark.parametrize(
    ("command", "reply", "left"),
    [
        (c.RemoveItem(1, 1), OK, ["b"]),
        (c.RemoveItemBulk(1, (1, 2)), rows(ItemRow(True, 1), ItemRow(False, 2, error="no")), ["b"]),
        (c.UnsubscribeBulk(1, (1, 2)), rows(ItemRow(True, 1), ItemRow(True, 2)), []),
        (c.Unregister(1), OK, []),
        (c.Unregister(2), OK, ["a", "b"]),
        (c.RemoveItem(1, 9), OK, ["a", "b"]),
    ],
)
def test_what_removes(command: Command, reply: Reply, left: list[str]) -> None:
    items = registered("a", "b")
    items.track(command, reply)
    assert [item.tag for item in items.all()] == left


@pytest.mark.clause("S8.2")
def test_no_handle_or_no_tag_is_not_tracked() -> None:
    items = ItemRegistry()
    items.track(c.AddItem(1, "a"), handle(0))
    items.track(c.AddItem(1, "  "), handle(1))
    items.track(c.SubscribeBulk(1, ("", "b")), rows(ItemRow(True, 1, ""), ItemRow(True, 0, "b")))
    assert len(items) == 0
    items.track(c.AddItem(1, "a"), handle(3))
    found = items.find(1, 3)
    assert found is not None
    assert (found.tag, found.server_handle, found.item_handle) == ("a", 1, 3)
    assert items.find(1, 4) is None


@pytest.mark.clause("S8.3")
def test_flags_follow_the_replies() -> None:
    items = ItemRegistry()
    items.track(c.AddBufferedItem(1, "a", "ctx"), handle(1))
    key = item_key(1, 1)

    def flags() -> tuple[bool, bool, bool, bool]:
        item = items.get(key)
        assert item is not None
        return item.buffered, item.advised, item.supervisory, item.suspended

    assert flags() == (True, False, False, False)
    items.track(c.AdviseSupervisory(1, 1), OK)
    assert flags() == (True, True, True, False)
    items.track(c.Advise(1, 1), OK)
    assert flags() == (True, True, False, False)
    items.track(c.Suspend(1, 1), OK)
    assert flags() == (True, True, False, True)
    items.track(c.Activate(1, 1), OK)
    items.track(c.UnAdvise(1, 1), OK)
    assert flags() == (True, False, False, False)
    items.track(c.AdviseItemBulk(1, (1,)), rows(ItemRow(True, 1)))
    assert items.advised == 1
    items.track(c.UnAdviseItemBulk(1, (1,)), rows(ItemRow(True, 1)))
    assert items.advised == 0
    assert items.get(key).context == "ctx"  # type: ignore[union-attr]


@pytest.mark.clause("S8.3")
def test_latest_value() -> None:
    items = registered("a", "b")
    items.apply([batch(1, 3, item_key(1, 1), 5.0), batch(4, 1, item_key(1, 2), 9.0)])
    first, second = items.sample(item_key(1, 1)), items.sample(item_key(1, 2))
    assert first is not None
    assert second is not None
    assert (first.value, first.quality, first.source_time, first.worker_time) == (7.0, 192, 1002, 2002)
    assert second.value == 9.0


@pytest.mark.clause("S8.3")
def test_telling_a_registration_again_keeps_its_value() -> None:
    items = registered("a")
    key = item_key(1, 1)
    items.apply([batch(1, 1, key, 5.0)])
    items.track(c.SubscribeBulk(1, ("a",)), rows(ItemRow(True, 1, "a")))
    assert items.sample(key).value == 5.0  # type: ignore[union-attr]


def test_each_event_gives_another_sequence_even_when_nothing_in_it_differs() -> None:
    items = registered("a")
    key = item_key(1, 1)
    assert items.sequence(key) == 0
    for number in (1, 2, 3):
        items.apply([batch(number, 1, key, 5.0)])
        assert items.sequence(key) == number
    items.track(c.RemoveItem(1, 1), OK)
    assert items.sequence(key) == 0


def test_completions_leave_the_value_alone() -> None:
    items = registered("a")
    key = item_key(1, 1)
    items.apply([mixed(1, (EventKind.DATA_CHANGE, key, 1.5), (EventKind.WRITE_COMPLETE, key, None))])
    assert items.sample(key).value == 1.5  # type: ignore[union-attr]


@pytest.mark.clause("S8.1")
def test_a_value_that_overtakes_its_reply_is_not_lost() -> None:
    items = ItemRegistry()
    key = item_key(1, 1)
    items.apply([batch(1, 2, key, 3.0)])
    assert items.sample(key) is None
    items.track(c.AddItem(1, "a"), handle(1))
    assert items.sample(key).value == 4.0  # type: ignore[union-attr]


def test_values_of_removed_items_do_not_pile_up() -> None:
    items = registered("a")
    items.track(c.RemoveItem(1, 1), OK)
    for number in range(25_000):
        items.apply([batch(number + 1, 1, item_key(1, 100 + number))])
    assert len(items._early) <= 10_000
    assert len(items._latest) == 0


def test_a_key_without_an_item_shows_its_handles() -> None:
    assert ItemRegistry().tag(item_key(3, 7)) == "#3/7"


@pytest.mark.clause("S11.8")
def test_what_a_restart_restores() -> None:
    items = registered("a")
    items.track(c.AddBufferedItem(1, "b", "ctx"), handle(7))
    items.track(c.SetBufferedUpdateInterval(1, 300), OK)
    items.track(c.AdviseSupervisory(1, 7), OK)
    restore = items.restore_command()
    assert [(s.server_handle, s.client_name, s.buffered_interval_ms) for s in restore.servers] == [(1, "me", 300)]
    assert [(i.item_handle, i.tag, i.advised, i.supervisory, i.buffered, i.context) for i in restore.items] == [
        (1, "a", True, False, False, ""),
        (7, "b", True, True, True, "ctx"),
    ]


@given(st.lists(st.tuples(st.integers(1, 5), st.floats(allow_nan=False)), max_size=60))
def test_the_newest_value_counts(events: list[tuple[int, float]]) -> None:
    items = registered("a", "b", "c")
    newest: dict[int, float] = {}
    for number, (handle_number, value) in enumerate(events):
        items.apply([batch(number + 1, 1, item_key(1, handle_number), value)])
        newest[handle_number] = value
    for handle_number in (1, 2, 3):
        sample = items.sample(item_key(1, handle_number))
        assert (None if sample is None else sample.value) == newest.get(handle_number)
