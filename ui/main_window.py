"""The main window: puts the panes together, and turns keys and menus into signals."""

from __future__ import annotations

import zlib
from collections.abc import Callable

from PySide6.QtCore import QByteArray, QChildEvent, QSettings, QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QCloseEvent, QKeySequence
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QDockWidget,
    QMainWindow,
    QMenu,
    QTabBar,
    QToolBar,
    QVBoxLayout,
    QWidget,
)

from ui.banners import Banners
from ui.format import zone_text
from ui.i18n import count_text, noop, tr
from ui.models.items import ItemsModel
from ui.models.log import LogModel
from ui.models.sessions import SessionsModel
from ui.plots.pane import TrendsPane
from ui.plots.trend import TrendView
from ui.theme import Mode, Theme, icon, number_font
from ui.views.finder import ItemsPane
from ui.views.items import ItemsView
from ui.views.log import LogView
from ui.views.sessions import SessionsView
from ui.widgets import Elided, Pressed, Steady, Themed

#: Grows when the panes change so much that a kept layout no longer fits.
_SUM = 4  # bytes of it stand before a layout
_LAYOUT_VERSION = 3
_SIZE = QSize(1720, 1020)
#: What the frame of a window takes of a screen: at its sides, and above and below.
_FRAME = QSize(16, 40)
_NATIVE = QKeySequence.SequenceFormat.NativeText
_LEFT, _LOG = 0.34, 0.23
#: The left panes are at least so many lines of text wide, where that leaves room for the others.
_LEFT_LINES, _LEFT_MOST = 24, 0.44
#: Of what lists and trends share.
_LISTS = 0.38
#: Menu, tools and status bar.
_CHROME = 90

#: By name: what stands in the menu bar.
MENUS = (
    ("file", noop("&File")),
    ("tag", noop("&Tag")),
    ("view", noop("&View")),
    ("tools", noop("T&ools")),
    ("help", noop("&Help")),
)

HINT = noop("Double-click an item to trend it · F2 writes it · Ctrl+Shift+O opens an OPC UA server")
_STATUS = (noop("Sessions"), noop("Events/s"), noop("Lost"), noop("Longest stall"), noop("Recorder"), noop("Clock"))
_MODE_WORDS = {
    Mode.SYSTEM: noop("System"),
    Mode.LIGHT: noop("Light"),
    Mode.DARK: noop("Dark"),
    Mode.CONTRAST: noop("Contrast"),
}


