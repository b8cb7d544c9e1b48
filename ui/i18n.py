"""The window's words, ready for translation: one context, which ``just words`` collects from :func:`tr`."""

from __future__ import annotations

from importlib import resources

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

_CONTEXT = ""
_THIN_SPACE = "\u202f"
#: The language in which the words are written.
ENGLISH = "en"
#: What a person can choose, each in its own words; "" is the system's.
LANGUAGES = {"": "System", ENGLISH: "English", "de": "Deutsch"}
#: How each writes numbers.
_LOCALES = {
    ENGLISH: QLocale(QLocale.Language.English, QLocale.Country.UnitedStates),
    "de": QLocale(QLocale.Language.German, QLocale.Country.Germany),
}


def tr(words: str, about: str | None = None, n: int = -1) -> str:
    """``words`` in the language of the window. Placeholders stay: ``tr("{name} is back").format(name=name)``. Words
    that depend on a number take it as ``n``: ``tr("{count} rows", None, count).format(count=count_text(count))``;
    their singular in English is in tagwatch_en.ts. Collecting knows these arguments by their places alone."""
    return QCoreApplication.translate(_CONTEXT, words, about, n)


def count_text(count: int) -> str:
    """A whole number in groups of thousands, as the language of the window writes it: never with a point, for values
    of tags have a decimal point in every language, as they are typed, copied and filed."""
    return QLocale().toString(count).replace(".", _THIN_SPACE)


def noop(words: str) -> str:
    """Marks a constant that is translated where it is shown, with ``tr(CONSTANT)``."""
    return words


def wanted(language: str) -> str:
    """The language to show for a choice: a code of :data:`LANGUAGES`, English where the system's is none of them."""
    code = language or QLocale.system().name().partition("_")[0]
    return code if code in LANGUAGES else ENGLISH


def install(app: QCoreApplication, language: str) -> list[QTranslator]:
    """Translate ours and Qt's own words, and write numbers as the language does, from here on: before the first widget
    is built, for what is shown stays. English is translated as well: its plurals are.
    The translators live with ``app``; :meth:`QCoreApplication.removeTranslator` takes them out."""
    code = wanted(language)
    QLocale.setDefault(_LOCALES[code])
    ours, qt = QTranslator(app), QTranslator(app)
    folder = resources.files("resources") / "words"
    if not ours.load(str(folder / f"tagwatch_{code}.qm")):
        raise FileNotFoundError(f"the words of the language {code!r} are missing: {folder / f'tagwatch_{code}.qm'}")
    made = [ours]
    # Qt's own (buttons of dialogs, entries of a field's menu) may be missing: they are then English.
    if code != ENGLISH and qt.load(f"qtbase_{code}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        made.append(qt)
    for translator in made:
        app.installTranslator(translator)
    return made
