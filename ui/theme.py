"""Colours, fonts and marks, in one place: calm grey, with colour for what is not normal, and never colour alone."""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QPainter, QPalette, QPen, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication, QStyleFactory

from app.alarms.limits import Priority
from app.events.notices import Severity
from app.sessions.state import SessionState
from app.values import QualityClass
from ui.native import SystemColours, native

#: Contrast of text, and of what is no text.
_READ, _SEEN = 4.5, 3.0
#: Whether a change of the colour scheme is our own.
_telling = False


class Mode(enum.StrEnum):
    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"
    CONTRAST = "contrast"

    @classmethod
    def of(cls, said: object) -> Mode:
        """The system's for what is none of them: the file may have been edited, or be of another version."""
        return next((mode for mode in cls if mode.value == said), cls.SYSTEM)


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours by their role, as #rrggbb. Text has a contrast of 4.5 and more on what it stands on, edges of controls
    and pens one of 3 and more. ``edge`` is around what can be operated, ``border`` between what belongs together."""

    name: str
    window: str
    base: str
    alternate: str
    panel: str
    border: str
    edge: str
    text: str
    muted: str
    accent: str
    accent_text: str
    selection: str
    selection_text: str
    bad: str
    uncertain: str
    warning_back: str
    error_back: str
    pending: str
    grid: str
    pens: tuple[str, ...]

    def of_quality(self, quality: QualityClass) -> str:
        colours = {QualityClass.GOOD: self.text, QualityClass.UNCERTAIN: self.uncertain, QualityClass.BAD: self.bad}
        return colours[quality]

    def of_severity(self, severity: Severity) -> str:
        return {Severity.INFO: self.text, Severity.WARNING: self.uncertain, Severity.ERROR: self.bad}[severity]

    def of_priority(self, priority: Priority) -> str:
        return {Priority.LOW: self.text, Priority.MEDIUM: self.uncertain}.get(priority, self.bad)

    def behind_priority(self, priority: Priority) -> str:
        """What stands behind an alarm that nobody has acknowledged."""
        return {Priority.LOW: self.panel, Priority.MEDIUM: self.warning_back}.get(priority, self.error_back)

    def of_state(self, state: SessionState) -> str:
        if state is SessionState.FAULTED:
            return self.bad
        return self.text if state is SessionState.READY else self.muted


# Pens are as far apart as can be for every kind of colour vision, the first ones the farthest, and none is a saturated
# red: that is for what is bad. They differ in lightness too, so that they do in a grey print.
LIGHT = Theme(
    name="light",
    window="#eceeef",
    base="#fafbfb",
    alternate="#f3f5f5",
    panel="#e2e5e7",
    border="#c3c9cc",
    edge="#788389",
    text="#1d2326",
    muted="#545f65",
    accent="#1f5f8b",
    accent_text="#ffffff",
    selection="#cfdfea",
    selection_text="#10181c",
    bad="#a5241c",
    uncertain="#7d5200",
    warning_back="#f4e6c3",
    error_back="#f3d4d0",
    pending="#5b3f8c",
    grid="#d5dadc",
    pens=("#0e6bc4", "#c5691b", "#53393a", "#a2729b", "#7f2b01", "#6d8959", "#770072", "#525367", "#9473b9", "#7b4831"),
)
DARK = Theme(
    name="dark",
    window="#23282b",
    base="#1b1f22",
    alternate="#202528",
    panel="#2c3235",
    border="#454d52",
    edge="#7b878f",
    text="#dfe4e6",
    muted="#a3afb5",
    accent="#5aa7d6",
    accent_text="#0c1418",
    selection="#34506a",
    selection_text="#f2f6f8",
    bad="#ff8b7f",
    uncertain="#e7b955",
    warning_back="#4a3c17",
    error_back="#54251f",
    pending="#b99be6",
    grid="#343b3f",
    pens=("#53b0f3", "#cb801d", "#dbdcc4", "#978393", "#5c9658", "#a8ed79", "#37e6f8", "#6182f2", "#c268b9", "#a5ab96"),
)

CONTRAST = replace(
    DARK,
    name="contrast",
    window="#000000",
    base="#000000",
    alternate="#000000",
    panel="#1a1a1a",
    border="#ffffff",
    edge="#ffffff",
    text="#ffffff",
    muted="#c8c8c8",
    accent="#4fc3ff",
    accent_text="#000000",
    selection="#00496e",
    selection_text="#ffffff",
    bad="#ff9d94",
    uncertain="#ffd24d",
    warning_back="#3d3000",
    error_back="#5c0f08",
    pending="#d3b8ff",
    grid="#5a5a5a",
)

#: For a contrast theme of the system with a light ground.
_CONTRAST_LIGHT = replace(
    LIGHT,
    name="contrast",
    panel="#f0f0f0",
    bad="#8b0f08",
    uncertain="#5f3e00",
    warning_back="#fff2cc",
    error_back="#ffdcd8",
    pending="#46287a",
    grid="#a5a5a5",
)

#: A shape for each state, beside its word.
STATE_MARKS = {
    SessionState.CREATING: "◌",
    SessionState.STARTING_WORKER: "◔",
    SessionState.WAITING_FOR_PIPE: "◔",
    SessionState.HANDSHAKING: "◑",
    SessionState.INITIALIZING_WORKER: "◕",
    SessionState.READY: "●",
    SessionState.CLOSING: "◌",
    SessionState.FAULTED: "✕",
    SessionState.CLOSED: "○",
}
SEVERITY_MARKS = {Severity.INFO: "", Severity.WARNING: "▲", Severity.ERROR: "✕"}

#: A shape for each priority of an alarm, beside its word.
PRIORITY_MARKS = {Priority.LOW: "▽", Priority.MEDIUM: "■", Priority.HIGH: "▲", Priority.URGENT: "◆"}


def chosen(mode: Mode) -> Theme:
    """The theme of a mode; the system's choice as Qt knows it, high contrast included."""
    if mode is Mode.SYSTEM:
        hints = QApplication.styleHints()
        if hints.accessibility().contrastPreference() is Qt.ContrastPreference.HighContrast:
            colours = native.contrast_colours()
            return CONTRAST if colours is None else contrast_of(colours)
        return DARK if hints.colorScheme() is Qt.ColorScheme.Dark else LIGHT
    return {Mode.DARK: DARK, Mode.CONTRAST: CONTRAST}.get(mode, LIGHT)


