"""The items of one session: the source's name space, browsed as it is opened, and the registered items, live."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QMimeData, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QBrush, QColor

from app.batch import Sample
from app.commands import BrowsePage
from app.sessions.items import Item, ItemRegistry
from app.values import QualityClass, quality_class
from ui.feed import FeedFrame
from ui.format import full_text, iso_text, quality_mark, quality_text, skew_text, time_text, tip_text, value_text
from ui.i18n import count_text, noop, tr
from ui.tagbook import TagBook
from ui.tagref import MIME, TagRef, to_mime
from ui.theme import Theme

COLUMNS = (noop("Name"), noop("Value"), noop("Unit"), noop("Quality"), noop("Time"), noop("Description"))
VALUE, UNIT, QUALITY, TIME, DESCRIPTION = range(1, 6)
#: More changed cells than this are told as one range: single cells are only cheaper while they are few.
_FEW_CELLS = 100
_FEW_ROWS = 200

Index = QModelIndex | QPersistentModelIndex


class Node:
    """One row. ``key`` is not 0 for a registered item; ``address`` is what Browse or AddItem takes."""

    __slots__ = ("address", "children", "description", "failure", "is_tag", "key", "loading", "name", "next_page",
                 "painted", "parent", "row", "tag", "type_name", "unit")  # fmt: skip

    def __init__(self, name: str, parent: Node | None, row: int = 0, *, address: str = "", key: int = 0) -> None:
        self.name = name
        self.parent = parent
        self.row = row
        self.address = address
        self.key = key
        self.painted = 0  # the sequence of the item's newest event when its row was painted last
        self.children: list[Node] = []
        self.is_tag = False
        self.next_page: str | None = None  # "" = the first page is still to come, None = all is here
        self.loading = False
        self.failure = ""
        self.description = ""
        self.type_name = ""
        self.unit = ""
        self.tag = ""


class ItemsModel(QAbstractItemModel):
    """Shows one session at a time: :meth:`show` changes it."""

    #: A folder's (next) page is wanted: the node. Answered by :meth:`browsed` or :meth:`browse_failed`.
    browse_wanted = Signal(object)

    def __init__(self, theme: Theme, book: TagBook, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.utc = False
        self._book = book
        self._session_id = ""
        self._source = ""
        self._items: ItemRegistry | None = None
        self._stale: set[str] = set()
        self._version = -1
        self._by_key: dict[int, Node] = {}
        self._visible: Callable[[], list[Node]] = list
        self._root = Node("", None)
        self._space = self._registered = self._root
        self._plant_roots()
        book.changed.connect(self._abouts_changed)

    def _plant_roots(self) -> None:
        self._root = Node("", None)
        self._space = Node(tr("Name space"), self._root, 0)
        self._registered = Node(tr("Registered items"), self._root, 1)
        self._root.children = [self._space, self._registered] if self._session_id else []
        self._space.next_page = ""
        self._by_key = {}
        self._version = -1

    def show(self, session_id: str, items: ItemRegistry | None, source: str = "") -> None:
        """Show this session ("" = none); ``source`` is its name, by which other panes know its tags."""
        if session_id == self._session_id and items is self._items:
            return
        self.beginResetModel()
        self._session_id, self._items, self._source = session_id, items, source
        self._plant_roots()
        self.endResetModel()
        self.refresh()

    @property
    def session_id(self) -> str:
        return self._session_id

    def set_stale(self, session_id: str, stale: bool) -> None:
        """A session without a living worker: its values stay, and are marked as no longer live."""
        if stale == (session_id in self._stale):
            return
        (self._stale.add if stale else self._stale.discard)(session_id)
        if session_id == self._session_id:
            self._repaint([node for node in self._visible() if node.key])

    @property
    def _is_stale(self) -> bool:
        return self._session_id in self._stale

    def watch_visible(self, visible: Callable[[], list[Node]]) -> None:
        """``visible`` tells the rows on the screen: only they are repainted."""
        self._visible = visible

    # ---- the model's duties

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return len(COLUMNS)

    def node(self, index: Index) -> Node:
        """The node at an index; the invisible root for none."""
        return index.internalPointer() if index.isValid() else self._root  # type: ignore[return-value]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.column() > 0 else len(self.node(parent).children)

    def hasChildren(self, parent: Index = QModelIndex()) -> bool:  # noqa: B008
        node = self.node(parent)
        return parent.column() <= 0 and (bool(node.children) or node.next_page is not None)

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008
        if not self.hasIndex(row, column, parent):
            return QModelIndex()
        return self.createIndex(row, column, self.node(parent).children[row])

    def index_of(self, node: Node, column: int = 0) -> QModelIndex:
        return QModelIndex() if node is self._root else self.createIndex(node.row, column, node)

    def parent(self, child: Any = None) -> Any:
        if child is None:
            return super().parent()
        node = self.node(child)
        return QModelIndex() if node.parent is None else self.index_of(node.parent)

    def canFetchMore(self, parent: Index) -> bool:
        node = self.node(parent)
        return node.next_page is not None and not node.loading and not node.failure

    def fetchMore(self, parent: Index) -> None:
        node = self.node(parent)
        if self.canFetchMore(parent):
            node.loading = True
            self.browse_wanted.emit(node)

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsDragEnabled if index.isValid() and self.node(index).tag else flags

    def mimeTypes(self) -> list[str]:
        return [MIME, "text/plain"]

    def mimeData(self, indexes: Iterable[QModelIndex]) -> QMimeData:
        """The tags of the rows, each once."""
        tags = dict.fromkeys(node.tag for node in map(self.node, indexes) if node.tag)
        return to_mime(TagRef(self._source, tag) for tag in tags)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return tr(COLUMNS[section])
        if role == Qt.ItemDataRole.TextAlignmentRole and section == VALUE:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        node = self.node(index)
        if node.key:
            return self._item_data(node, index.column(), role)
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._space_text(node, index.column())
            case Qt.ItemDataRole.ToolTipRole:
                return (
                    tip_text(node.failure or "\n".join(text for text in (node.address, node.description) if text))
                    or None
                )
            case Qt.ItemDataRole.ForegroundRole if node.failure:
                return QBrush(QColor(self.theme.bad))
            case Qt.ItemDataRole.ForegroundRole if not node.is_tag:
                return QBrush(QColor(self.theme.muted)) if node.parent is self._root else None
            case _:
                return None

    def _space_text(self, node: Node, column: int) -> str:
        match column:
            case 0:
                if node is self._registered and self._items is not None:
                    return f"{node.name} ({count_text(len(self._items))})"
                return f"{node.name} …" if node.loading and not node.children else node.name
            case 2:
                return node.unit
            case 5:
                return node.failure or node.description
            case _:
                return ""

    def _item_data(self, node: Node, column: int, role: int) -> Any:
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._item_text(node, column)
            case Qt.ItemDataRole.TextAlignmentRole if column == VALUE:
                return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            case Qt.ItemDataRole.ForegroundRole:
                return self._item_colour(node, column)
            case Qt.ItemDataRole.ToolTipRole:
                return tip_text(self._item_tooltip(node))
            case _:
                return None

    def _sample(self, node: Node) -> Sample | None:
        return None if self._items is None else self._items.sample(node.key)

    def _item_text(self, node: Node, column: int) -> str:
        if column == 0:
            return node.name
        about = self._book.about(self._session_id, node.tag)
        if column == UNIT:
            return about.unit
        if column == DESCRIPTION:
            return about.description
        sample = self._sample(node)
        if sample is None:
            return tr("waiting") if column == QUALITY else ""
        match column:
            case 1:
                text = value_text(sample.value, decimals=about.decimals, enumeration=about.enumeration)
                mark = quality_mark(0 if self._is_stale else sample.quality)
                return f"{text} {mark}" if mark else text
            case 3:
                quality = quality_text(sample.quality)
                return tr("not live, was {quality}").format(quality=quality) if self._is_stale else quality
            case _:
                return time_text(sample.source_time, self.utc, date=False)

    def _item_colour(self, node: Node, column: int) -> QBrush | None:
        if column not in (VALUE, QUALITY):
            return None
        sample = self._sample(node)
        if sample is None:
            return QBrush(QColor(self.theme.muted))
        worth = QualityClass.BAD if self._is_stale else quality_class(sample.quality)
        if worth is QualityClass.GOOD:
            return None
        # A bad value stays, dimmed; its quality is what catches the eye.
        dimmed = worth is QualityClass.BAD and column == VALUE
        return QBrush(QColor(self.theme.muted if dimmed else self.theme.of_quality(worth)))

    def _item_tooltip(self, node: Node) -> str:
        sample = self._sample(node)
        if sample is None:
            return f"{node.tag}\n{tr('no value yet')}"
        about = self._book.about(self._session_id, node.tag)
        value = full_text(sample.value, about.enumeration)
        shown = value if len(value) <= 2000 else f"{value[:2000]}…"
        skew = skew_text(sample.source_time, sample.worker_time)
        return "\n".join(
            [
                node.tag,
                f"{shown} {about.unit}".strip(),
                quality_text(sample.quality),
                tr("source {time}").format(time=iso_text(sample.source_time, self.utc) or "—"),
                tr("received {time}").format(time=iso_text(sample.worker_time, self.utc)),
                *([tr("source time {difference}").format(difference=skew)] if skew else ()),
            ]
        )

    # ---- the name space

    def browsed(self, node: Node, page: BrowsePage) -> None:
        """A page of the folder has come."""
        if not self._attached(node):
            return
        node.loading = False
        node.failure = ""
        node.next_page = page.next_page or None
        if page.nodes:
            first = len(node.children)
            self.beginInsertRows(self.index_of(node), first, first + len(page.nodes) - 1)
            for offset, found in enumerate(page.nodes):
                child = Node(found.name, node, first + offset, address=found.address)
                child.is_tag = found.is_tag
                child.next_page = "" if found.has_children else None
                child.description = found.description
                child.type_name = found.data_type
                child.unit = found.unit
                child.tag = found.address if found.is_tag else ""
                node.children.append(child)
            self.endInsertRows()
        self._told(node)

    def browse_failed(self, node: Node, words: str) -> None:
        """The folder says why; :meth:`browse_again` tries once more."""
        if self._attached(node):
            node.loading = False
            node.failure = words
            self._told(node)

    def browse_again(self, node: Node) -> None:
        node.failure = ""
        self.fetchMore(self.index_of(node))

    def _attached(self, node: Node) -> bool:
        """Whether the node is of the session that is shown: an answer may come late."""
        while node.parent is not None:
            node = node.parent
        return node is self._root

    def _told(self, node: Node) -> None:
        index = self.index_of(node)
        self.dataChanged.emit(index, index.siblingAtColumn(len(COLUMNS) - 1))

    # ---- the registered items

    def refresh(self) -> None:
        """Take over items that were added, removed or changed since the last time."""
        if self._items is None or self._items.version == self._version:
            return
        self._version = self._items.version
        wanted: dict[int, list[Item]] = {handle: [] for handle in self._items.servers()}
        for item in self._items.all():
            wanted.setdefault(item.server_handle, []).append(item)
        names = self._items.servers()
        handles = [int(node.address) for node in self._registered.children]
        for handle in handles:
            if handle not in wanted:
                self._remove_server(handle)
        for handle, items in wanted.items():
            self._fill(self._server(handle, names.get(handle, "")), items)
        self._told(self._registered)

    def _server(self, handle: int, client: str) -> Node:
        for node in self._registered.children:
            if int(node.address) == handle:
                return node
        row = len(self._registered.children)
        self.beginInsertRows(self.index_of(self._registered), row, row)
        node = Node(_server_name(client, handle), self._registered, row, address=str(handle))
        self._registered.children.append(node)
        self.endInsertRows()
        return node

    def _remove_server(self, handle: int) -> None:
        row = next(node.row for node in self._registered.children if int(node.address) == handle)
        self.beginRemoveRows(self.index_of(self._registered), row, row)
        removed = self._registered.children.pop(row)
        for child in removed.children:
            self._by_key.pop(child.key, None)
        for later in self._registered.children[row:]:
            later.row -= 1
        self.endRemoveRows()

    def _fill(self, server: Node, items: list[Item]) -> None:
        """What went is removed row by row, so that the selection stays; what is new at the end comes as one range. Only
        another order, or very many that went, rebuilds the server's rows."""
        wanted = [item.key for item in items]
        there = set(wanted)
        gone = [child.row for child in server.children if child.key not in there]
        left = [child.key for child in server.children if child.key in there]
        if left != wanted[: len(left)] or len(gone) > _FEW_ROWS:
            self._remove_items(server, 0, len(server.children) - 1)
        else:
            for row in reversed(gone):
                self._remove_items(server, row, row)
        kept = len(server.children)
        if len(items) > kept:
            self.beginInsertRows(self.index_of(server), kept, len(items) - 1)
            for row in range(kept, len(items)):
                item = items[row]
                node = Node(item.tag, server, row, key=item.key)
                node.tag, node.is_tag = item.tag, True
                server.children.append(node)
                self._by_key[item.key] = node
            self.endInsertRows()

    def _remove_items(self, server: Node, first: int, last: int) -> None:
        if last < first:
            return
        self.beginRemoveRows(self.index_of(server), first, last)
        for child in server.children[first : last + 1]:
            self._by_key.pop(child.key, None)
        del server.children[first : last + 1]
        for row, child in enumerate(server.children[first:], first):
            child.row = row
        self.endRemoveRows()

    def take(self, frame: FeedFrame) -> None:
        """Repaint what is on the screen and has changed."""
        self.refresh()
        visible = [node for node in self._visible() if node.key]
        if not visible:
            return
        # Their latest values tell what has changed: looking through every event of the frame would cost by the event.
        rows = [node for node in visible if self._has_changed(node)]
        if len(rows) * 3 <= _FEW_CELLS:
            for node in rows:
                for column in (VALUE, QUALITY, TIME):
                    index = self.index_of(node, column)
                    self.dataChanged.emit(index, index)
        else:
            self._repaint(rows)

    def _has_changed(self, node: Node) -> bool:
        assert self._items is not None
        newest = self._items.sequence(node.key)
        changed, node.painted = newest != node.painted, newest
        return changed

    def _repaint(self, rows: list[Node]) -> None:
        """One range a parent: rows of different parents make no range."""
        spans: dict[int, tuple[Node, Node]] = {}
        for node in rows:
            first, last = spans.get(id(node.parent), (node, node))
            spans[id(node.parent)] = min(first, node, key=_row), max(last, node, key=_row)
        for first, last in spans.values():
            self.dataChanged.emit(self.index_of(first, VALUE), self.index_of(last, TIME))

    def _abouts_changed(self) -> None:
        for node in self._visible():
            if node.key:
                self.dataChanged.emit(self.index_of(node, VALUE), self.index_of(node, DESCRIPTION))

    def node_of(self, key: int) -> Node | None:
        return self._by_key.get(key)

    def node_of_tag(self, tag: str) -> Node | None:
        return next((node for node in self._by_key.values() if node.tag == tag), None)

    @property
    def registered(self) -> Node:
        return self._registered

    @property
    def space(self) -> Node:
        return self._space


def _server_name(client: str, handle: int) -> str:
    return tr("{client} (handle {handle})").format(client=client or tr("client"), handle=handle)


def _row(node: Node) -> int:
    return node.row
