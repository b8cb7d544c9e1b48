"""API keys: what they are made of, and what they allow. No IO.

The text of a key is ``tw_<id>_<secret>``. The id is public: it stands in logs, in the record of writes and in lists.
The secret is shown once; what is kept of it is an HMAC under a pepper that lies elsewhere.
"""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

from app.access.names import check_pattern
from app.access.scopes import Scope, parse_scopes
from app.values import NS_PER_S, SecurityClass

PREFIX = "tw"
_ID_BYTES = 10
_SECRET_BYTES = 32
#: A key as it may stand in any text; for those who search texts for secrets.
KEY_PATTERN = re.compile(r"tw_(?P<id>[a-z2-7]{16})_(?P<secret>[A-Za-z0-9_-]{43})(?![A-Za-z0-9_-])")
_HIDDEN = "•••"

#: Classes of tags, from what anybody writes to what two people write. VIEW_ONLY is written by nobody.
WRITE_CLASSES = (
    SecurityClass.FREE_ACCESS,
    SecurityClass.OPERATE,
    SecurityClass.TUNE,
    SecurityClass.CONFIGURE,
    SecurityClass.SECURED_WRITE,
    SecurityClass.VERIFIED_WRITE,
)
_LONGEST_NAME = 100
_UNITS_S = {"h": 3600, "d": 86_400, "w": 7 * 86_400}


def class_name(security_class: SecurityClass) -> str:
    """``SecuredWrite``, as sources describe it."""
    return "".join(part.capitalize() for part in security_class.name.split("_"))


@dataclass(frozen=True, slots=True)
class Constraints:
    """What a key is limited to. None = no limit; an empty tuple = nothing at all. Patterns as in
    :class:`~app.access.names.NameRule`; ``sources`` are patterns of the names of sources and drivers that it may open
    and of sessions that it may use. ``write_class`` is the highest class of tags that it may write."""

    sources: tuple[str, ...] | None = None
    browse: tuple[str, ...] | None = None
    read: tuple[str, ...] | None = None
    write: tuple[str, ...] | None = None
    read_only: bool = False
    write_class: SecurityClass = SecurityClass.VERIFIED_WRITE

    def __post_init__(self) -> None:
        for patterns in (self.sources, self.browse, self.read, self.write):
            for pattern in patterns or ():
                check_pattern(pattern)
        if self.write_class not in WRITE_CLASSES:
            allowed = ", ".join(map(class_name, WRITE_CLASSES))
            raise ValueError(f"{class_name(self.write_class)} is no class that can be written: use one of {allowed}")

    def to_json(self) -> str:
        entries: dict[str, Any] = {}
        for entry in dataclasses.fields(self):
            value = getattr(self, entry.name)
            if value != entry.default:
                entries[entry.name] = class_name(value) if isinstance(value, SecurityClass) else value
        return json.dumps(entries, ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Constraints:
        """ValueError for what :meth:`to_json` has not written: a limit that is not understood must not be dropped."""
        try:
            found = json.loads(text)
        except RecursionError:
            raise ValueError("constraints are nested too deep") from None
        if not isinstance(found, dict):
            raise ValueError("constraints are not an object")  # noqa: TRY004 - what is stored is wrong, not what calls
        entries = dict(cast("Mapping[str, Any]", found))
        known = {entry.name for entry in dataclasses.fields(cls)}
        if strange := sorted(set(entries) - known):
            raise ValueError(f"{strange[0]!r} is no constraint that this Tagwatch knows")
        for name in ("sources", "browse", "read", "write"):
            if name in entries:
                entries[name] = _patterns(name, entries[name])
        if not isinstance(entries.get("read_only", False), bool):
            raise ValueError("read_only is neither true nor false")  # noqa: TRY004
        if "write_class" in entries:
            entries["write_class"] = parse_class(str(entries["write_class"]))
        return cls(**entries)


def _patterns(name: str, value: Any) -> tuple[str, ...] | None:
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in cast("list[Any]", value)):
        raise ValueError(f"{name} is no list of patterns")
    return tuple(cast("list[str]", value))


def parse_class(name: str) -> SecurityClass:
    """The class by its name, however it is cased; ValueError lists them."""
    known = {class_name(member).lower(): member for member in WRITE_CLASSES}
    try:
        return known[name.lower()]
    except KeyError:
        allowed = ", ".join(map(class_name, WRITE_CLASSES))
        raise ValueError(f"{name!r} is no class of tags: use one of {allowed}") from None


