from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QSettings, QTranslator
from PySide6.QtWidgets import QApplication

from ui.desk.language import kept
from ui.i18n import LANGUAGES, install, noop, tr, wanted


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
    assert install(qapp, "en") == []


def test_another_language_is_spoken_from_its_installing_on(qapp: QApplication) -> None:
    made = install(qapp, "de")
    try:
        assert tr("Sessions") == "Sitzungen"
        assert tr("no such words") == "no such words"
    finally:
        for translator in made:
            qapp.removeTranslator(translator)
    assert tr("Sessions") == "Sessions"
