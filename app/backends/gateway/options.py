"""The options of a session with another Tagwatch, validated before anything is sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from app.client import ClientOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayOptions:
    """``source`` is a saved source of the other Tagwatch, ``session`` the name or id of a session that is open there:
    one of them. ``key_id`` only says which key is meant."""

    address: str
    source: str = ""
    session: str = ""
    key: str = field(default="", repr=False)
    key_id: str = ""
    tls: bool | None = None
    ca: str = ""
    certificate: str = ""
    private_key: str = ""
    server_name: str = ""
    timeout_s: float = 45.0

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> GatewayOptions:
        """ValueError names an option that is missing, not known, or wrong, and what is allowed."""
        known = [entry.name for entry in fields(cls)]
        for name, value in options.items():
            if name not in known:
                raise ValueError(f"option {name} is not known to gateway; known are {', '.join(known)}")
            allowed, test = _RULES.get(name, _TEXT)
            if not test(value):
                # The key is never shown, whatever is wrong with it.
                shown = "" if name == "key" else f"is {value!r}, but "
                raise ValueError(f"option {name} {shown}must be {allowed}")
        if "address" not in options:
            raise ValueError("option address is missing: where the other Tagwatch listens, host:port")
        made = cls(**options)
        if bool(made.source) is bool(made.session):
            raise ValueError(
                "give one of the options source (a saved source of the other Tagwatch) and session (one that is open "
                "there), and not both"
            )
        made.client()
        return made

    def client(self) -> ClientOptions:
        return ClientOptions(
            address=self.address,
            key=self.key,
            tls=self.tls,
            ca=self.ca or None,
            certificate=self.certificate or None,
            private_key=self.private_key or None,
            server_name=self.server_name,
            timeout_s=self.timeout_s,
        )


def _is_seconds(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0.1 <= value <= 600


_Rule = tuple[str, Callable[[Any], bool]]
_TEXT: _Rule = ("a text", lambda value: isinstance(value, str))
_RULES: dict[str, _Rule] = {
    "tls": ("true or false", lambda value: isinstance(value, bool)),
    "timeout_s": ("a number of 0.1 to 600", _is_seconds),
}