NO_CONSTRAINTS = Constraints()


@dataclass(frozen=True, slots=True)
class KeySpec:
    """What somebody asks for: a name for people, scopes, and limits. ``calls_per_s`` None = as the settings say."""

    name: str
    scopes: frozenset[Scope]
    constraints: Constraints = NO_CONSTRAINTS
    expires_ns: int | None = None
    calls_per_s: float | None = None

    def __post_init__(self) -> None:
        name = self.name
        if not name.strip() or len(name) > _LONGEST_NAME or not name.isprintable():
            raise ValueError(f"a key needs a name of one line, {_LONGEST_NAME} characters at the most")
        if KEY_PATTERN.search(name):
            raise ValueError("the name of a key must not be a key")
        parse_scopes(self.scopes)
        if self.calls_per_s is not None and not 0 < self.calls_per_s <= 1e6:
            raise ValueError(f"calls_per_s is {self.calls_per_s:g}, but must be above 0 and at most 1000000")


def parse_expiry(text: str, now_ns: int) -> int:
    """When a key ends, as people write it: ``12h``, ``90d``, ``52w`` from now, or a time with its zone. In ns since
    1970 UTC; ValueError begins with the text."""
    if found := re.fullmatch(r"(\d{1,5})([hdw])", text, re.ASCII):
        expires = now_ns + int(found[1]) * _UNITS_S[found[2]] * NS_PER_S
    else:
        try:
            when = datetime.fromisoformat(text)
        except ValueError:
            raise ValueError(f"{text!r} is neither a span like 90d nor a time like 2027-01-31T12:00Z") from None
        if when.tzinfo is None:
            raise ValueError(f"{text!r} has no zone: write {text}Z for UTC")
        expires = int(when.astimezone(UTC).timestamp()) * NS_PER_S
    if expires <= now_ns:
        raise ValueError(f"{text!r} is over already")
    return expires


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """A key as it is kept; nothing of its secret is in it but :attr:`digest`. Times in ns since 1970 UTC."""

    id: str
    spec: KeySpec
    created_ns: int
    digest: bytes = field(repr=False)
    rotated_ns: int | None = None
    revoked_ns: int | None = None
    last_used_ns: int | None = None

    def refusal(self, now_ns: int) -> str:
        """Why it does not open anything any more; "" = it does."""
        if self.revoked_ns is not None:
            return "revoked"
        if self.spec.expires_ns is not None and self.spec.expires_ns <= now_ns:
            return "expired"
        return ""

    def state(self, now_ns: int) -> str:
        return self.refusal(now_ns) or "active"


class KeyText:
    """The text of a key, with its secret. Neither ``str`` nor ``repr`` tell it: :meth:`reveal` does, for the one
    moment at which it is shown, and for what sends it."""

    __slots__ = ("_secret", "id")

    def __init__(self, key_id: str, secret: str) -> None:
        self.id = key_id
        self._secret = secret

    @classmethod
    def new(cls, key_id: str | None = None) -> KeyText:
        """A fresh secret, for a fresh id or for one that is there."""
        return cls(
            key_id or new_id(), base64.urlsafe_b64encode(secrets.token_bytes(_SECRET_BYTES)).decode().rstrip("=")
        )

    @classmethod
    def parse(cls, text: str) -> KeyText:
        """ValueError without a word of the text where it is no key."""
        found = KEY_PATTERN.fullmatch(text)
        if found is None:
            raise ValueError(f"not an API key: {PREFIX}_<id>_<secret>")
        return cls(found["id"], found["secret"])

    def reveal(self) -> str:
        return f"{PREFIX}_{self.id}_{self._secret}"

    def digest(self, pepper: bytes) -> bytes:
        """What is kept. The id is in it, so that rows cannot be exchanged."""
        return hmac.digest(pepper, f"tagwatch key 1\0{self.id}\0{self._secret}".encode(), hashlib.sha256)

    def __repr__(self) -> str:
        return f"KeyText({PREFIX}_{self.id}_{_HIDDEN})"

    __str__ = __repr__

    def __reduce__(self) -> Any:
        raise TypeError("the text of a key is not written anywhere")


def new_id() -> str:
    return base64.b32encode(secrets.token_bytes(_ID_BYTES)).decode().lower()


def without_keys(text: str) -> str:
    """The text with the secrets of all keys in it hidden."""
    return KEY_PATTERN.sub(lambda found: f"{PREFIX}_{found['id']}_{_HIDDEN}", text)
