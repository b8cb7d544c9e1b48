"""The item models: right signals (a tester listens), values, bounds, pause and filter."""

from __future__ import annotations

from array import array
from typing import Any

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester

from app import commands as c
from app.batch import Detail, Event, EventBatch
from app.commands import BrowseNode, BrowsePage, Handle, ItemRow, ItemRows, Reply
from app.events.notices import Notice, NoticeKind, Severity
from app.sessions.info import SessionInfo
from app.sessions.items import ItemRegistry
from app.sessions.state import SessionState
from app.values import EventKind, Fault, failed, item_key
from tests.helpers.batches import batch, mixed
from ui.feed import FeedFrame
from ui.models import log as logs
from ui.models.items import QUALITY, VALUE, ItemsModel
from ui.models.log import HELD, ROWS, LogFilter, LogModel
from ui.models.sessions import SessionsModel, counted
from ui.tagbook import TagAbout, TagBook
from ui.theme import LIGHT

DISPLAY = Qt.ItemDataRole.DisplayRole
TOOLTIP = Qt.ItemDataRole.ToolTipRole
COLOUR = Qt.ItemDataRole.ForegroundRole
FATAL = QAbstractItemModelTester.FailureReportingMode.Fatal


def frame(*batches: tuple[str, EventBatch], notices: list[tuple[str, Notice]] | None = None) -> FeedFrame:
    return FeedFrame(list(batches), notices or [])


def notice(kind: NoticeKind = NoticeKind.STATE, message: str = "ready", **details: str) -> Notice:
    return Notice(kind, Severity.INFO, 10**18, message, details)


# ---- log


@pytest.fixture
def log(qtbot: Any) -> LogModel:
    model = LogModel(LIGHT, lambda session, key: f"tag{key}", lambda session: f"name of {session}")
    model._tester = QAbstractItemModelTester(model, FATAL)  # type: ignore[attr-defined]
    return model


def column(model: LogModel, number: int) -> list[str]:
    return [model.index(row, number).data() for row in range(model.rowCount())]


@pytest.mark.clause("W7", "Z1")
def test_rows_of_events_notices_and_actions(log: LogModel) -> None:
    log.take(frame(("s", batch(1, 2, 7, 1.5)), notices=[("s", notice(NoticeKind.SOURCE_LOST, "cable"))]))
    log.action(10**18, "write requested", session_id="s", tag="tag7", value="5")
    assert column(log, 1) == ["name of s"] * 4
    assert column(log, 2) == ["data change", "data change", "disconnect", "operator"]
    assert column(log, 4) == ["tag7", "tag7", "", "tag7"]
    assert column(log, 5) == ["1.5", "2.5", "", "5"]
    assert column(log, logs.QUALITY)[:2] == ["good (192)", "good (192)"]
    assert column(log, logs.DETAIL)[2:] == ["cable", "write requested"]
    assert log.headerData(0, Qt.Orientation.Horizontal).startswith("Time (")
    log.set_utc(True)
    assert log.headerData(0, Qt.Orientation.Horizontal) == "Time (UTC)"
    assert "received" in log.index(0, 0).data(TOOLTIP)


def test_a_notice_does_not_repeat_its_session(log: LogModel) -> None:
    log.take(frame(notices=[("s", notice(message="name of s: ready")), ("", notice(message="name of : x"))]))
    assert column(log, logs.DETAIL) == ["ready", "name of : x"]


@pytest.mark.clause("L1", "W3")
def test_trouble_has_a_mark_and_a_word(log: LogModel) -> None:
    bad = EventBatch(
        1, array("Q", [1, 1]), array("d", [1, 2]), array("i", [24, 84]), array("q", [1, 1]), array("q", [1, 1])
    )
    done = EventBatch.of([Event(3, EventKind.WRITE_COMPLETE, 1, None, 0, 1, 1, Detail((failed(1012),)))])
    log.take(frame(("s", bad), ("s", done)))
    assert column(log, 3) == ["✕ error", "▲ warning", "✕ error"]
    assert column(log, logs.QUALITY)[:2] == [
        "bad: communication failure (24)",
        "uncertain: engineering units exceeded (84)",
    ]
    assert "secured write needed" in column(log, logs.DETAIL)[2]
    assert log.index(0, logs.QUALITY).data(COLOUR).color().name() == LIGHT.bad


