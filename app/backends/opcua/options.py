"""The options of an OPC UA session, validated before anything is sent."""

# pyright: reportUnknownArgumentType=false, reportUnknownVariableType=false

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import platformdirs

SECURITIES = (
    "None",
    "Basic256Sha256/Sign",
    "Basic256Sha256/SignAndEncrypt",
    "Aes128Sha256RsaOaep/SignAndEncrypt",
    "Aes256Sha256RsaPss/SignAndEncrypt",
)


def default_certificate_dir() -> str:
    return str(platformdirs.user_data_path("tagwatch", appauthor=False) / "opcua")


@dataclass(frozen=True, slots=True, kw_only=True)
class OpcUaOptions:
    """``trusted`` are SHA-256 fingerprints of server certificates, in hexadecimal, with or without separators."""

    endpoint: str
    security: str = "None"
    user: str = ""
    password: str = field(default="", repr=False)
    trusted: tuple[str, ...] = ()
    certificate_dir: str = field(default_factory=default_certificate_dir)
    publishing_interval_ms: float = 200.0
    sampling_interval_ms: float = -1.0  # the publishing interval
    queue_size: int = 10
    timeout_s: float = 10.0
    allow_plain_password: bool = False

    @property
    def policy(self) -> str:
        return self.security.partition("/")[0]

    @property
    def mode(self) -> str:
        return self.security.partition("/")[2] or "None"

    @property
    def certificates(self) -> Path:
        return Path(self.certificate_dir).expanduser()

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> OpcUaOptions:
        """ValueError names an option that is missing, not known, or wrong, and what is allowed."""
        known = [entry.name for entry in fields(cls)]
        for name in options:
            if name not in known:
                raise ValueError(f"option {name} is not known to opcua; known are {', '.join(known)}")
        given = dict(options)
        if "trusted" in given:
            given["trusted"] = _fingerprints(given["trusted"])
        for name, value in given.items():
            allowed, test = _RULES[name]
            if not test(value):
                # The password is never shown, whatever is wrong with it.
                shown = "" if name == "password" else f"is {value!r}, but "
                raise ValueError(f"option {name} {shown}must be {allowed}")
        if "endpoint" not in given:
            raise ValueError("option endpoint is missing: the server's address, opc.tcp://host:port")
        return cls(**given)


def normal_fingerprint(text: str) -> str:
    return "".join(character for character in text.lower() if character not in ": -")


def _fingerprints(given: Any) -> Any:
    if isinstance(given, str):
        given = [given]
    if not isinstance(given, list | tuple):
        return given
    return tuple(normal_fingerprint(text) if isinstance(text, str) else text for text in given)


def _is_address(value: Any) -> bool:
    if not isinstance(value, str):
        return False
    try:
        parts = urlparse(value)
        return parts.scheme == "opc.tcp" and bool(parts.hostname) and parts.port != 0 and "@" not in parts.netloc
    except ValueError:
        return False


def _is_number(low: float, high: float) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high


def _is_fingerprints(value: Any) -> bool:
    return isinstance(value, tuple) and all(
        isinstance(text, str) and len(text) == 64 and all(digit in "0123456789abcdef" for digit in text)
        for text in value
    )


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


_RULES: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "endpoint": ("an address like opc.tcp://host:4840, without a user name", _is_address),
    "security": ("one of " + ", ".join(SECURITIES), lambda value: value in SECURITIES),
    "user": ("a text", _is_text),
    "password": ("a text", _is_text),
    "trusted": ("SHA-256 fingerprints of 64 hexadecimal digits", _is_fingerprints),
    "certificate_dir": ("a directory", lambda value: isinstance(value, str) and bool(value.strip())),
    "publishing_interval_ms": ("a number of 10 to 3,600,000", _is_number(10, 3_600_000)),
    "sampling_interval_ms": ("a number of -1 to 3,600,000", _is_number(-1, 3_600_000)),
    "queue_size": ("a whole number of 1 to 10,000", lambda value: isinstance(value, int) and 1 <= value <= 10_000),
    "timeout_s": ("a number of 0.1 to 600", _is_number(0.1, 600)),
    "allow_plain_password": ("true or false", lambda value: isinstance(value, bool)),
}
