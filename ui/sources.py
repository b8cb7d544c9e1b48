"""Saved sources: what a session is opened with, but for secrets, which no file ever holds."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from app.api.sources import SECRETS, SavedSource
from ui.i18n import noop, tr

BACKENDS = {
    "sim": noop("Simulated plant"),
    "host": noop("This computer"),
    "opcua": noop("OPC UA server"),
    "gateway": noop("Another Tagwatch"),
    "replay": noop("Recording"),
    "mxaccess": noop("AVEVA MXAccess"),
}
_NAME_LENGTH = 200


class SourceError(ValueError):
    """A source that cannot be taken over; the text names it and what is wrong."""


class Source(SavedSource):
    """One that a workspace keeps and the window shows."""

    __slots__ = ()

    def state(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "backend": self.backend,
            "options": {name: value for name, value in self.options.items() if name not in SECRETS},
            "restart": self.restart,
            "open_at_start": self.open_at_start,
        }

    @classmethod
    def of(cls, entry: object) -> Source:
        """From a file; SourceError says what is wrong with it. Secrets are left out."""
        if not isinstance(entry, dict):
            raise SourceError(tr("a source must be an object with name and backend, not {entry}").format(entry=entry))
        name, backend, options = entry.get("name"), entry.get("backend"), entry.get("options", {})
        if not isinstance(name, str) or not name.strip():
            raise SourceError(tr("a source has no name"))
        if len(name) > _NAME_LENGTH:
            raise SourceError(tr("source {name}…: the name is too long").format(name=name[:40]))
        if not isinstance(backend, str) or backend not in BACKENDS:
            known = ", ".join(BACKENDS)
            raise SourceError(
                tr("source {name}: the backend {backend} is not known; known are {known}").format(
                    name=name, backend=repr(backend), known=known
                )
            )
        if not isinstance(options, dict):
            raise SourceError(tr("source {name}: options must be an object").format(name=name))
        flags = [entry.get(flag, True) for flag in ("restart", "open_at_start")]
        if not all(isinstance(flag, bool) for flag in flags):
            raise SourceError(tr("source {name}: restart and open_at_start must be true or false").format(name=name))
        kept = {str(key): value for key, value in options.items() if key not in SECRETS}
        return cls(name.strip(), backend, kept, *flags)


class SourceBook:
    """The sources of a workspace, in order; a name (whatever its case) stands for one source. A name that is
    :meth:`held` is free for nobody else."""

    def __init__(self) -> None:
        self._sources: list[Source] = []
        self._held: set[str] = set()

    @contextlib.contextmanager
    def held(self, name: str) -> Iterator[None]:
        """Keep a name for a source that is opened first and comes into the book when it is open."""
        self._held.add(name.casefold())
        try:
            yield
        finally:
            self._held.discard(name.casefold())

    def taken(self, name: str) -> bool:
        """By a source, or by one that is on its way."""
        return self.find(name) is not None or name.casefold() in self._held

    def __iter__(self) -> Iterator[Source]:
        return iter(tuple(self._sources))

    def __len__(self) -> int:
        return len(self._sources)

    def find(self, name: str) -> Source | None:
        return next((source for source in self._sources if source.name.casefold() == name.casefold()), None)

    def index(self, name: str) -> int:
        """-1 where there is none of that name."""
        names = [source.name.casefold() for source in self._sources]
        return names.index(name.casefold()) if name.casefold() in names else -1

    def free_name(self, wanted: str) -> str:
        """``wanted``, numbered where it is taken."""
        names = itertools.chain([wanted], (f"{wanted} {number}" for number in itertools.count(2)))
        return next(name for name in names if not self.taken(name))

    def put(self, source: Source, *, instead_of: str = "", at: int | None = None) -> None:
        """Add it, or put it in the place of the one named ``instead_of``. SourceError where another has its name."""
        own = self.index(instead_of) if instead_of else -1
        other = self.index(source.name)
        if other not in (-1, own) or source.name.casefold() in self._held:
            raise SourceError(
                tr("there is a source named {name} already: choose another name").format(name=source.name)
            )
        if own >= 0:
            self._sources[own] = source
        else:
            self._sources.insert(len(self._sources) if at is None else at, source)

    def remove(self, name: str) -> int:
        """Where it stood; -1 where there was none."""
        at = self.index(name)
        if at >= 0:
            del self._sources[at]
        return at

    def duplicate(self, name: str) -> Source | None:
        """A copy behind it, which does not open by itself."""
        at = self.index(name)
        if at < 0:
            return None
        copy = replace(self._sources[at], name=self.free_name(self._sources[at].name), open_at_start=False)
        self.put(copy, at=at + 1)
        return copy

    def clear(self) -> None:
        self._sources.clear()

    def state(self) -> list[dict[str, Any]]:
        return [source.state() for source in self._sources]

    def take(self, entries: object) -> list[str]:
        """Add what can be read; the words about what cannot. A name that is taken is numbered."""
        if not isinstance(entries, Iterable) or isinstance(entries, str | Mapping):
            return [tr("the sources must be a list")]
        problems: list[str] = []
        for entry in entries:
            try:
                source = Source.of(entry)
                if isinstance(entry, dict) and SECRETS & set(entry.get("options", {})):
                    problems.append(
                        tr("source {name}: a password stood in the file; it was left out").format(name=source.name)
                    )
                self.put(replace(source, name=self.free_name(source.name)))
            except SourceError as error:
                problems.append(str(error))
        return problems
