"""The main window: puts the panes together, and turns keys and menus into signals."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSettings, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QCloseEvent, QKeySequence
from PySide6.QtWidgets import (
    QApplication,
    QDockWidget,
    QLabel,
    QMainWindow,
    QMenu,
    QToolBar,
    QVBoxLayout,
    QWidget,
)

from ui.format import zone_text
from ui.models.items import ItemsModel
from ui.models.log import LogModel
from ui.models.sessions import SessionsModel
from ui.plots.trend import TrendView
from ui.theme import Mode, Theme
from ui.views.items import ItemsView
from ui.views.log import LogView
from ui.views.sessions import SessionsView
from ui.widgets import Banners

#: Grows when the panes change so much that a kept layout no longer fits.
_LAYOUT_VERSION = 1

HINT = "Double-click an item to trend it · F2 writes it · Ctrl+O opens an OPC UA server"


class MainWindow(QMainWindow):
    """Closing it is a request: :attr:`close_requested`; who built the window decides, and stops things in order."""

    close_requested = Signal()
    open_opcua_wanted = Signal()
    open_sim_wanted = Signal()
    open_host_wanted = Signal()
    write_wanted = Signal(str)
    mode_wanted = Signal(object)
    utc_wanted = Signal(bool)

    def __init__(
        self,
        theme: Theme,
        sessions: SessionsModel,
        items: ItemsModel,
        log: LogModel,
        settings: QSettings,
    ) -> None:
        super().__init__()
        self.setWindowTitle("Tagwatch")
        self.setObjectName("main")
        self._settings = settings
        self._closing = False
        self.sessions = SessionsView(sessions)
        self.items = ItemsView(items)
        self.log = LogView(log)
        self.trend = TrendView(theme)
        self.banners = Banners(theme)
        self._build_panes()
        self._build_actions()
        self._build_status()
        self._default_state = self.saveState(_LAYOUT_VERSION)
        self._restore()

    # ---- panes

    def _build_panes(self) -> None:
        centre = QWidget()
        layout = QVBoxLayout(centre)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.banners)
        layout.addWidget(self.trend, 1)
        self.setCentralWidget(centre)
        self.setDockNestingEnabled(True)
        left, bottom = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.BottomDockWidgetArea
        self.setCorner(Qt.Corner.BottomLeftCorner, left)
        self._docks = [
            self._dock("Sessions", self.sessions, left),
            self._dock("Items", self.items, left),
            self._dock("Event log", self.log, bottom),
        ]
        self.resize(1500, 900)
        self.resizeDocks(self._docks[:2], [560, 560], Qt.Orientation.Horizontal)
        self.resizeDocks(self._docks[:2], [210, 600], Qt.Orientation.Vertical)
        self.resizeDocks(self._docks[2:], [300], Qt.Orientation.Vertical)

    def _dock(self, title: str, widget: QWidget, area: Qt.DockWidgetArea) -> QDockWidget:
        dock = QDockWidget(title, self)
        dock.setObjectName(title)
        dock.setWidget(widget)
        self.addDockWidget(area, dock)
        return dock

    # ---- menus and keys

    def _build_actions(self) -> None:
        file = self._menu("&File")
        tools = QToolBar("Tools")
        tools.setObjectName("Tools")
        tools.setMovable(False)
        self.addToolBar(tools)
        open_opcua = self._action("Open OPC UA …", self.open_opcua_wanted.emit, "Ctrl+O", file)
        self._action("Open simulated plant", self.open_sim_wanted.emit, None, file)
        self._action("Open this computer", self.open_host_wanted.emit, None, file)
        file.addSeparator()
        self._action("Quit", self.close, "Ctrl+Q", file)
        tag = self._menu("&Tag")
        write = self._action("Write …", self._write_current, None, tag)
        trend = self._action("Add to trend", self._trend_current, None, tag)
        view = self._menu("&View")
        pause = self._action("Pause or follow", self.toggle_pause, "Space", view)
        live = self._action("Live", self.go_live, "End", view)
        self._action("Find in the event log", self.log.focus_filter, "Ctrl+F", view)
        self._utc = self._action(
            "Times in UTC", lambda: self.utc_wanted.emit(self._utc.isChecked()), "Ctrl+Shift+U", view
        )
        self._utc.setCheckable(True)
        for action in (pause, live):
            # Keys of the trend and the log alone: elsewhere they belong to check boxes, fields and lists.
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            self.trend.addAction(action)
            self.log.addAction(action)
        view.addSeparator()
        self._modes(view)
        view.addSeparator()
        for dock in self._docks:
            view.addAction(dock.toggleViewAction())
        self._action("Reset layout", self._reset, None, view)
        self._action("Full screen", self._full_screen, "F11", view)
        self._action("Next pane", self._next_pane, "F6", view)
        for action in (open_opcua, write, trend, pause, live):
            tools.addAction(action)

    def _utc_toggled(self) -> None:
        self.utc_wanted.emit(self._utc.isChecked())

    def _menu(self, title: str) -> QMenu:
        return self.menuBar().addMenu(title)

    def _action(self, words: str, act: Callable[[], object], key: str | None, menu: QMenu) -> QAction:
        action = QAction(words, self)
        if key:
            action.setShortcut(QKeySequence(key))
            action.setToolTip(f"{words.replace(' …', '')} ({key})")
        action.triggered.connect(lambda *_: act())
        menu.addAction(action)
        return action

    def _modes(self, view: QMenu) -> None:
        group = QActionGroup(self)
        menu = view.addMenu("Theme")
        for mode in Mode:
            action = QAction(mode.value.capitalize(), self)
            action.setCheckable(True)
            action.setChecked(mode.value == self._settings.value("theme", Mode.SYSTEM.value))
            action.triggered.connect(lambda *_, mode=mode: self.mode_wanted.emit(mode))
            group.addAction(action)
            menu.addAction(action)

    def _write_current(self) -> None:
        index = self.items.currentIndex()
        if index.isValid() and (tag := index.internalPointer().tag):  # type: ignore[union-attr]
            self.write_wanted.emit(tag)

    def _trend_current(self) -> None:
        index = self.items.currentIndex()
        if index.isValid() and (tag := index.internalPointer().tag):  # type: ignore[union-attr]
            self.items.trend_wanted.emit(tag)

    def toggle_pause(self) -> None:
        """Trend and log together: what is looked at in one is looked up in the other."""
        self.trend.toggle()
        self.log.toggle()

    def go_live(self) -> None:
        self.trend.go_live()
        self.log.follow()

    def _next_pane(self) -> None:
        panes: list[QWidget] = [self.sessions, self.items, self.trend, self.log]
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
        self._hint = QLabel(HINT)
        bar.addWidget(self._hint, 1)
        self._status: dict[str, QLabel] = {}
        for name in ("Sessions", "Events/s", "Lost", "Longest stall", "Clock"):
            label = QLabel()
            label.setAccessibleName(name)
            self._status[name] = label
            bar.addPermanentWidget(label)

    def show_status(self, sessions: str, rate: float, lost: str, stall_s: float, clock: str, utc: bool) -> None:
        """The figures of the last second; ``stall_s`` is the longest stall of the last minute."""
        texts = {
            "Sessions": sessions,
            "Events/s": f"{rate:,.0f} events/s",
            "Lost": lost,
            "Longest stall": f"stall {stall_s * 1000:,.0f} ms",
            "Clock": f"{clock} {zone_text(utc)}",
        }
        for name, text in texts.items():
            if self._status[name].text() != text:
                self._status[name].setText(text)
        self._status["Longest stall"].setToolTip("The longest time in the last minute that the window did not answer")

    def say(self, words: str) -> None:
        """A sentence in the status bar, for a while."""
        self.statusBar().showMessage(words, 8000)

    # ---- layout

    def _restore(self) -> None:
        geometry, state = self._settings.value("geometry"), self._settings.value("layout")
        if geometry is not None:
            self.restoreGeometry(geometry)  # type: ignore[arg-type]
        if state is not None:
            self.restoreState(state, _LAYOUT_VERSION)  # type: ignore[arg-type]

    def keep_layout(self) -> None:
        self._settings.setValue("geometry", self.saveGeometry())
        self._settings.setValue("layout", self.saveState(_LAYOUT_VERSION))

    def _reset(self) -> None:
        self.restoreState(self._default_state, _LAYOUT_VERSION)

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self._closing:
            self._closing = True
            self.keep_layout()
            self.close_requested.emit()
        event.ignore()
