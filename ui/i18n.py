"""The window's words, ready for translation: one context, which ``just words`` collects from :func:`tr`."""

from __future__ import annotations

from importlib import resources

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

_CONTEXT = ""
#: The language in which the words are written.
ENGLISH = "en"
#: What a person can choose, each in its own words; "" is the system's.
LANGUAGES = {"": "System", ENGLISH: "English", "de": "Deutsch"}


def tr(words: str) -> str:
    """``words`` in the language of the window. Placeholders stay: ``tr("{count} new").format(count=3)``."""
    return QCoreApplication.translate(_CONTEXT, words)


def noop(words: str) -> str:
    """Marks a constant that is translated where it is shown, with ``tr(CONSTANT)``."""
    return words


def wanted(language: str) -> str:
    """The language to show for a choice: a code of :data:`LANGUAGES`, English where the system's is none of them."""
    code = language or QLocale.system().name().partition("_")[0]
    return code if code in LANGUAGES else ENGLISH


def install(app: QCoreApplication, language: str) -> list[QTranslator]:
    """Translate ours and Qt's own words from here on: before the first widget is built, for what is shown stays.
    The translators live with ``app``; :meth:`QCoreApplication.removeTranslator` takes them out."""
    code = wanted(language)
    if code == ENGLISH:
        return []
    ours, qt = QTranslator(app), QTranslator(app)
    folder = resources.files("resources") / "words"
    if not ours.load(str(folder / f"tagwatch_{code}.qm")):
        raise FileNotFoundError(f"the words of the language {code!r} are missing: {folder / f'tagwatch_{code}.qm'}")
    made = [ours]
    # Qt's own (buttons of dialogs, entries of a field's menu) may be missing: they are then English.
    if qt.load(f"qtbase_{code}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        made.append(qt)
    for translator in made:
        app.installTranslator(translator)
    return made
