from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QTranslator
from PySide6.QtWidgets import QApplication

from ui.i18n import noop, tr


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
