"""Several trends: as tabs, and one below the other where they are to be seen together."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QApplication, QMenu, QSplitter, QVBoxLayout, QWidget

from ui.i18n import tr
from ui.plots.collector import Collector
from ui.plots.trend import Shared, TrendView
from ui.tabs import Tabs
from ui.theme import Theme
from ui.widgets import on_key

_UNDO = 50
#: More trends one below the other have no height left.
GROUPS = 4


class TrendsPane(QWidget):
    """There is always one trend at least. Linked trends move together."""

    current_changed = Signal()
    changed = Signal()  # trends came, went, moved or have other names
    dropped = Signal(object, list)  # a TrendView, TagRefs
    note_wanted = Signal(object, object, object)  # a TrendView, a time in ns, the Note that is there or None
    limits_wanted = Signal(list)  # TagRefs
    menu_wanted = Signal(object, QPoint, object)  # a TrendView, where, the time there in ns
    more_wanted = Signal(object, object)  # a TrendView, its menu, which is about to show
    rename_wanted = Signal(object)
    told = Signal(str)
    mark_opened = Signal(object)  # a time in ns: what happened there is wanted in full
    past_wanted = Signal(object, object)  # a TrendView, the Wanted or None

    def __init__(self, theme: Theme, now_ns: Callable[[], int] = time.time_ns, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Trends"))
        self._theme = theme
        self._now_ns = now_ns
        self._utc = False
        self.collector = Collector()
        self._groups: list[Tabs] = []
        self._current: TrendView | None = None
        self._empty: TrendView | None = None
        self._undo: list[tuple[str, Callable[[], object], Callable[[], object]]] = []  # words, undo, forget
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self._splitter = QSplitter(Qt.Orientation.Vertical)
        self._splitter.setChildrenCollapsible(False)
        layout.addWidget(self._splitter)
        on_key(QKeySequence.StandardKey.Undo, self, self.undo)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._focus_changed)
        self.plant(self.free_name())

    # ---- trends

    def trends(self) -> list[TrendView]:
        """All that are open, from the first tab of the uppermost group to the last."""
        return [trend for group in self._groups for trend in _pages(group)]

    def current(self) -> TrendView:
        """The one that was used last, or the first that is seen."""
        if self._current is None or self._group(self._current) is None:
            page = self._groups[0].currentWidget()
            self._current = page if isinstance(page, TrendView) else self.trends()[0]
        return self._current

    def named(self, name: str) -> TrendView | None:
        return next((trend for trend in self.trends() if trend.name == name), None)

    def free_name(self, wanted: str = "") -> str:
        """``wanted``, numbered where there is one of that name."""
        wanted = wanted or tr("Trend {number}").format(number=1)
        base = wanted.rstrip("0123456789").rstrip() or wanted
        names = {trend.name for trend in self.trends()}
        numbered = (f"{base} {number}" for number in range(1, len(names) + 2))
        return wanted if wanted not in names else next(name for name in numbered if name not in names)

    def plant(self, name: str, group: int = 0) -> TrendView:
        """A new, empty trend, in front."""
        trend = TrendView(self._theme, self._now_ns, self.collector)
        trend.name = name
        trend.set_utc(self._utc)
        trend.dropped.connect(partial(self.dropped.emit, trend))
        trend.note_wanted.connect(partial(self.note_wanted.emit, trend))
        trend.menu_wanted.connect(partial(self.menu_wanted.emit, trend))
        trend.limits_wanted.connect(self.limits_wanted)
        trend.told.connect(self.told)
        trend.mark_opened.connect(self.mark_opened)
        trend.past_wanted.connect(partial(self.past_wanted.emit, trend))
        trend.pens_changed.connect(self._align)
        trend.pens_removed.connect(partial(self._pens_removed, trend))
        trend.shared.connect(partial(self._spread, trend))
        trend.linked_changed.connect(partial(self._linked, trend))
        menu = trend.bar.more.menu()
        menu.aboutToShow.connect(partial(self.more_wanted.emit, trend, menu))
        self._put(trend, group)
        return trend

    def new(self) -> TrendView:
        return self.plant(self.free_name(), self.group_of(self.current()))

    def duplicate(self, of: TrendView) -> TrendView:
        """The same pens, looks, span and notes."""
        made = self.plant(self.free_name(of.name), self.group_of(of))
        for pen in of.pens():
            look = {"hue": pen.hue, "style": pen.style, "step": pen.step}
            made.add_ref(pen.line.ref, **look, visible=pen.visible, own_axis=pen.own_axis)
        made.set_span(of.span_s)
        made.set_notes(of.notes())
        return made

    def rename(self, trend: TrendView, name: str) -> None:
        before = trend.name
        self._name(trend, name)
        self._can_undo(tr("rename a trend"), partial(self._name, trend, before))

    def _name(self, trend: TrendView, name: str) -> None:
        trend.name = name
        if (group := self._group(trend)) is not None:
            group.name(trend, name)
        self.changed.emit()

    def close_trend(self, trend: TrendView) -> None:
        """Out of sight; its lines are still collected until it can no longer come back."""
        group = self._group(trend)
        if group is None:
            return
        number, at = self._groups.index(group), group.indexOf(trend)
        self._take(trend)
        if not self.trends():
            self.plant(self.free_name())
        back = partial(self._put, trend, number, at)
        self._can_undo(tr("close a trend"), back, partial(_end, trend))
        self.told.emit(tr("{name} is closed; Ctrl+Z brings it back").format(name=trend.name))

    def clear(self) -> None:
        """Before others are restored; the one that is left is empty."""
        for _, _, forget in self._undo:
            forget()
        self._undo.clear()
        for trend in self.trends():
            self._take(trend)
            _end(trend)
        self._empty = self.plant("")

    def replace(self) -> None:
        """Put the empty one of :meth:`clear` away, if there are others."""
        empty, self._empty = self._empty, None
        if empty is None:
            return
        if len(self.trends()) > 1:
            self._take(empty)
            _end(empty)
        else:
            self._name(empty, self.free_name())

    # ---- groups

    def group_of(self, trend: TrendView) -> int:
        group = self._group(trend)
        return 0 if group is None else self._groups.index(group)

    def groups(self) -> int:
        return len(self._groups)

    def move_trend(self, trend: TrendView, step: int) -> None:
        """To the group below or above; below the last one into one of its own."""
        number = self.group_of(trend) + step
        if not self.can_move(trend, step):
            return
        group = self._group(trend)
        self._take(trend)
        if group is not None and group not in self._groups and step > 0:
            number -= 1  # its group went with it
        self._put(trend, number)

    def can_move(self, trend: TrendView, step: int) -> bool:
        number = self.group_of(trend)
        group = self._groups[number]
        if step < 0:
            return number > 0
        alone = group.count() == 1
        return number + 1 < len(self._groups) or (not alone and len(self._groups) < GROUPS)

    def show_trend(self, trend: TrendView) -> None:
        if (group := self._group(trend)) is not None:
            group.setCurrentWidget(trend)
            self._set_current(trend)

    def _group(self, trend: TrendView) -> Tabs | None:
        return next((group for group in self._groups if group.indexOf(trend) >= 0), None)

    def _put(self, trend: TrendView, number: int, at: int | None = None) -> None:
        while len(self._groups) <= number and (not self._groups or len(self._groups) < GROUPS):
            self._groups.append(self._make_group())
            number = min(number, len(self._groups) - 1)
        group = self._groups[min(number, len(self._groups) - 1)]
        group.insert(group.count() if at is None else at, trend, trend.name)
        self._set_current(trend)
        self._align()
        self.changed.emit()

    def _make_group(self) -> Tabs:
        group = Tabs(tr("Names of the trends"), tr("New trend"), self._theme)
        group.new_wanted.connect(self.new)
        group.close_wanted.connect(self.close_trend)
        group.rename_wanted.connect(self.rename_wanted)
        group.currentChanged.connect(lambda *_: self._front_changed(group))
        bar = group.tabBar()
        bar.tabMoved.connect(lambda *_: self.changed.emit())
        bar.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        bar.customContextMenuRequested.connect(partial(self._tab_menu, group))
        self._splitter.addWidget(group)
        return group

    def _take(self, trend: TrendView) -> None:
        group = self._group(trend)
        if group is None:
            return
        group.removeTab(group.indexOf(trend))
        trend.setParent(self)
        trend.hide()
        if not group.count():
            self._groups.remove(group)
            group.setParent(None)
            group.deleteLater()
        self._align()
        self.changed.emit()

    def _front_changed(self, group: Tabs) -> None:
        page = group.currentWidget()
        if isinstance(page, TrendView):
            self._set_current(page)
        self._align()

    def _set_current(self, trend: TrendView) -> None:
        if trend is not self._current:
            self._current = trend
            self.current_changed.emit()

    def _focus_changed(self, _: QWidget | None, now: QWidget | None) -> None:
        while now is not None and not isinstance(now, TrendView):
            now = now.parentWidget()
        if isinstance(now, TrendView) and self._group(now) is not None:
            self._set_current(now)

    def _align(self) -> None:
        """Trends that are seen one below the other have one time axis: their plots end at the same pixel."""
        pages = [page for group in self._groups if isinstance(page := group.currentWidget(), TrendView)]
        most = max((page.plot.axes.on_the_right() for page in pages), default=0)
        for page in pages:
            page.plot.axes.set_room(most - page.plot.axes.on_the_right() if len(pages) > 1 else 0)

    # ---- linked trends

    def _spread(self, trend: TrendView, shared: Shared) -> None:
        for other in self.trends():
            if other is not trend and other.linked:
                other.follow(shared)

    def _linked(self, trend: TrendView) -> None:
        """A trend that is linked goes where the others are."""
        others = [other for other in self.trends() if other is not trend and other.linked]
        if trend.linked and others:
            trend.follow(others[0].share())
        self.changed.emit()

    # ---- undo

    def _pens_removed(self, trend: TrendView) -> None:
        self._can_undo(tr("remove pens"), trend.undo_remove)

    def _can_undo(self, words: str, undo: Callable[[], object], forget: Callable[[], object] = lambda: None) -> None:
        self._undo.append((words, undo, forget))
        for _, _, gone in self._undo[:-_UNDO]:
            gone()
        del self._undo[:-_UNDO]

    @property
    def undo_words(self) -> str:
        """What :meth:`undo` would take back; empty where there is nothing."""
        return self._undo[-1][0] if self._undo else ""

    def undo(self) -> None:
        if self._undo:
            self._undo.pop()[1]()

    # ---- menus

    def _tab_menu(self, group: Tabs, at: QPoint) -> None:
        bar = group.tabBar()
        page = group.widget(bar.tabAt(at)) if bar.tabAt(at) >= 0 else group.currentWidget()
        if isinstance(page, TrendView):
            menu = QMenu(self)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            self.fill_menu(menu, page)
            menu.popup(bar.mapToGlobal(at))

    def fill_menu(self, menu: QMenu, of: TrendView) -> None:
        """What can be done with a trend as a whole."""

        def add(words: str, act: Callable[[], object], able: bool = True) -> None:
            action = QAction(words, menu)
            action.setEnabled(able)
            action.triggered.connect(lambda *_: act())
            menu.addAction(action)

        add(tr("New trend"), self.new)
        add(tr("Rename …"), partial(self.rename_wanted.emit, of))
        add(tr("Duplicate"), partial(self.duplicate, of))
        add(tr("Move below"), partial(self.move_trend, of, 1), self.can_move(of, 1))
        add(tr("Move above"), partial(self.move_trend, of, -1), self.can_move(of, -1))
        add(tr("Close"), partial(self.close_trend, of))
        undo = tr("Undo: {what}").format(what=self.undo_words) if self.undo_words else tr("Undo")
        add(undo, self.undo, bool(self.undo_words))

    # ---- all of them

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for group in self._groups:
            group.set_theme(theme)
        for trend in self.findChildren(TrendView):
            trend.set_theme(theme)

    def set_utc(self, utc: bool) -> None:
        self._utc = utc
        for trend in self.findChildren(TrendView):
            trend.set_utc(utc)

    def stop(self) -> None:
        """No more drawing: the window is closing."""
        for trend in self.findChildren(TrendView):
            trend.stop()


def _pages(group: Tabs) -> list[TrendView]:
    pages = (group.widget(number) for number in range(group.count()))
    return [page for page in pages if isinstance(page, TrendView)]


def _end(trend: TrendView) -> None:
    """For good."""
    trend.close_down()
    trend.setParent(None)
    trend.deleteLater()
