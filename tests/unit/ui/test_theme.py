"""Colours that can be read and told apart, marks beside them, and drawings that are there."""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QAbstractButton, QApplication, QHBoxLayout, QLineEdit, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from app.events.notices import Severity
from app.sessions.state import SessionState
from app.values import QualityClass
from ui import format as words
from ui import theme as t
from ui.native import Elsewhere, SystemColours

THEMES = [t.LIGHT, t.DARK, t.CONTRAST]
ICONS = sorted(path.stem for path in (Path(t.__file__).parent.parent / "resources" / "icons").glob("*.svg"))

# How the colour-blind see linear RGB: Machado, Oliveira, Fernandes 2009, severity 1.
_VISION = {
    "all": np.eye(3),
    "no red": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "no green": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "no blue": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}


def _seen(colour: str, vision: str) -> NDArray[np.float64]:
    """CIE Lab of a colour as it is seen."""
    raw = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(raw <= 0.04045, raw / 12.92, ((raw + 0.055) / 1.055) ** 2.4)
    linear = np.clip(np.array(_VISION[vision]) @ linear, 0, 1)
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ linear
    xyz /= np.array([0.9505, 1, 1.089])
    root = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * root[1] - 16, 500 * (root[0] - root[1]), 200 * (root[1] - root[2])])


def _nearest(colours: tuple[str, ...], vision: str) -> float:
    seen = [_seen(colour, vision) for colour in colours]
    return min(float(np.linalg.norm(one - other)) for one, other in itertools.combinations(seen, 2))


@pytest.mark.clause("L1", "L2")
@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_text_can_be_read_on_everything_that_it_stands_on(theme: t.Theme) -> None:
    for back in (theme.window, theme.base, theme.alternate, theme.panel):
        for role in ("text", "muted", "bad", "uncertain", "pending", "accent"):
            assert t.contrast(getattr(theme, role), back) >= 4.5, (role, back)
    for back in (theme.warning_back, theme.error_back):
        for role in ("text", "bad", "uncertain", "pending"):
            assert t.contrast(getattr(theme, role), back) >= 4.5, (role, back)
    assert t.contrast(theme.accent_text, theme.accent) >= 4.5
    assert t.contrast(theme.selection_text, theme.selection) >= 4.5


@pytest.mark.clause("L2")
@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_edges_and_pens_can_be_seen(theme: t.Theme) -> None:
    for back in (theme.window, theme.base, theme.panel):
        assert t.contrast(theme.edge, back) >= 3
    assert min(t.contrast(pen, theme.base) for pen in theme.pens) >= 3


@pytest.mark.clause("L1")
@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
@pytest.mark.parametrize("vision", list(_VISION))
def test_pens_are_told_apart_by_every_kind_of_colour_vision(theme: t.Theme, vision: str) -> None:
    assert _nearest(theme.pens[:6], vision) >= 20
    assert _nearest(theme.pens, vision) >= 13


@pytest.mark.clause("L1")
@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_a_good_value_has_no_colour_and_the_others_have_a_mark_too(theme: t.Theme) -> None:
    assert theme.of_quality(QualityClass.GOOD) == theme.text
    assert len({theme.of_quality(quality) for quality in QualityClass}) == len(QualityClass)
    assert len({words.MARKS[quality] for quality in QualityClass}) == len(QualityClass)
    assert len({theme.of_severity(severity) for severity in Severity}) == len(Severity)
    assert len({t.SEVERITY_MARKS[severity] for severity in Severity}) == len(Severity)


@pytest.mark.clause("L1")
def test_every_state_has_a_shape_and_trouble_has_its_own() -> None:
    assert set(t.STATE_MARKS) == set(SessionState)
    for state in SessionState:
        assert t.LIGHT.of_state(state) != t.LIGHT.bad or state is SessionState.FAULTED
        same = [other for other, mark in t.STATE_MARKS.items() if mark == t.STATE_MARKS[state]]
        assert state not in (SessionState.READY, SessionState.FAULTED, SessionState.CLOSED) or same == [state]