def test_it_is_bounded(log: LogModel) -> None:
    del log._tester  # type: ignore[attr-defined] - it looks at every row
    size = 20_000
    for number in range(8):
        log.take(frame(("s", batch(1 + number * size, size, 7, float(number * size)))))
    assert log.rowCount() == ROWS
    assert log.index(0, 5).data() == "60000.0"
    assert log.index(ROWS - 1, 5).data() == f"{8 * size - 1}.0"
    log.take(frame(("s", batch(1, ROWS + 50, 7))))
    assert log.rowCount() == ROWS


def test_a_cut_piece_keeps_its_rows(log: LogModel) -> None:
    del log._tester  # type: ignore[attr-defined] - it looks at every row
    log.take(frame(("s", batch(1, ROWS - 10, 7))))
    log.take(frame(("s", batch(ROWS - 9, 30, 7, 1000.0))))
    assert log.rowCount() == ROWS
    assert log.index(0, 5).data() == "20.0"
    assert log.index(ROWS - 1, 5).data() == "1029.0"


@pytest.mark.clause("W4")
def test_paused_it_stands_still_and_counts(log: LogModel) -> None:
    del log._tester  # type: ignore[attr-defined] - it looks at every row
    told: list[int] = []
    log.paused_changed.connect(lambda: told.append(log.held))
    log.take(frame(("s", batch(1, 5, 7))))
    log.pause()
    log.take(frame(("s", batch(6, 100, 7)), notices=[("s", notice())]))
    log.action(1, "x")
    assert log.rowCount() == 5
    assert log.held == 102
    log.resume()
    assert (log.rowCount(), log.held, log.paused) == (107, 0, False)
    assert told[-1] == 0
    log.pause()
    for number in range(8):
        log.take(frame(("s", batch(200 + number * 20_000, 20_000, 7))))
    assert log.held == 40_000 <= HELD
    assert log.dropped == 8 * 20_000 - log.held
    log.resume()
    lost = log.rowCount() - 40_000 - 1
    assert log.index(lost, logs.KIND).data() == "gap"
    assert log.index(lost, logs.DETAIL).data().startswith("… 120,000 older events were dropped")
    assert log.dropped == 0


def test_filters(log: LogModel) -> None:
    log.take(frame(("a", batch(1, 3, 7)), ("b", batch(1, 2, 8)), notices=[("a", notice(message="pump tripped"))]))
    log.set_filter(LogFilter("tag8"))
    assert column(log, logs.TAG) == ["tag8", "tag8"]
    log.take(frame(("b", batch(3, 1, 8)), ("a", batch(4, 4, 7))))
    assert len(column(log, logs.TAG)) == 3
    log.set_filter(LogFilter("TRIP"))
    assert column(log, logs.DETAIL) == ["pump tripped"]
    log.set_filter(LogFilter(sessions=frozenset("b")))
    assert log.rowCount() == 3
    log.set_filter(LogFilter(kinds=frozenset(["state"])))
    assert column(log, logs.KIND) == ["state"]
    assert log.kept == 11
    log.set_filter(LogFilter())
    assert log.rowCount() == 11
    log.clear()
    assert log.rowCount() == 0
    log.take(frame(("a", batch(1, 1, 7))))
    assert log.rowCount() == 1