class MainWindow(QMainWindow):
    """Closing it is a request: :attr:`close_requested`; who built the window decides, and stops things in order."""

    close_requested = Signal()
    open_opcua_wanted = Signal()
    open_gateway_wanted = Signal()
    open_sim_wanted = Signal()
    open_host_wanted = Signal()
    write_wanted = Signal(str)
    mode_wanted = Signal(object)
    utc_wanted = Signal(bool)
    recorder_wanted = Signal()

    def __init__(
        self,
        theme: Theme,
        sessions: SessionsModel,
        items: ItemsModel,
        log: LogModel,
        settings: QSettings,
    ) -> None:
        super().__init__()
        self._name, self._note = "Tagwatch", ""
        self._show_title()
        self.setObjectName("main")
        self._settings = settings
        self._closing = False
        self.sessions = SessionsView(sessions)
        self.items = ItemsView(items)
        self.items_pane = ItemsPane(self.items, self.items.acts, self.items.open_tag)
        self.log = LogView(log)
        self.trends = TrendsPane(theme)
        self.banners = Banners(theme)
        self._icons: dict[QAction, str] = {}
        self._panes: dict[str, QDockWidget] = {}
        self._panes_menu = QMenu(tr("Panes"), self)
        self._menus = {name: self._menu(title) for name, title in MENUS}
        self._build_panes()
        self._build_actions()
        self._build_status()
        self.set_theme(theme)
        self.show_possible()
        self._default_state = self.saveState(_LAYOUT_VERSION)

    @property
    def trend(self) -> TrendView:
        """The trend that was used last."""
        return self.trends.current()

    # ---- panes

    def _build_panes(self) -> None:
        centre = QWidget()
        self._centre = layout = QVBoxLayout(centre)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.banners)
        layout.addWidget(self.trends, 1)
        self.setCentralWidget(centre)
        self.setDockNestingEnabled(True)
        left, bottom = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.BottomDockWidgetArea
        self.setCorner(Qt.Corner.TopLeftCorner, left)  # lists stand above the trends alone
        self.add_pane("sessions", tr("Sessions"), self.sessions, left)
        self.add_pane("items", tr("Items"), self.items_pane, left)
        self.add_pane("log", tr("Event log"), self.log, bottom)

    def _first_size(self) -> None:
        """As large as is comfortable, and never larger than the screen."""
        room = self.screen().availableSize()
        self.resize(_SIZE.boundedTo(room - _FRAME))
        line = self.sessions.fontMetrics().height()
        height, least = self.height(), min(line * _LEFT_LINES, round(self.width() * _LEFT_MOST))
        left = max(round(self.width() * _LEFT), least)
        log = round(height * _LOG)
        few = line * 10  # two sessions and their sources are seen whole
        docks = [self._panes[name] for name in ("sessions", "items", "log")]
        self.resizeDocks(docks[:2], [left, left], Qt.Orientation.Horizontal)
        if (lists := self._panes.get("watch")) is not None:
            self.resizeDocks([lists], [round((height - log - _CHROME) * _LISTS)], Qt.Orientation.Vertical)
        self.resizeDocks(docks, [few, max(few, height - log - few - _CHROME), log], Qt.Orientation.Vertical)

    def add_pane(
        self,
        name: str,
        title: str,
        widget: QWidget,
        area: Qt.DockWidgetArea,
        *,
        beside: str | None = None,
        shown: bool = True,
    ) -> QDockWidget:
        """A dockable pane. ``name`` is its name for good: layouts are kept by it. ``beside``: as a further tab of that
        pane, behind it. Panes are added before :meth:`settle`."""
        dock = QDockWidget(title, self)
        dock.setObjectName(name)
        dock.setWidget(widget)
        self.addDockWidget(area, dock)
        if beside is not None:
            self.tabifyDockWidget(self._panes[beside], dock)
            self._panes[beside].raise_()
        dock.setVisible(shown)
        self._panes[name] = dock
        self._panes_menu.addAction(dock.toggleViewAction())
        return dock

    def add_bar(self, bar: QWidget) -> None:
        """Over the trends, where it is seen and in nobody's way."""
        self._centre.insertWidget(0, bar)

    def childEvent(self, event: QChildEvent) -> None:
        """Bars of tabs are Qt's own: it makes one where panes share a place."""
        if event.polished() and isinstance(bar := event.child(), QTabBar):
            bar.setAccessibleName(tr("Panes in one place"))
        super().childEvent(event)

    def pane(self, name: str) -> QDockWidget:
        return self._panes[name]

    def panes(self) -> list[QDockWidget]:
        """All of them, in the order in which they were added."""
        return list(self._panes.values())

    def show_pane(self, name: str) -> None:
        """In sight, and in front of its tabs."""
        self._panes[name].show()
        self._panes[name].raise_()

    def settle(self) -> None:
        """Once all panes are there: takes over the kept layout, and keeps this one to go back to."""
        self._first_size()
        self._default_state = self.saveState(_LAYOUT_VERSION)
        self._restore()

    # ---- menus and keys

    def _build_actions(self) -> None:
        add = self.add_action
        open_opcua = add(tr("Open OPC UA …"), self.open_opcua_wanted.emit, "Ctrl+Shift+O", "file", "connect")
        add(tr("Open another Tagwatch …"), self.open_gateway_wanted.emit, None, "file", "link")
        add(tr("Open simulated plant"), self.open_sim_wanted.emit, None, "file", "plant")
        add(tr("Open this computer"), self.open_host_wanted.emit, None, "file", "computer")
        self.menu("file").addSeparator()
        add(tr("Quit"), self.close, "Ctrl+Q", "file")
        self._write = add(tr("Write …"), self._write_current, None, "tag", "write")
        self._trend = add(tr("Add to trend"), self._trend_current, None, "tag", "trend")
        self._properties = add(tr("Properties"), self._properties_current, None, "tag")
        self.items.current_changed.connect(self.show_possible)
        pause = add(tr("Pause"), self.toggle_pause, "Space", "view", "pause")
        live = add(tr("Live"), self.go_live, "End", "view", "live")
        find = add(tr("Find in the event log"), self._find, "Ctrl+F", "view", "find")
        self._utc = add(
            tr("Times in UTC"), lambda: self.utc_wanted.emit(self._utc.isChecked()), "Ctrl+Shift+U", "view", "clock"
        )
        self._utc.setCheckable(True)
        for action in (pause, live):
            # Keys of the trend and the log alone: elsewhere they belong to check boxes, fields and lists.
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            self.trends.addAction(action)
            self.log.addAction(action)
        pause.setToolTip(tr("Pause the trend and the log, or follow again (Space)"))
        live.setToolTip(tr("Follow the newest values and events again (End)"))
        find.setIconText(tr("Find"))
        self._utc.setIconText("UTC")
        view = self.menu("view")
        view.addSeparator()
        self._modes(view)
        view.addMenu(self._panes_menu)
        view.addSeparator()
        add(tr("Reset layout"), self.reset_layout, None, "view")
        add(tr("Full screen"), self._full_screen, "F11", "view")
        add(tr("Next pane"), self._next_pane, "F6", "view")
        self._fill_tools((open_opcua,), (self._write, self._trend), (pause, live), (find, self._utc))

    def _fill_tools(self, *groups: tuple[QAction, ...]) -> None:
        tools = QToolBar(tr("Tools"))
        tools.setObjectName("Tools")
        tools.setMovable(False)
        tools.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        tools.setIconSize(QSize(18, 18))
        for number, actions in enumerate(groups):
            if number:
                tools.addSeparator()
            tools.addActions(list(actions))
        self.addToolBar(tools)

    def set_theme(self, theme: Theme) -> None:
        """Drawings in the colours of a theme, and all parts and open forms that paint by themselves."""
        for action, name in self._icons.items():
            action.setIcon(icon(name, theme))
        self.trends.set_theme(theme)
        self.log.set_theme(theme)
        self.items_pane.set_theme(theme)
        self.banners.set_theme(theme)
        for form in self.findChildren(QDialog):
            if isinstance(form, Themed):
                form.set_theme(theme)

    def show_possible(self) -> None:
        """What needs a tag can be done where the cursor of the items is on one; what writes, where that is allowed."""
        for action in (self._write, self._trend, self._properties):
            action.setEnabled(bool(self.items.current_tag()))
        if refused := self.items.refusal():
            self._write.setEnabled(False)
        self._write.setToolTip(refused or tr("Write the tag that the items' cursor is on (F2)"))

    def _find(self) -> None:
        self.show_pane("log")
        self.log.focus_filter()

    def _menu(self, title: str) -> QMenu:
        menu = self.menuBar().addMenu(tr(title))
        menu.menuAction().setVisible(False)  # until something is in it
        return menu

    def menu(self, name: str) -> QMenu:
        """One of "file", "tag", "view", "tools", "help"."""
        return self._menus[name]

    def add_action(
        self, words: str, act: Callable[[], object], key: str | None, menu: str, drawing: str = ""
    ) -> QAction:
        """An entry at the end of a menu, with its key and its drawing; ``words`` are translated already."""
        action = QAction(words, self)
        if drawing:
            self._icons[action] = drawing
        if key:
            action.setShortcut(keys := QKeySequence(key))
            action.setToolTip(f"{words.replace(' …', '')} ({keys.toString(_NATIVE)})")
        action.triggered.connect(lambda *_: act())
        self._menus[menu].addAction(action)
        self._menus[menu].menuAction().setVisible(True)
        return action

    def _modes(self, view: QMenu) -> None:
        group = QActionGroup(self)
        menu = view.addMenu(tr("Theme"))
        for mode in Mode:
            action = QAction(tr(_MODE_WORDS[mode]), self)
            action.setCheckable(True)
            action.setChecked(mode is Mode.of(self._settings.value("theme")))
            action.triggered.connect(lambda *_, mode=mode: self.mode_wanted.emit(mode))
            group.addAction(action)
            menu.addAction(action)

    def _write_current(self) -> None:
        if tag := self.items.current_tag():
            self.write_wanted.emit(tag)

    def _trend_current(self) -> None:
        if tag := self.items.current_tag():
            self.items.trend_wanted.emit(tag)

    def _properties_current(self) -> None:
        if tag := self.items.current_tag():
            self.items.properties_wanted.emit(tag)

    def toggle_pause(self) -> None:
        """Trend and log together: what is looked at in one is looked up in the other."""
        if self.trend.paused or self.log.paused:
            self.go_live()
        else:
            self.trend.pause()
            self.log.pause()

    def go_live(self) -> None:
        self.trend.go_live()
        self.log.follow()

    def _next_pane(self) -> None:
        docked = [dock.widget() for dock in self._panes.values() if not dock.visibleRegion().isEmpty()]
        panes = [pane for pane in (*docked, self.trends) if pane.isVisible()]
        focus = QApplication.focusWidget()
        inside = [number for number, pane in enumerate(panes) if focus is pane or (focus and pane.isAncestorOf(focus))]
        following = panes[(inside[0] + 1) % len(panes) if inside else 0]
        target = following if following.focusPolicy() != Qt.FocusPolicy.NoFocus else following.nextInFocusChain()
        (target or following).setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    # ---- status bar

    def _build_status(self) -> None:
        bar = self.statusBar()
        bar.setSizeGripEnabled(False)
        self._hint = Elided(tr(HINT))
        self._hint.setToolTip(tr(HINT))
        bar.addWidget(self._hint, 1)
        self._status: dict[str, Steady] = {}
        for name in _STATUS:
            label = Pressed() if name == "Recorder" else Steady()
            label.setFont(number_font())
            label.setAccessibleName(tr(name))
            self._status[name] = label
            bar.addPermanentWidget(label)
            if isinstance(label, Pressed):
                label.pressed.connect(self.recorder_wanted)

    def show_status(self, sessions: str, rate: float, lost: str, stall_s: float, clock: str, utc: bool) -> None:
        """The figures of the last second; ``stall_s`` is the longest stall of the last minute."""
        texts = {
            "Sessions": sessions,
            "Events/s": tr("{rate} events/s").format(rate=count_text(round(rate))),
            "Lost": lost,
            "Longest stall": tr("stall {time} ms").format(time=count_text(round(stall_s * 1000))),
            "Clock": f"{clock} {zone_text(utc)}",
        }
        for name, text in texts.items():
            if self._status[name].text() != text:
                self._status[name].setText(text)
        longest = tr("The longest time in the last minute that the window did not answer")
        self._status["Longest stall"].setToolTip(longest)

    def show_recorder(self, words: str, about: str) -> None:
        """The recorder's state, and more of it for who points at it."""
        label = self._status["Recorder"]
        if label.text() != words:
            label.setText(words)
        label.setToolTip(about)

    def say(self, words: str) -> None:
        """A sentence in the status bar, for a while."""
        self.statusBar().showMessage(words, 8000)

    def set_name(self, name: str, path: str) -> None:
        """The workspace, for the title; a mark behind it says that something is unsaved."""
        self._name = f"{name}[*] – Tagwatch"
        self._show_title()
        self.setWindowFilePath(path)

    def set_note(self, words: str) -> None:
        """What has to be seen at all times: it stands first in the title. "" = nothing."""
        self._note = words
        self._show_title()

    def _show_title(self) -> None:
        self.setWindowTitle(f"{self._note} – {self._name}" if self._note else self._name)

    def come_forward(self) -> None:
        """Somebody asked for it elsewhere."""
        if self.isMinimized():
            self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.raise_()
        self.activateWindow()

    # ---- layout

    def layout_state(self) -> bytes:
        """Where the panes are, for :meth:`restore_layout`."""
        state = bytes(self.saveState(_LAYOUT_VERSION).data())
        return _sum(state) + state

    def restore_layout(self, state: bytes) -> bool:
        """Whether it was whole and of this version, and has been taken over. Qt gets none that is not whole: some make
        the process crash, at every start anew."""
        whole = state[_SUM:]
        return _sum(whole) == state[:_SUM] and self.restoreState(whole, _LAYOUT_VERSION)

    def _restore(self) -> None:
        geometry, state = self._settings.value("geometry"), self._settings.value("layout")
        if isinstance(geometry, QByteArray):  # an edited or broken file may hold anything
            self.restoreGeometry(geometry)
        if isinstance(state, QByteArray):
            self.restore_layout(bytes(state.data()))

    def keep_layout(self) -> None:
        self._settings.setValue("geometry", self.saveGeometry())
        self._settings.setValue("layout", QByteArray(self.layout_state()))

    def reset_layout(self) -> None:
        self.restoreState(self._default_state, _LAYOUT_VERSION)
        for columns in (self.sessions.columns, self.items.columns, self.items_pane.columns, self.log.columns):
            columns.reset()

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self._closing:
            self._closing = True
            self.keep_layout()
            self.close_requested.emit()
        event.ignore()


def _sum(state: bytes) -> bytes:
    return zlib.crc32(state).to_bytes(_SUM, "big")