def contrast_of(colours: SystemColours) -> Theme:
    """The contrast theme in the colours that the user chose in the system. Ours stay where the system has none, as long
    as they can be read on its ground; else the text's."""
    ground, text = colours.window, colours.text
    ours = CONTRAST if _luminance(ground) < _luminance(text) else _CONTRAST_LIGHT

    def read(colour: str, least: float = _READ) -> str:
        return colour if contrast(colour, ground) >= least else text

    def behind(colour: str) -> str:
        return colour if contrast(colour, text) >= _READ else ground

    return replace(
        ours,
        window=ground,
        base=ground,
        alternate=ground,
        panel=behind(ours.panel),
        border=text,
        edge=text,
        text=text,
        muted=read(colours.disabled),
        accent=read(colours.link),
        accent_text=ground,
        selection=colours.selection,
        selection_text=colours.selection_text,
        bad=read(ours.bad),
        uncertain=read(ours.uncertain),
        warning_back=behind(ours.warning_back),
        error_back=behind(ours.error_back),
        pending=read(ours.pending),
        pens=tuple(read(pen, _SEEN) for pen in ours.pens),
    )


def apply(app: QApplication, mode: Mode) -> Theme:
    """Style the whole application; widgets that paint by themselves take the theme that is returned."""
    _tell_scheme(mode)
    theme = chosen(mode)
    if not app.property(_STYLED):  # a style that is set again looks at each widget once more
        app.setProperty(_STYLED, True)
        app.setStyle(QStyleFactory.create("Fusion"))
        app.setWindowIcon(icon("tagwatch", sizes=_WINDOW_SIZES))
    app.setPalette(_palette(theme))
    app.setStyleSheet(_sheet(theme))
    return theme


def _tell_scheme(mode: Mode) -> None:
    """Title bars and dialogs of the system follow; with the system's own mode all of it is the system's."""
    global _telling
    hints = QApplication.styleHints()
    _telling = True
    try:
        if mode is Mode.SYSTEM:
            hints.unsetColorScheme()
        else:
            hints.setColorScheme(Qt.ColorScheme.Light if mode is Mode.LIGHT else Qt.ColorScheme.Dark)
    finally:
        _telling = False


def on_system_change(changed: Callable[[], object]) -> Callable[[], None]:
    """Tell ``changed`` whenever the system turns to light, dark or high contrast, or back; returns what ends that."""

    def tell(*_: object) -> None:
        if not _telling:
            changed()

    hints = QApplication.styleHints()
    signals = (hints.colorSchemeChanged, hints.accessibility().contrastPreferenceChanged)
    for signal in signals:
        signal.connect(tell)

    def stop() -> None:
        for signal in signals:
            signal.disconnect(tell)

    return stop


