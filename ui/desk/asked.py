"""Tags that a command line asks for: ``tagwatch --tags "Simulated plant:Tank101.Level"``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QObject

from ui.desk.desk import Desk
from ui.desk.items import ItemsDesk
from ui.desk.opening import Asker
from ui.desk.sources import SourcesDesk
from ui.i18n import tr
from ui.tagref import TagRef


class AskedDesk(QObject):
    """Opens the sources of such tags, and watches them."""

    def __init__(self, desk: Desk, sources: SourcesDesk, items: ItemsDesk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._sources = sources
        self._items = items

    async def watch(self, texts: Sequence[str]) -> None:
        """Those that name no source of the workspace are told."""
        names = [source.name for source in self._desk.saved]
        names += [session.name for session in self._desk.runtime.manager.list()]
        refs, strange = resolved(texts, names)
        if strange:
            self._desk.say(
                tr("No source of this workspace is named by {tags}; there are {names}.").format(
                    tags=", ".join(strange), names=", ".join(dict.fromkeys(names)) or tr("none")
                )
            )
        for name in dict.fromkeys(ref.source for ref in refs):
            await self._watch(name, [ref for ref in refs if ref.source == name])

    async def _watch(self, name: str, refs: list[TagRef]) -> None:
        source = self._desk.saved.find(name)
        session = self._desk.session_named(name)
        if source is not None:
            session = await self._sources.open(source, Asker(self._desk.window))
        if session is None:
            return
        self._desk.window.sessions.choose(session.id)
        await self._items.watch(session, [ref.tag for ref in refs])
        self._desk.tags_wanted.emit(refs)


def resolved(texts: Iterable[str], names: Iterable[str]) -> tuple[list[TagRef], list[str]]:
    """``source:tag`` by the longest source whose name it begins with (both may hold colons), and what fits none."""
    known = sorted(set(names), key=len, reverse=True)
    refs: list[TagRef] = []
    strange: list[str] = []
    for text in texts:
        fitting = (name for name in known if text.casefold().startswith(f"{name}:".casefold()))
        name = next(fitting, None)
        if name is None or not text[len(name) + 1 :].strip():
            strange.append(text)
        else:
            refs.append(TagRef(name, text[len(name) + 1 :].strip()))
    return refs, strange