def mixed_log(log: LogModel) -> None:
    """Rows: 0 good 21.5, 1 uncertain 22.5, 2 a failed write, 3 text, 4 bad 24.5, then a notice and an action."""
    made = [
        Event(1, EventKind.DATA_CHANGE, 7, 21.5, 192, 1, 10**18),
        Event(2, EventKind.DATA_CHANGE, 7, 22.5, 84, 1, 10**18 + 10**9),
        Event(3, EventKind.WRITE_COMPLETE, 8, None, 0, 1, 10**18, Detail((failed(1012),))),
        Event(4, EventKind.DATA_CHANGE, 8, "Batch ready", 192, 1, 10**18),
        Event(5, EventKind.DATA_CHANGE, 9, 24.5, 24, 1, 10**18),
    ]
    log.set_utc(True)
    log.take(frame(("a", EventBatch.of(made)), notices=[("b", notice(NoticeKind.FAULT, "worker [1] ended"))]))
    log.action(10**18, "write requested", session_id="a", tag="tag8", value="5")


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("tag7", [0, 1]),
        ("tag7 tag8", []),
        ("tag? 24.", [4]),
        ("TAG8", [2, 3, 6]),
        ("t*7", [0, 1]),
        ("2?.5", [0, 1, 4]),
        ("2[12].5", []),
        ("[1]", [5]),
        ("batch", [3]),
        ("atch ready", [3]),
        ("communication", [4]),
        ("(84)", [1]),
        ("warning", [1]),
        ("error tag9", [4]),
        ("error", [2, 4]),
        ("write complete", [2]),
        ("secured", [2]),
        ("operator", [6]),
        ("requested", [6]),
        ("01:46:41", [1]),
        ("2001-09-09 21", [0]),
        ("name", [0, 1, 2, 3, 4, 5, 6]),
        ("b ended", [5]),
        ("a*tag7", []),
        ("*", [0, 1, 2, 3, 4, 5, 6]),
        ("nothing of it", []),
    ],
)
def test_text_is_found_in_every_column(log: LogModel, text: str, rows: list[int]) -> None:
    mixed_log(log)
    everything = [log.entry(row)[1] for row in range(log.rowCount())]
    log.set_filter(LogFilter(text))
    assert [log.entry(row)[1] for row in range(log.rowCount())] == [everything[row] for row in rows]
    assert log.kept == 7


def test_kinds_sessions_and_severities_are_chosen(log: LogModel) -> None:
    mixed_log(log)

    def left(**wanted: Any) -> int:
        chosen: dict[str, Any] = {name: frozenset(words) for name, words in wanted.items()}
        log.set_filter(LogFilter(**chosen))
        return log.rowCount()

    assert left(kinds=["data change"]) == 4
    assert left(kinds=["fault", "operator"]) == 2
    assert left(sessions=["b"]) == 1
    assert left(severities=["error"]) == 2
    assert left(severities=["warning", "error"], sessions=["a"], kinds=["data change"]) == 2
    assert left(severities=["info"]) == 4
    assert log.sessions() == {"a": "name of a", "b": "name of b"}


def test_a_filter_keeps_no_more_than_the_log(log: LogModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "ROWS", 100)
    log.set_filter(LogFilter("tag8"))
    for number in range(50):
        log.take(frame(("s", batch(1 + 11 * number, 10, 7)), ("s", batch(11 + 11 * number, 1, 8))))
    assert log.rowCount() <= 10, "rows whose origin is no longer kept go"
    assert log.kept == 100
    log.set_filter(LogFilter())
    assert log.rowCount() == 100


def test_a_long_log_is_looked_through_in_turns(log: LogModel, qtbot: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "_SLICE", 10)
    monkeypatch.setattr(logs, "_LOOK_S", 0.0)
    for number in range(6):
        log.take(frame(("s", batch(1 + 5 * number, 5, 7)), ("s", batch(5 + 5 * number, 1, 8))))
    log.set_filter(LogFilter("tag8"))
    assert log.looking
    assert log.rowCount() == 36, "until it is done the old rows stand still"
    log.take(frame(("s", batch(100, 2, 8))))
    assert log.rowCount() == 36
    qtbot.waitUntil(lambda: not log.looking)
    assert log.rowCount() == 8
    assert set(column(log, logs.TAG)) == {"tag8"}