def _palette(theme: Theme) -> QPalette:
    roles = {
        QPalette.ColorRole.Window: theme.window,
        QPalette.ColorRole.WindowText: theme.text,
        QPalette.ColorRole.Base: theme.base,
        QPalette.ColorRole.AlternateBase: theme.alternate,
        QPalette.ColorRole.Text: theme.text,
        QPalette.ColorRole.Button: theme.panel,
        QPalette.ColorRole.ButtonText: theme.text,
        QPalette.ColorRole.ToolTipBase: theme.panel,
        QPalette.ColorRole.ToolTipText: theme.text,
        QPalette.ColorRole.Highlight: theme.selection,
        QPalette.ColorRole.HighlightedText: theme.selection_text,
        QPalette.ColorRole.PlaceholderText: theme.muted,
        QPalette.ColorRole.Link: theme.accent,
        QPalette.ColorRole.Mid: theme.border,
    }
    palette = QPalette()
    for role, colour in roles.items():
        palette.setColor(role, QColor(colour))
    for role in (QPalette.ColorRole.Text, QPalette.ColorRole.WindowText, QPalette.ColorRole.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(theme.muted))
    return palette


def _sheet(theme: Theme) -> str:
    shade = "light" if _luminance(theme.window) > _luminance(theme.text) else "dark"
    return f"""
    QToolTip {{ color: {theme.text}; background: {theme.panel}; border: 1px solid {theme.border}; padding: 3px; }}
    QHeaderView::section {{ background: {theme.panel}; color: {theme.muted}; border: 0; padding: 4px 6px;
        border-right: 1px solid {theme.border}; border-bottom: 1px solid {theme.border}; }}
    QTreeView::item {{ padding: 2px 0; }}
    QTreeView, QTableView {{ border: 1px solid {theme.border}; alternate-background-color: {theme.alternate}; }}
    QDockWidget {{ color: {theme.muted}; font-weight: 600;
        titlebar-close-icon: url({_file(f"dock-close-{shade}")});
        titlebar-normal-icon: url({_file(f"dock-float-{shade}")}); }}
    QDockWidget::title {{ background: {theme.window}; padding: 5px 8px; }}
    QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
    QStatusBar {{ color: {theme.muted}; border-top: 1px solid {theme.border}; }}
    QStatusBar::item {{ border: 0; }}
    QStatusBar QLabel {{ padding: 0 8px; color: {theme.muted}; }}
    QToolBar {{ border: 0; border-bottom: 1px solid {theme.border}; spacing: 4px; padding: 3px; }}
    QToolBar QToolButton {{ padding: 3px 6px; }}
    QToolButton#choice {{ padding: 3px 6px; min-height: 18px; }}
    QToolButton#choice::menu-indicator {{ image: none; width: 0; }}
    QLineEdit, QComboBox, QDateTimeEdit {{ padding: 3px 5px; min-height: 18px; color: {theme.text};
        background: {theme.base}; border: 1px solid {theme.edge}; border-radius: 3px;
        selection-background-color: {theme.selection}; selection-color: {theme.selection_text}; }}
    QLineEdit:focus, QComboBox:focus, QDateTimeEdit:focus {{ border: 2px solid {theme.accent}; padding: 2px 4px; }}
    QTableView > QWidget > QLineEdit, QTableView > QWidget > QLineEdit:focus, QTableView > QWidget > QComboBox,
    QTableView > QWidget > QComboBox:focus, QTableView > QWidget > QDateTimeEdit,
    QTableView > QWidget > QDateTimeEdit:focus {{ padding: 0 3px; min-height: 0; combobox-popup: 0; }}
    QTableView QLineEdit[wrong="true"]:focus {{ color: {theme.bad}; border-color: {theme.bad}; }}
    QLineEdit:disabled, QComboBox:disabled, QDateTimeEdit:disabled {{ color: {theme.muted};
        background: {theme.window}; border-color: {theme.border}; }}
    QPlainTextEdit {{ color: {theme.text}; background: {theme.base}; border: 1px solid {theme.edge}; border-radius: 3px;
        selection-background-color: {theme.selection}; selection-color: {theme.selection_text}; }}
    QPlainTextEdit:focus {{ border: 2px solid {theme.accent}; }}
    QComboBox::drop-down {{ border: 0; width: 20px; }}
    QComboBox::down-arrow {{ image: url({_file(f"down-{shade}")}); width: 14px; height: 14px; }}
    QComboBox QAbstractItemView {{ border: 1px solid {theme.edge}; background: {theme.base}; color: {theme.text}; }}
    QDateTimeEdit::up-button, QDateTimeEdit::down-button {{ border: 0; width: 18px; background: transparent; }}
    QDateTimeEdit::up-arrow {{ image: url({_file(f"up-{shade}")}); width: 12px; height: 12px; }}
    QDateTimeEdit::down-arrow {{ image: url({_file(f"down-{shade}")}); width: 12px; height: 12px; }}
    QCheckBox {{ spacing: 6px; }}
    QCheckBox::indicator, QTableView::indicator, QTreeView::indicator {{ width: 14px; height: 14px;
        border: 1px solid {theme.edge}; border-radius: 3px; background: {theme.base}; }}
    QCheckBox::indicator:checked, QTableView::indicator:checked, QTreeView::indicator:checked {{
        image: url({_file(f"check-{shade}")}); }}
    QCheckBox::indicator:focus {{ border: 2px solid {theme.accent}; width: 12px; height: 12px; }}
    QCheckBox::indicator:disabled {{ border-color: {theme.border}; background: {theme.window}; }}
    QPushButton {{ padding: 4px 12px; min-height: 18px; }}
    QPushButton:focus {{ border: 2px solid {theme.accent}; border-radius: 3px; background: {theme.panel};
        padding: 3px 11px; }}
    QToolButton:focus {{ border: 2px solid {theme.accent}; border-radius: 3px; background: {theme.panel}; }}
    QPushButton:checked:focus, QToolButton:checked:focus {{ background: {theme.border}; }}
    {_contrast_sheet(theme) if theme.name == CONTRAST.name else ""}
    QMainWindow::separator {{ background: {theme.window}; width: 5px; height: 5px; }}
    """


