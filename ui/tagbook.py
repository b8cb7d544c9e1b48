"""What the sources know of tags (unit, range, texts of enumerations), asked for once, when a view first shows a tag."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal

from app.commands import TagProperties
from app.errors import GatewayError
from app.tasks import spawn
from ui.bridge import serving

_AT_ONCE = 4
_QUEUE = 500
_KEPT = 50_000
_SOON_MS = 100


@dataclass(frozen=True, slots=True)
class TagBookStatistics:
    known: int
    wanted: int
    asking: int
    limit: int


Ask = Callable[[str, str], Awaitable[TagProperties]]


@dataclass(frozen=True, slots=True)
class TagAbout:
    """The properties that views use; empty or None where the source says nothing."""

    data_type: str = ""
    unit: str = ""
    description: str = ""
    decimals: int | None = None
    enumeration: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    access: str = ""
    security_class: str = ""
    unwritable: str = ""  # why no value can be written, whoever may

    @property
    def read_only(self) -> bool:
        return bool(self.access) and "write" not in self.access

    @classmethod
    def of(cls, properties: TagProperties) -> TagAbout:
        def text(name: str) -> str:
            value = properties.get(name)
            return value if isinstance(value, str) else ""

        def number(name: str) -> float | None:
            value = properties.get(name)
            return value if isinstance(value, int | float) and not isinstance(value, bool) else None

        decimals, words = properties.get("decimals"), properties.get("enumeration")
        return cls(
            text("built_in") or text("data_type"),
            text("unit"),
            text("description"),
            decimals if isinstance(decimals, int) else None,
            tuple(word if isinstance(word, str) else "" for word in words) if isinstance(words, tuple) else (),
            number("low"),
            number("high"),
            text("access"),
            text("security_class"),
            text("unwritable"),
        )


UNKNOWN = TagAbout()


class TagBook(QObject):
    """Answers at once with what it knows, asks for the rest in the background, a few at a time, the newest first."""

    changed = Signal()

    def __init__(self, ask: Ask, parent: QObject | None = None) -> None:
        """``ask(session id, tag)`` raises GatewayError where the source knows nothing."""
        super().__init__(parent)
        self._ask = ask
        self._known: OrderedDict[tuple[str, str], TagAbout] = OrderedDict()
        self._wanted: OrderedDict[tuple[str, str], None] = OrderedDict()
        self._asking = 0
        self._stopped = False
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_SOON_MS)
        self._soon.timeout.connect(self.changed)

    def about(self, session_id: str, tag: str) -> TagAbout:
        known = self._known.get((session_id, tag))
        if known is None and not self._stopped:
            self._want((session_id, tag))
        return known or UNKNOWN

    def known(self, session_id: str, tag: str) -> TagAbout:
        """What has been told already; nobody is asked."""
        return self._known.get((session_id, tag), UNKNOWN)

    async def ask_now(self, session_id: str, tag: str) -> TagAbout:
        """The same, waiting for the source's answer."""
        try:
            self._known[session_id, tag] = TagAbout.of(await self._ask(session_id, tag))
        except GatewayError:
            self._known[session_id, tag] = UNKNOWN
        self.changed.emit()
        return self._known[session_id, tag]

    def _want(self, entry: tuple[str, str]) -> None:
        if entry in self._wanted:
            return
        self._wanted[entry] = None
        if len(self._wanted) > _QUEUE:
            self._wanted.popitem(last=False)
        if self._asking < _AT_ONCE and serving():  # else with a later question: views paint before and after it too
            self._asking += 1
            spawn(self._run(), name="tag book")

    async def _run(self) -> None:
        try:
            while self._wanted and not self._stopped:
                entry, _ = self._wanted.popitem()
                self._known[entry] = UNKNOWN  # asked once, whatever comes of it
                try:
                    self._known[entry] = TagAbout.of(await self._ask(*entry))
                except GatewayError:
                    continue
                while len(self._known) > _KEPT:
                    self._known.popitem(last=False)
                # Views paint all that is in sight anew: not for each tag, and not after the end, when they are gone.
                if not self._soon.isActive() and not self._stopped:
                    self._soon.start()
        finally:
            self._asking -= 1

    def statistics(self) -> TagBookStatistics:
        return TagBookStatistics(len(self._known), len(self._wanted), self._asking, _QUEUE)

    def stop(self) -> None:
        self._stopped = True
        self._soon.stop()
        self._wanted.clear()
