"""Colours, fonts and marks, in one place: calm grey, with colour for what is not normal, and never colour alone."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from importlib import resources

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QPalette, QPixmap
from PySide6.QtWidgets import QApplication, QStyleFactory

from app.events.notices import Severity
from app.sessions.state import SessionState
from app.values import QualityClass


class Mode(enum.StrEnum):
    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours by their role, as #rrggbb. Text colours have a contrast of 4.5 and more on window and base."""

    name: str
    window: str
    base: str
    alternate: str
    panel: str
    border: str
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

    def of_state(self, state: SessionState) -> str:
        if state is SessionState.FAULTED:
            return self.bad
        return self.text if state is SessionState.READY else self.muted


# Pens after Okabe and Ito, told apart by the colour-blind; darker on white, lighter on black.
LIGHT = Theme(
    name="light",
    window="#eceeef",
    base="#fafbfb",
    alternate="#f3f5f5",
    panel="#e2e5e7",
    border="#c3c9cc",
    text="#1d2326",
    muted="#59646a",
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
    pens=("#0068a8", "#b84f00", "#00795a", "#a23b7c", "#6b5d00", "#3d6f9e", "#7a4a9e", "#8a3324", "#2f6f2f", "#4d4d4d"),
)
DARK = Theme(
    name="dark",
    window="#23282b",
    base="#1b1f22",
    alternate="#202528",
    panel="#2c3235",
    border="#454d52",
    text="#dfe4e6",
    muted="#9aa6ac",
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
    pens=("#5ab4f0", "#f09a55", "#44c9a0", "#e78fc3", "#e2d35c", "#9cc4e6", "#c5a0ee", "#e59a8a", "#8fd08f", "#c8c8c8"),
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


def chosen(mode: Mode) -> Theme:
    """The theme of a mode; the system's choice as Qt knows it."""
    if mode is Mode.SYSTEM:
        dark = QApplication.styleHints().colorScheme() is Qt.ColorScheme.Dark
        return DARK if dark else LIGHT
    return DARK if mode is Mode.DARK else LIGHT


def apply(app: QApplication, mode: Mode) -> Theme:
    """Style the whole application; widgets that paint by themselves take the theme that is returned."""
    theme = chosen(mode)
    app.setStyle(QStyleFactory.create("Fusion"))
    app.setPalette(_palette(theme))
    app.setStyleSheet(_sheet(theme))
    return theme


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
    return f"""
    QToolTip {{ color: {theme.text}; background: {theme.panel}; border: 1px solid {theme.border}; padding: 3px; }}
    QHeaderView::section {{ background: {theme.panel}; color: {theme.muted}; border: 0; padding: 4px 6px;
        border-right: 1px solid {theme.border}; border-bottom: 1px solid {theme.border}; }}
    QTreeView::item {{ padding: 2px 0; }}
    QTreeView, QTableView {{ border: 1px solid {theme.border}; alternate-background-color: {theme.alternate}; }}
    QDockWidget {{ color: {theme.muted}; font-weight: 600; }}
    QDockWidget::title {{ background: {theme.window}; padding: 5px 8px; }}
    QStatusBar {{ color: {theme.muted}; border-top: 1px solid {theme.border}; }}
    QStatusBar::item {{ border: 0; }}
    QStatusBar QLabel {{ padding: 0 8px; color: {theme.muted}; }}
    QToolBar {{ border: 0; border-bottom: 1px solid {theme.border}; spacing: 4px; padding: 3px; }}
    QLineEdit, QComboBox, QDateTimeEdit {{ padding: 3px 5px; min-height: 18px; }}
    QPushButton {{ padding: 4px 12px; min-height: 18px; }}
    QMainWindow::separator {{ background: {theme.window}; width: 5px; height: 5px; }}
    """


def number_font() -> QFont:
    """The interface's font with digits of one width, so that a changing number does not tremble."""
    font = QFont(QApplication.font())
    if hasattr(QFont, "Tag") and hasattr(font, "setFeature"):
        font.setFeature(QFont.Tag("tnum"), 1)
    return font


def fixed_font() -> QFont:
    return QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)


def icon(name: str) -> QIcon:
    """An icon of ours by its file's name without the ending; an empty one where it is missing."""
    file = resources.files("resources") / f"{name}.svg"
    if not file.is_file():
        return QIcon()
    pixmap = QPixmap()
    pixmap.loadFromData(file.read_bytes(), "SVG")
    return QIcon(pixmap)


def contrast(first: str, second: str) -> float:
    """The contrast ratio of two colours after WCAG 2.2, 1 to 21."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
