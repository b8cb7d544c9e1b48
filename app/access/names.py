"""Which tags a rule is about, however a client writes their addresses. No IO.

Rules only ever allow. An address is allowed when EVERY tag that a source might take it for is: sources cut a prefix
``Galaxy:``, resolve ``Me.PV`` in a context, and read node ids leniently, so the text alone proves nothing. What cannot
be told is refused. Letters count as they are: a source that does not care for case refuses nothing here that its
rule did not spell out, and never the other way round.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable

_NODE = re.compile(r"\s*(?:ns|nsu|srv|svr|i|s|g|b)\s*=", re.IGNORECASE)
_CANONICAL_NODE = re.compile(
    r"(?:ns=(?:0|[1-9]\d{0,4});)?"
    r"(?:i=(?:0|[1-9]\d{0,9})|s=[^\x00-\x1f]+|g=[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|b=[A-Za-z0-9+/]+={0,2})"
    r"(?:\[[0-9:,]+\])?"
)
_INDEX = re.compile(r"\[[0-9:,]+\]$")
_GALAXY = re.compile(r"[^:.\[\]]+:")
_RELATIVE = re.compile(r"(me|mycontainer|myarea|myhost|myplatform|myengine)(?=\.|$)", re.IGNORECASE)
#: What may follow the name of a subtree inside it.
_BELOW = ".:/[;"


class UnclearNameError(ValueError):
    """An address that might stand for more than one tag, so no rule can allow it; the text says how to write it."""


def readings(tag: str, context: str = "") -> frozenset[str]:
    """Every tag that a source might take this address for, in the context where there is one."""
    if tag != tag.strip() or context != context.strip() or not (tag + context).isprintable():
        raise UnclearNameError("an address with spaces around it or control characters is not allowed with this key")
    if _NODE.match(tag):
        if context or not _CANONICAL_NODE.fullmatch(tag):
            raise UnclearNameError("write the node id as ns=2;s=Name or ns=2;i=1234, without a context")
        return frozenset((tag, _INDEX.sub("", tag)))
    bare = _GALAXY.sub("", tag, count=1) if _GALAXY.match(tag) else tag
    if relative := _RELATIVE.match(bare):
        if relative[1] != "Me" or not context or _RELATIVE.match(context) or _NODE.match(context):
            raise UnclearNameError("write the whole name of the tag: a relative one is not allowed with this key")
        return frozenset((context + bare[relative.end() :],))
    found = {tag, bare}
    if context:
        found |= {f"{context}.{tag}", f"{context}.{bare}", f"{context}{tag}"}
    return frozenset(found)


class NameRule:
    """Tags by patterns. With ``*`` (any characters) or ``?`` (one) in it a pattern is a glob over the whole address,
    without it is a subtree: that tag and everything below it. No pattern at all allows nothing."""

    def __init__(self, patterns: Iterable[str]) -> None:
        """ValueError for a pattern that is empty, or has spaces around it: it would allow nothing, or not what was
        meant."""
        self.patterns = tuple(patterns)
        for pattern in self.patterns:
            check_pattern(pattern)
        self._match = re.compile("|".join(f"(?:{_regex(p)})" for p in self.patterns) or r"(?!)", re.DOTALL).fullmatch
        # Tags repeat with every call and every event of a stream.
        self._known = functools.lru_cache(maxsize=4096)(self._decide)

    def allows(self, tag: str, context: str = "") -> bool:
        return self._known(tag, context)

    def _decide(self, tag: str, context: str) -> bool:
        try:
            return all(self._match(reading) is not None for reading in readings(tag, context))
        except UnclearNameError:
            return False

    def leads_to(self, folder: str) -> bool:
        """Whether something that is allowed may lie below this folder, so that the way to it can be walked."""
        return self.allows(folder) or any(_fixed(pattern).startswith(folder) for pattern in self.patterns)


def check_pattern(pattern: str) -> None:
    """ValueError for what cannot be a pattern."""
    if not pattern or pattern != pattern.strip() or not pattern.isprintable():
        raise ValueError(f"{pattern!r} is no pattern: a tag, or a glob with * and ?, without spaces around it")


def _is_glob(pattern: str) -> bool:
    return "*" in pattern or "?" in pattern


def _fixed(pattern: str) -> str:
    return re.split(r"[*?]", pattern, maxsplit=1)[0]


def _regex(pattern: str) -> str:
    if not _is_glob(pattern):
        return f"{re.escape(pattern)}(?:[{re.escape(_BELOW)}].*)?"
    # Neighbouring stars are one: each more would make the search slower, not wider.
    parts = re.split(r"([*?])", re.sub(r"\*+", "*", pattern))
    return "".join({"*": ".*", "?": "."}.get(part, re.escape(part)) for part in parts)
