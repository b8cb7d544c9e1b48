"""The window's tests need no display."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
if (fonts := Path("/usr/share/fonts/truetype/dejavu")).is_dir():
    os.environ.setdefault("QT_QPA_FONTDIR", str(fonts))

from PySide6.QtCore import QCoreApplication, QLocale, Qt
from PySide6.QtWidgets import QApplication

from tests.helpers.scripted import scripted

# The system's own dialogs are no widgets that a test could fill in.
QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs)
QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedStates))


@pytest.fixture(autouse=True)
def nothing_held() -> Iterator[None]:
    """Fail a test that leaves a mouse button down, and take what it left in the clipboard: data of Python's there would
    be freed when Python is gone."""
    yield
    if isinstance(qt := QApplication.instance(), QApplication):
        qt.clipboard().clear()
        assert QApplication.mouseButtons() == Qt.MouseButton.NoButton, "a mouse button is still down"


__all__ = ["scripted"]