def _contrast_sheet(theme: Theme) -> str:
    """Buttons have edges: their shading alone is too little."""
    return f"""
    QPushButton, QToolButton {{ border: 1px solid {theme.edge}; border-radius: 3px; background: {theme.panel}; }}
    QPushButton:default, QPushButton:focus {{ border: 2px solid {theme.accent}; padding: 3px 11px; }}
    QPushButton:disabled {{ border-color: {theme.grid}; color: {theme.muted}; }}
    """


def number_font() -> QFont:
    """The interface's font with digits of one width, so that a changing number does not tremble."""
    font = QFont(QApplication.font())
    if hasattr(QFont, "Tag") and hasattr(font, "setFeature"):
        font.setFeature(QFont.Tag("tnum"), 1)
    return font


def fixed_font() -> QFont:
    return QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)


#: Of an icon on a control, up to 300 %; larger ones take most of the time and are for a window alone.
_SIZES = (16, 20, 24, 32, 48, 64)
_WINDOW_SIZES = (*_SIZES, 128, 256)
_STYLED = "tagwatch styled"


def icon(name: str, theme: Theme = LIGHT, sizes: Sequence[int] = _SIZES) -> QIcon:
    """An icon of ours by its file's name without the ending, in the theme's text colour and muted where disabled.
    FileNotFoundError where there is none."""
    drawing = Path(_file(name)).read_text(encoding="utf-8")
    made = QIcon()
    for mode, colour in ((QIcon.Mode.Normal, theme.text), (QIcon.Mode.Disabled, theme.muted)):
        renderer = QSvgRenderer(QByteArray(drawing.replace("currentColor", colour).encode()))
        for size in sizes:
            made.addPixmap(_drawn(renderer, size), mode)
    return made


def _drawn(renderer: QSvgRenderer, size: int) -> QPixmap:
    pixmap = QPixmap(size, size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    renderer.render(painter, QRectF(0, 0, size, size))
    painter.end()
    return pixmap


def stroke(colour: str, pattern: Qt.PenStyle, style: str) -> QIcon:
    """A line as a trend draws it: dashed, thick or as points."""
    pixmap = QPixmap(56, 32)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    ink = QColor(colour)
    if "points" not in style or "line" in style:
        painter.setPen(QPen(ink, 8 if style == "thick" else 4, pattern))
        painter.drawLine(2, 16, 54, 16)
    if "points" in style:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink)
        for x in (10, 28, 46):
            painter.drawEllipse(x - 5, 11, 10, 10)
    painter.end()
    return QIcon(pixmap)


def _file(name: str) -> str:
    """Where a drawing is, as a style sheet wants it: with slashes on every system."""
    return Path(str(resources.files("resources") / "icons" / f"{name}.svg")).as_posix()


def contrast(first: str, second: str) -> float:
    """The contrast ratio of two colours after WCAG 2.2, 1 to 21."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
