"""The window's words, ready for translation: one context, which ``pyside6-lupdate`` collects from :func:`tr`."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

_CONTEXT = ""


def tr(words: str) -> str:
    """``words`` in the language of the window. Placeholders stay: ``tr("{count} new").format(count=3)``."""
    return QCoreApplication.translate(_CONTEXT, words)


def noop(words: str) -> str:
    """Marks a constant that is translated where it is shown, with ``tr(CONSTANT)``."""
    return words
