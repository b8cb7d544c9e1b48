from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QLocale, QSettings, QTranslator
from PySide6.QtWidgets import QApplication, QDialogButtonBox

from app.events.notices import Severity
from app.sessions.state import SessionState
from app.values import CATEGORIES, DETAILS, EventKind, SecurityClass, Status, failed, quality_parts
from ui.desk.language import kept
from ui.engine_words import WORDS, said, status_said
from ui.format import quality_text
from ui.i18n import LANGUAGES, count_text, install, noop, tr, wanted


class _Shouting(QTranslator):
    def translate(self, context: str, words: str, disambiguation: str | None = None, n: int = -1) -> str:
        return words.upper()

    def isEmpty(self) -> bool:
        return False


def test_words_go_through_the_translator_and_keep_their_places(qapp: QApplication) -> None:
    translator = _Shouting()
    QCoreApplication.installTranslator(translator)
    try:
        assert tr("paused, {} new").format(3) == "PAUSED, 3 NEW"
        assert noop("paused") == "paused"
    finally:
        QCoreApplication.removeTranslator(translator)
    assert tr("paused, {count} new").format(count=3) == "paused, 3 new"


def test_a_choice_is_a_language_that_is_there(qapp: QApplication, tmp_path: Path) -> None:
    settings = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    assert kept(settings) == ""
    settings.setValue("language", "de")
    assert kept(settings) == "de"
    settings.setValue("language", "../../etc")
    assert kept(settings) == ""
    assert wanted("de") == "de"
    assert wanted("") in LANGUAGES


@contextmanager
def spoken(qapp: QApplication, language: str) -> Iterator[None]:
    before = QLocale()
    made = install(qapp, language)
    try:
        yield
    finally:
        QLocale.setDefault(before)
        for translator in made:
            qapp.removeTranslator(translator)


def test_another_language_is_spoken_from_its_installing_on(qapp: QApplication) -> None:
    with spoken(qapp, "de"):
        assert tr("Sessions") == "Sitzungen"
        assert tr("no such words") == "no such words"
        box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        assert [button.text() for button in box.buttons()] == ["Abbrechen"]  # Qt's own words
    assert tr("Sessions") == "Sessions"


@pytest.mark.parametrize(
    ("language", "one", "many"),
    [("en", "1 row added.", "12,345 rows added."), ("de", "1 Zeile hinzugefügt.", "12\u202f345 Zeilen hinzugefügt.")],
)
def test_a_count_has_its_plural_and_its_groups(qapp: QApplication, language: str, one: str, many: str) -> None:
    with spoken(qapp, language):
        told = [tr("{count} rows added.", None, n).format(count=count_text(n)) for n in (1, 12_345)]
    assert told == [one, many]


def test_every_word_of_a_closed_set_of_the_engine_is_marked() -> None:
    statuses = [*CATEGORIES.values(), *DETAILS.values()]
    kinds = [*(kind.words for kind in EventKind), *(severity.name.lower() for severity in Severity)]
    classes = [kind.name.replace("_", " ").lower() for kind in SecurityClass]
    qualities = {part for code in range(256) for part in quality_parts(code)[::2] if part}
    assert {*statuses, *kinds, *classes, *qualities, *(state.words for state in SessionState)} <= WORDS


def test_words_of_the_engine_are_said_in_the_language_of_the_window(qapp: QApplication) -> None:
    translator = _Shouting()
    QCoreApplication.installTranslator(translator)
    try:
        assert said("ready") == "READY"
        assert said("the server is full") == "the server is full"
        assert status_said(failed(1004)) == "OPERATIONAL ERROR: DATA OUT OF RANGE (1004)"
        assert status_said(Status()) == "OK"
        assert status_said(failed(9000)) == "OPERATIONAL ERROR: OBJECT SPECIFIC (9000)"
        assert quality_text(64) == "UNCERTAIN (64)"
        assert quality_text(29) == "BAD: OUT OF SERVICE, LOW LIMITED (29)"
        assert quality_text(100) == "UNCERTAIN (100)"
    finally:
        QCoreApplication.removeTranslator(translator)