@pytest.mark.clause("W5")
def test_values_have_the_source_s_decimals_and_units(qtbot: Any) -> None:
    book = Book(tag7=TagAbout(unit="bar", decimals=2), tag8=TagAbout(enumeration=("Off", "On")))
    model = LogModel(LIGHT, lambda session, key: f"tag{key}", lambda session: session, book)
    model.take(frame(("s", batch(1, 1, 7, 1.23456)), ("s", mixed(2, (EventKind.DATA_CHANGE, 8, 1)))))
    assert column(model, logs.VALUE) == ["1.23", "On (1)"]
    assert column(model, logs.UNIT) == ["bar", ""]
    told: list[int] = []
    model.dataChanged.connect(lambda first, *_: told.append(first.column()))
    book.changed.emit()
    assert told == [logs.VALUE]
    model.set_filter(LogFilter("1.23 bar"))
    assert column(model, logs.TAG) == ["tag7"]


# ---- items


class Book(TagBook):
    """Knows what a test says."""

    def __init__(self, **known: TagAbout) -> None:
        super().__init__(self._nothing)  # type: ignore[arg-type]
        self.told = known

    async def _nothing(self, session_id: str, tag: str) -> Any:
        raise AssertionError("nobody is asked")

    def about(self, session_id: str, tag: str) -> TagAbout:
        return self.told.get(tag, TagAbout())

    def known(self, session_id: str, tag: str) -> TagAbout:
        return self.about(session_id, tag)


@pytest.fixture
def items(qtbot: Any) -> ItemsModel:
    book = Book(a=TagAbout(unit="bar", decimals=2, description="Pressure"), mode=TagAbout(enumeration=("Off", "On")))
    model = ItemsModel(LIGHT, book)
    model._tester = QAbstractItemModelTester(model, FATAL)  # type: ignore[attr-defined]
    model._book_of_test = book  # type: ignore[attr-defined]
    return model


def registry(*tags: str) -> ItemRegistry:
    made = ItemRegistry()
    made.track(c.Register("window"), Reply(payload=Handle(1)))
    made.track(
        c.SubscribeBulk(1, tags), Reply(payload=ItemRows(tuple([ItemRow(True, i + 1, t) for i, t in enumerate(tags)])))
    )
    return made


def shown(model: ItemsModel, key: int) -> list[str]:
    node = model.node_of(key)
    assert node is not None
    return [model.index_of(node, number).data() for number in range(model.columnCount())]


@pytest.mark.clause("W1", "W2", "W3", "W5")
def test_values_of_registered_items(items: ItemsModel) -> None:
    source = registry("a", "mode")
    items.show("s", source)
    a, mode = item_key(1, 1), item_key(1, 2)
    assert shown(items, a)[:4] == ["a", "", "bar", "waiting"]
    source.apply([batch(1, 1, a, 1.23456), mixed(2, (EventKind.DATA_CHANGE, mode, 1))])
    assert shown(items, a)[:4] == ["a", "1.23", "bar", "good (192)"]
    assert shown(items, mode)[1] == "On (1)"
    node = items.node_of(a)
    assert node is not None
    assert "1.23456" in items.index_of(node, VALUE).data(TOOLTIP)
    bad = EventBatch(3, array("Q", [a]), array("d", [9.0]), array("i", [24]), array("q", [1]), array("q", [1]))
    source.apply([bad])
    assert shown(items, a)[1] == "9.00 ✕", "the last value stays, marked"
    assert items.index_of(node, VALUE).data(COLOUR).color().name() == LIGHT.muted
    assert items.index_of(node, QUALITY).data(COLOUR).color().name() == LIGHT.bad
    unsure = EventBatch(4, array("Q", [a]), array("d", [9.0]), array("i", [84]), array("q", [1]), array("q", [1]))
    source.apply([unsure])
    assert shown(items, a)[1] == "9.00 ?"
    assert "engineering units exceeded" in shown(items, a)[3]