def test_another_theme_takes_only_what_it_needs(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever switches it waits: no style is set anew, and no drawings are made that no control is large enough for."""
    t.apply(qapp, t.Mode.LIGHT)
    made: list[str] = []
    monkeypatch.setattr(t, "QStyleFactory", SimpleNamespace(create=made.append))
    t.apply(qapp, t.Mode.DARK)
    t.apply(qapp, t.Mode.LIGHT)
    assert made == []
    assert max(size.width() for size in t.icon("write").availableSizes()) == 64


@pytest.mark.parametrize("mode", [t.Mode.LIGHT, t.Mode.DARK, t.Mode.CONTRAST])
def test_a_theme_is_applied_as_a_whole_and_at_run_time(qapp: QApplication, mode: t.Mode) -> None:
    theme = t.apply(qapp, mode)
    assert theme.name == mode.value
    assert qapp.palette().color(QPalette.ColorRole.Window).name() == theme.window
    assert qapp.palette().color(QPalette.ColorRole.Text).name() == theme.text
    disabled = qapp.palette().color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Text)
    assert disabled.name() == theme.muted
    assert max(size.width() for size in qapp.windowIcon().availableSizes()) == 256
    assert "dialogbuttonbox-buttons-have-icons: 0" in qapp.styleSheet(), "forms look alike, whatever the system draws"
    pictures = re.findall(r"url\(([^)]*)\)", qapp.styleSheet())
    assert pictures
    assert all(Path(picture).is_file() for picture in pictures)


@pytest.mark.clause("L2")
@pytest.mark.parametrize(
    ("scheme", "contrast", "theme"),
    [
        (Qt.ColorScheme.Light, Qt.ContrastPreference.NoPreference, t.LIGHT),
        (Qt.ColorScheme.Unknown, Qt.ContrastPreference.NoPreference, t.LIGHT),
        (Qt.ColorScheme.Dark, Qt.ContrastPreference.NoPreference, t.DARK),
        (Qt.ColorScheme.Light, Qt.ContrastPreference.HighContrast, t.CONTRAST),
    ],
)
def test_the_system_chooses_where_the_user_does_not(
    monkeypatch: pytest.MonkeyPatch, scheme: Qt.ColorScheme, contrast: Qt.ContrastPreference, theme: t.Theme
) -> None:
    hints = SimpleNamespace(
        colorScheme=lambda: scheme, accessibility=lambda: SimpleNamespace(contrastPreference=lambda: contrast)
    )
    monkeypatch.setattr(t, "QApplication", SimpleNamespace(styleHints=lambda: hints))
    monkeypatch.setattr(t, "native", Elsewhere())
    assert t.chosen(t.Mode.SYSTEM) is theme
    assert t.chosen(t.Mode.DARK) is t.DARK


#: Window, text, disabled, selection, its text, links: themes that Windows brings, and one that nobody should choose.
SYSTEM_CONTRAST = (
    SystemColours("#202020", "#ffffff", "#a6a6a6", "#8ee3f0", "#263b50", "#75e9fc"),
    SystemColours("#fffaef", "#3d3d3d", "#676767", "#903909", "#fff5e3", "#1c5e75"),
    SystemColours("#000000", "#ffff00", "#00ff00", "#008000", "#ffffff", "#ffff00"),
    SystemColours("#ffffff", "#000000", "#d0d0d0", "#37006e", "#ffffff", "#00009f"),
)


@pytest.mark.clause("O4")
@pytest.mark.parametrize("colours", SYSTEM_CONTRAST, ids=lambda colours: colours.window)
def test_the_systems_contrast_theme_is_taken_over_and_read(
    monkeypatch: pytest.MonkeyPatch, colours: SystemColours
) -> None:
    class Chosen(Elsewhere):
        def contrast_colours(self) -> SystemColours:
            return colours

    high = SimpleNamespace(contrastPreference=lambda: Qt.ContrastPreference.HighContrast)
    hints = SimpleNamespace(colorScheme=lambda: Qt.ColorScheme.Light, accessibility=lambda: high)
    monkeypatch.setattr(t, "QApplication", SimpleNamespace(styleHints=lambda: hints))
    monkeypatch.setattr(t, "native", Chosen())
    theme = t.chosen(t.Mode.SYSTEM)
    assert (theme.window, theme.base, theme.text, theme.edge) == (colours.window,) * 2 + (colours.text,) * 2
    assert (theme.selection, theme.selection_text) == (colours.selection, colours.selection_text)
    for said in (theme.muted, theme.bad, theme.uncertain, theme.accent, theme.pending):
        assert t.contrast(said, theme.window) >= 4.5
    for ground in (theme.panel, theme.warning_back, theme.error_back):
        assert t.contrast(theme.text, ground) >= 4.5
    assert all(t.contrast(pen, theme.window) >= 3 for pen in theme.pens)
    assert "1px solid" in t._contrast_sheet(theme)
    assert t._contrast_sheet(theme) in t._sheet(theme)


@pytest.mark.clause("O4")
def test_a_chosen_mode_is_the_title_bars_as_well_and_tells_nobody(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    asked: list[object] = []
    stop = t.on_system_change(lambda: told.append("changed"))

    def scheme(wanted: Qt.ColorScheme | None = None) -> None:
        asked.append(wanted)
        qapp.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)

    hints = SimpleNamespace(setColorScheme=scheme, unsetColorScheme=scheme)
    with monkeypatch.context() as patched:
        patched.setattr(t, "QApplication", SimpleNamespace(styleHints=lambda: hints))
        for mode in (t.Mode.LIGHT, t.Mode.DARK, t.Mode.CONTRAST, t.Mode.SYSTEM):
            t._tell_scheme(mode)
    assert asked == [Qt.ColorScheme.Light, Qt.ColorScheme.Dark, Qt.ColorScheme.Dark, None]
    assert told == []
    stop()


def test_a_change_of_the_system_is_told(qapp: QApplication) -> None:
    told: list[str] = []
    stop = t.on_system_change(lambda: told.append("changed"))
    qapp.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    qapp.styleHints().accessibility().contrastPreferenceChanged.emit(Qt.ContrastPreference.HighContrast)
    assert told == ["changed", "changed"]
    stop()
    qapp.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Light)
    assert len(told) == 2


@pytest.mark.parametrize("name", ICONS)
@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_every_drawing_shows_in_every_theme(qapp: QApplication, name: str, theme: t.Theme) -> None:
    made = t.icon(name, theme)
    for size in (16, 24, 36):
        image = made.pixmap(QSize(size, size), 1.0).toImage()
        solid = sum(image.pixelColor(x, y).alpha() > 128 for x in range(size) for y in range(size))
        assert solid >= size / 2, size


def test_drawings_are_of_one_style_and_take_the_theme_s_colour() -> None:
    own_colours = re.compile(r"tagwatch|.*-(light|dark)")
    for name in ICONS:
        text = Path(t._file(name)).read_text(encoding="utf-8")  # pyright: ignore[reportPrivateUsage]
        assert 'viewBox="0 0 24 24"' in text or name == "tagwatch"
        assert ("currentColor" in text) != bool(own_colours.fullmatch(name)), name


def test_a_missing_drawing_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        t.icon("nothing of that name")


def test_numbers_have_digits_of_one_width(qapp: QApplication) -> None:
    from PySide6.QtGui import QFontMetricsF

    metrics = QFontMetricsF(t.number_font())
    assert len({metrics.horizontalAdvance(digit) for digit in "0123456789"}) == 1


@pytest.mark.clause("L3")
@pytest.mark.parametrize("mode", [t.Mode.LIGHT, t.Mode.DARK, t.Mode.CONTRAST], ids=lambda mode: mode.value)
@pytest.mark.parametrize("kind", [QPushButton, QToolButton])
def test_a_button_with_the_focus_is_seen_to_have_it(
    qtbot: QtBot, qapp: QApplication, mode: t.Mode, kind: type[QAbstractButton]
) -> None:
    """Enter goes from a field to Write: where the focus is must be seen."""
    accent = QColor(t.apply(qapp, mode).accent)
    window = QWidget()
    qtbot.addWidget(window)
    row = QHBoxLayout(window)
    button, other = kind(), QLineEdit()
    button.setText("Write")
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    row.addWidget(button)
    row.addWidget(other)
    window.show()
    window.activateWindow()

    def ringed() -> bool:
        image = button.grab().toImage()
        return image.pixelColor(image.width() // 2, 0) == accent

    button.setFocus()
    qtbot.waitUntil(ringed, timeout=20_000)
    other.setFocus()
    qtbot.waitUntil(lambda: not ringed(), timeout=20_000)
