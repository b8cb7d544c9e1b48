"""The options of the source, checked before anything is started."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.backends.mxaccess.dates import Zone

_SECONDS = {
    "first_data_s": (0.1, 300),
    "pending_s": (0, 25),
    "call_timeout_s": (1, 600),
    "probe_s": (1, 3600),
    "retry_s": (1, 3600),
}


@dataclass(frozen=True, slots=True)
class MxAccessOptions:
    """``zone``: what times without one mean. ``supervisory``: whether AdviseSupervisory, which writes secured tags
    without a login, is allowed. ``first_data_s``: how long a write waits for the type of its tag. ``pending_s``: how
    long a completion that says Pending may be followed by another. ``probe``: a tag that always changes, for health;
    ``probe_s``: its silence that means a loss, 0 to 3600. ``tags``: a file with the tags to browse."""

    zone: Zone
    tags: str = ""
    probe: str = ""
    probe_s: float = 30.0
    retry_s: float = 10.0
    first_data_s: float = 15.0
    pending_s: float = 5.0
    call_timeout_s: float = 60.0
    supervisory: bool = False

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> MxAccessOptions:
        """ValueError names the option that is wrong, and what it may be."""
        for name in options:
            if name not in cls.__slots__:
                raise ValueError(f"option {name} is not known to mxaccess; known are {', '.join(cls.__slots__)}")
        chosen = dict(options)
        zone = chosen.pop("zone", "local")
        for name in ("tags", "probe"):
            if not isinstance(chosen.get(name, ""), str):
                raise ValueError(f"option {name} is {chosen[name]!r}, but must be a text")  # noqa: TRY004 - a user's
        if not isinstance(zone, str):
            raise ValueError(f"option zone is {zone!r}, but must be local, utc or an offset like +02:00")  # noqa: TRY004
        if not isinstance(chosen.get("supervisory", False), bool):
            raise ValueError(f"option supervisory is {chosen['supervisory']!r}, but must be true or false")  # noqa: TRY004
        for name, (least, most) in _SECONDS.items():
            value = chosen.get(name, least)
            if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
                raise ValueError(f"option {name} is {value!r}, but must be {least:g} to {most:g}")
        try:
            return cls(zone=Zone(zone), **chosen)
        except ValueError as error:
            raise ValueError(f"option zone: {error}") from None