def test_items_come_and_go_with_right_signals(items: ItemsModel) -> None:
    source = registry("a", "b")
    items.show("s", source)
    (server,) = items.registered.children
    assert [child.name for child in server.children] == ["a", "b"]
    source.track(c.AddItem(1, "c"), Reply(payload=Handle(3)))
    source.track(c.Register("other"), Reply(payload=Handle(2)))
    source.track(c.AddItem(2, "x"), Reply(payload=Handle(1)))
    items.refresh()
    assert [child.name for child in items.registered.children[0].children] == ["a", "b", "c"]
    source.track(c.RemoveItem(1, 1), Reply())
    items.refresh()
    assert [child.name for child in items.registered.children[0].children] == ["b", "c"]
    source.track(c.Unregister(1), Reply())
    items.refresh()
    assert [child.address for child in items.registered.children] == ["2"]
    items.show("", None)
    assert items.rowCount() == 0
    items.show("s", source)
    assert items.rowCount() == 2


def test_the_name_space_is_browsed_in_pages(items: ItemsModel) -> None:
    wanted: list[Any] = []
    items.browse_wanted.connect(wanted.append)
    items.show("s", registry())
    space = items.index_of(items.space)
    assert items.hasChildren(space)
    while items.canFetchMore(space):
        items.fetchMore(space)
    assert len(wanted) == 1
    folder = BrowseNode("area:1", "Area", has_children=True)
    tag = BrowseNode("a.b", "b", is_tag=True, description="a tag", unit="m")
    items.browsed(items.space, BrowsePage((folder, tag), "2"))
    assert items.rowCount(space) == 2
    assert items.index(1, 2, space).data() == "m"
    assert items.index(0, 0, space).data().startswith("Area")
    items.fetchMore(space)
    items.browsed(items.space, BrowsePage((BrowseNode("c", "c", is_tag=True),)))
    assert (items.rowCount(space), items.canFetchMore(space)) == (3, False)
    area = items.space.children[0]
    items.fetchMore(items.index_of(area))
    items.browse_failed(area, "the server is gone")
    assert items.index_of(area, 5).data() == "the server is gone"
    assert not items.canFetchMore(items.index_of(area))
    items.browse_again(area)
    assert wanted[-1] is area
    items.show("", None)
    items.browsed(area, BrowsePage((folder,)))  # an answer that comes too late changes nothing
    assert items.rowCount() == 0


@pytest.mark.clause("W4")
def test_only_what_is_seen_and_changed_is_repainted(items: ItemsModel) -> None:
    source = registry(*(f"t{i}" for i in range(200)))
    items.show("s", source)
    nodes = items.registered.children[0].children
    visible = nodes[:50]
    items.watch_visible(lambda: visible)
    items.take(frame(("s", batch(1))))
    told: list[tuple[int, int]] = []
    items.dataChanged.connect(lambda first, last, *_: told.append((first.row(), last.row())))
    source.apply([batch(1, 1, nodes[3].key), batch(2, 1, nodes[150].key)])
    items.take(frame(("s", batch(1))))
    assert {first for first, _ in told} == {3}
    told.clear()
    source.apply([batch(3 + i, 1, node.key) for i, node in enumerate(nodes)])
    items.take(frame(("s", batch(1))))
    assert told == [(0, 49)], "many cells are one range"
    told.clear()
    items.take(frame(("s", batch(1))))
    assert told == []


def test_a_hundred_thousand_items(items: ItemsModel) -> None:
    del items._tester  # type: ignore[attr-defined] - it looks at every row
    items.show("s", registry(*(f"t{i}" for i in range(100_000))))
    server = items.index_of(items.registered.children[0])
    assert items.rowCount(server) == 100_000
    assert items.index(99_999, 0, server).data() == "t99999"
    assert items.parent(items.index(99_999, 0, server)) == server


# ---- sessions


