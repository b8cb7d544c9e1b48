"""The limits of an API key as the services ask for them, tag by tag."""

from __future__ import annotations

from app.access.keys import WRITE_CLASSES, Constraints, class_name
from app.access.names import NameRule
from app.values import SecurityClass


class KeyLimits:
    """Answers are reasons; "" = allowed. What a key may not read it may not write either."""

    def __init__(self, constraints: Constraints) -> None:
        self.limited = constraints != Constraints()
        self._sources = _rule(constraints.sources)
        self._browse = _rule(constraints.browse)
        self._read = _rule(constraints.read)
        self._write = _rule(constraints.write)
        self._read_only = constraints.read_only
        self._highest = constraints.write_class

    def use(self, source: str) -> str:
        """Why a session, or a source, of this name must not be used at all."""
        if self._sources is not None and not self._sources.allows(source):
            return f"this key may not use the source {source!r}"
        return ""

    def open(self, source: str, backend: str, name: str, options: frozenset[str]) -> str:
        """Why a session must not be opened like this. A key with limits of sources opens saved ones as they are: with
        other options a source would be another one under its name."""
        if self._sources is None:
            return ""
        if reason := self.use(source or backend) or (self.use(name) if name else ""):
            return reason
        if changed := sorted(options - {"user", "password"}) if source else ():
            return f"this key may not open {source!r} with its own option {changed[0]!r}"
        return ""

    def browse(self, source: str, address: str) -> str:
        if reason := self.use(source):
            return reason
        if self._browse is not None and not self._browse.leads_to(address):
            return "this key may not browse here"
        return ""

    def read(self, source: str, tag: str, context: str = "") -> str:
        if reason := self.use(source):
            return reason
        if self._read is not None and not self._read.allows(tag, context):
            return "this key may not read this tag"
        return ""

    def write(self, source: str, tag: str, security: SecurityClass, context: str = "") -> str:
        if self._read_only:
            return "this key may only read"
        if reason := self.read(source, tag, context):
            return reason
        if self._write is not None and not self._write.allows(tag, context):
            return "this key may not write this tag"
        if self._highest is WRITE_CLASSES[-1]:
            return ""
        if security not in WRITE_CLASSES:
            return f"this key may write tags up to {class_name(self._highest)}, and the source does not tell this one's"
        if WRITE_CLASSES.index(security) > WRITE_CLASSES.index(self._highest):
            return f"this key may write tags up to {class_name(self._highest)}; this one is {class_name(security)}"
        return ""


def _rule(patterns: tuple[str, ...] | None) -> NameRule | None:
    return None if patterns is None else NameRule(patterns)
