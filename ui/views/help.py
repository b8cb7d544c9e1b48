"""The built-in help: topics at the left, the chosen one at the right, and a field that finds the topics with a word."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources

from PySide6.QtCore import QSize, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from ui.i18n import tr
from ui.theme import Theme
from ui.widgets import on_key

_SIZE = QSize(980, 680)
_TOPICS_WIDTH = 220


@dataclass(frozen=True, slots=True)
class Topic:
    """A page of resources/help. ``name`` is its file's name without number and ending."""

    name: str
    title: str
    text: str


def topics() -> list[Topic]:
    """All pages, in their order; the same files are the user's part of the docs."""
    folder = resources.files("resources") / "help"
    made: list[Topic] = []
    for page in sorted(folder.iterdir(), key=lambda page: page.name):
        if page.name.endswith(".md"):
            text = page.read_text(encoding="utf-8")
            title = text.partition("\n")[0].removeprefix("# ").strip()
            made.append(Topic(page.name.removesuffix(".md").partition("-")[2], title, text))
    return made


class HelpWindow(QDialog):
    """A window of its own beside the main one; it stays open while the work goes on."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowFlag(Qt.WindowType.Window)
        self.setWindowTitle(tr("Tagwatch help"))
        self.setAccessibleName(tr("Help"))
        self.resize(_SIZE)
        self._topics = {topic.name: topic for topic in topics()}
        self._find = QLineEdit()
        self._find.setPlaceholderText(tr("Find in the help"))
        self._find.setAccessibleName(tr("Find in the help"))
        self._find.setClearButtonEnabled(True)
        self._find.textChanged.connect(self._filter)
        self._list = QListWidget()
        self._list.setAccessibleName(tr("Topics"))
        for topic in self._topics.values():
            entry = QListWidgetItem(topic.title)
            entry.setData(Qt.ItemDataRole.UserRole, topic.name)
            self._list.addItem(entry)
        self._list.currentItemChanged.connect(self._choose)
        self._text = QTextBrowser()
        self._text.setAccessibleName(tr("Help text"))
        self._text.setOpenLinks(False)
        self._text.anchorClicked.connect(self._follow)
        self._text.document().setDocumentMargin(18)
        self._find.setFixedWidth(_TOPICS_WIDTH)
        self._list.setFixedWidth(_TOPICS_WIDTH)
        left = QVBoxLayout()
        left.addWidget(self._find)
        left.addWidget(self._list, 1)
        layout = QHBoxLayout(self)
        layout.addLayout(left)
        layout.addWidget(self._text, 1)
        on_key(QKeySequence.StandardKey.Find, self, self._find.setFocus)
        self.set_theme(theme)
        self._list.setCurrentRow(0)

    def set_theme(self, theme: Theme) -> None:
        self._text.document().setDefaultStyleSheet(
            f"a {{ color: {theme.accent}; }} code {{ color: {theme.text}; }} th {{ color: {theme.muted}; }}"
        )
        self._choose()

    def topic(self) -> str:
        """The name of the one that is shown."""
        entry = self._list.currentItem()
        return "" if entry is None else str(entry.data(Qt.ItemDataRole.UserRole))

    def show_topic(self, name: str) -> None:
        """The topic in sight; an unknown one is the first."""
        self._find.clear()
        row = list(self._topics).index(name) if name in self._topics else 0
        self._list.setCurrentRow(row)
        self.show()
        self.raise_()
        self.activateWindow()

    def _choose(self, *_: object) -> None:
        topic = self._topics.get(self.topic())
        if topic is not None:
            self._text.setMarkdown(topic.text)
            self._text.verticalScrollBar().setValue(0)

    def _filter(self, words: str) -> None:
        wanted = words.casefold().split()
        for row in range(self._list.count()):
            entry = self._list.item(row)
            text = self._topics[str(entry.data(Qt.ItemDataRole.UserRole))].text.casefold()
            entry.setHidden(not all(word in text for word in wanted))
        current = self._list.currentItem()
        if current is not None and current.isHidden():
            shown = [row for row in range(self._list.count()) if not self._list.item(row).isHidden()]
            if shown:
                self._list.setCurrentRow(shown[0])
        if wanted:
            self._text.find(words)

    def _follow(self, url: QUrl) -> None:
        """Links between pages stay inside; others are the system's."""
        page = url.fileName()
        name = page.removesuffix(".md").partition("-")[2]
        if not url.scheme() and name in self._topics:
            self.show_topic(name)
        elif url.scheme() in ("http", "https"):
            QDesktopServices.openUrl(url)