def info(session_id: str = "s", state: SessionState = SessionState.READY, **more: Any) -> SessionInfo:
    values: dict[str, Any] = {
        "id": session_id, "name": "Plant", "backend": "sim", "source": "src", "state": state, "worker_state": None,
        "worker_pid": 42, "opened_at_ns": 0, "last_activity_ns": 0, "lease_expires_ns": None, "subscribers": 0,
        "items": 3, "advised": 3, "fault": None, "source_state": None, "events": 0, "dropped": 0, "coalesced": 0,
        "gaps": 0, "restarts": 0, "heartbeat": None, **more,
    }  # fmt: skip
    return SessionInfo(**values)


@pytest.fixture
def sessions(qtbot: Any) -> SessionsModel:
    model = SessionsModel(LIGHT)
    model._tester = QAbstractItemModelTester(model, FATAL)  # type: ignore[attr-defined]
    return model


def cells(model: SessionsModel, session_id: str) -> list[str]:
    index = model.index_of(session_id)
    return [index.siblingAtColumn(number).data() for number in range(model.columnCount())]


@pytest.mark.clause("L1")
def test_sessions_by_source_with_their_figures(sessions: SessionsModel) -> None:
    sessions.refresh([info(events=100), info("h", backend="host", name="PC")], 10.0, 5 * 10**9)
    sessions.refresh([info(events=300), info("h", backend="host", name="PC")], 12.0, 70 * 10**9)
    assert sessions.rowCount() == 2
    assert sessions.index(0, 0).data() == "Simulated plants"
    assert cells(sessions, "s") == ["Plant", "● ready", "100", "3", "42", "1 min", "kept open", "0", ""]
    assert sessions.parent(sessions.index_of("s")) == sessions.index(0, 0)
    assert sessions.row(sessions.index(0, 0)) is None


@pytest.mark.clause("S2.5")
def test_states_follow_the_notices(sessions: SessionsModel) -> None:
    sessions.refresh([info(state=SessionState.CREATING)], 1.0, 0)
    for state in (SessionState.STARTING_WORKER, SessionState.HANDSHAKING, SessionState.READY):
        sessions.take(frame(notices=[("s", notice(old="x", new=str(state)))]))
        assert state.words in cells(sessions, "s")[1]
    sessions.take(frame(notices=[("s", notice(NoticeKind.FAULT, "it crashed")), ("s", notice(new="Faulted"))]))
    assert cells(sessions, "s")[1] == "✕ faulted"
    assert cells(sessions, "s")[-1] == "it crashed"
    sessions.take(frame(notices=[("s", notice(new="Closed"))]))
    assert "failed" in cells(sessions, "s")[1], "a session with a fault stays until it is dismissed"
    sessions.dismiss("s")
    assert sessions.rowCount(sessions.index(0, 0)) == 0


def test_a_clean_close_goes_by_itself(sessions: SessionsModel) -> None:
    sessions.refresh([info()], 1.0, 0)
    sessions.take(frame(notices=[("s", notice(new="Closed"))]))
    assert not sessions.index_of("s").isValid()
    sessions.failed("f", "opcua", "Server", "refused")
    assert cells(sessions, "f")[-1] == "refused"
    assert sessions.index_of("nobody") == QModelIndex()


def test_a_fault_of_info_is_shown(sessions: SessionsModel) -> None:
    sessions.refresh([info(state=SessionState.FAULTED, fault=Fault("X", "gone"))], 1.0, 0)
    assert cells(sessions, "s")[-1] == "gone"
    assert "gone" in sessions.index_of("s").data(TOOLTIP)


def test_a_closing_session_is_not_counted_as_starting() -> None:
    assert counted([]) == "0 ready"
    assert counted([SessionState.READY, SessionState.CLOSING]) == "1 ready, 1 closing"
    starting = [SessionState.CREATING, SessionState.HANDSHAKING, SessionState.INITIALIZING_WORKER]
    assert counted([*starting, SessionState.FAULTED]) == "0 ready, 3 starting, 1 faulted"
