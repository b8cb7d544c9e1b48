"""The options of the source, checked before anything is started."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.backends.mxaccess.dates import Zone
from app.backends.mxaccess.galaxy.place import Access, Encryption, place_of

_TEXTS = ("tags", "probe", "galaxy", "galaxy_database", "user", "galaxy_encryption", "galaxy_ca")
_LONGEST = 128  # of SQL Server's names
_FLAGS = ("supervisory", "galaxy_builtin")
#: Options that mean nothing without the option galaxy.
_OF_GALAXY = (
    "galaxy_database",
    "user",
    "password",
    "galaxy_encryption",
    "galaxy_ca",
    "galaxy_timeout_s",
    "galaxy_builtin",
)
_SECONDS = {
    "galaxy_timeout_s": (1, 25),
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
    ``probe_s``: its silence that means a loss, 0 to 3600. ``tags``: a file with the tags to browse. ``galaxy``: the SQL
    Server of the Galaxy that is browsed instead, ``galaxy_database`` its name there; :attr:`access` has all of it."""

    zone: Zone
    tags: str = ""
    probe: str = ""
    probe_s: float = 30.0
    retry_s: float = 10.0
    first_data_s: float = 15.0
    pending_s: float = 5.0
    call_timeout_s: float = 60.0
    supervisory: bool = False
    galaxy: str = ""
    galaxy_database: str = ""
    user: str = ""
    password: str = field(default="", repr=False)
    galaxy_encryption: str = Encryption.VERIFY
    galaxy_ca: str = ""
    galaxy_timeout_s: float = 15.0
    galaxy_builtin: bool = False

    @property
    def access(self) -> Access | None:
        """How the Galaxy's database is reached; None where none is named."""
        if not self.galaxy:
            return None
        return Access(
            place_of(self.galaxy),
            self.galaxy_database,
            self.user,
            self.password,
            Encryption(self.galaxy_encryption),
            self.galaxy_ca,
            self.galaxy_timeout_s,
            self.galaxy_builtin,
        )

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> MxAccessOptions:
        """ValueError names the option that is wrong, and what it may be."""
        for name in options:
            if name not in cls.__slots__:
                raise ValueError(f"option {name} is not known to mxaccess; known are {', '.join(cls.__slots__)}")
        chosen = dict(options)
        zone = chosen.pop("zone", "local")
        for name in _TEXTS:
            if not isinstance(chosen.get(name, ""), str):
                raise ValueError(f"option {name} is {chosen[name]!r}, but must be a text")  # noqa: TRY004 - a user's
        if not isinstance(zone, str):
            raise ValueError(f"option zone is {zone!r}, but must be local, utc or an offset like +02:00")  # noqa: TRY004
        if not isinstance(chosen.get("password", ""), str):
            raise ValueError("option password must be a text")  # noqa: TRY004 - and what it is stands in no error
        for name in _FLAGS:
            if not isinstance(chosen.get(name, False), bool):
                raise ValueError(f"option {name} is {chosen[name]!r}, but must be true or false")  # noqa: TRY004
        for name, (least, most) in _SECONDS.items():
            value = chosen.get(name, least)
            if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
                raise ValueError(f"option {name} is {value!r}, but must be {least:g} to {most:g}")
        _check_galaxy(chosen)
        try:
            return cls(zone=Zone(zone), **chosen)
        except ValueError as error:
            raise ValueError(f"option zone: {error}") from None


def _check_galaxy(chosen: Mapping[str, Any]) -> None:
    if not chosen.get("galaxy"):
        without = next((name for name in _OF_GALAXY if chosen.get(name)), "")
        if without:
            raise ValueError(f"option {without} belongs to a Galaxy: name its SQL Server by the option galaxy")
        return
    if chosen.get("tags"):
        raise ValueError("options tags and galaxy: tags are browsed from one of them alone")
    try:
        place_of(chosen["galaxy"])
    except ValueError as error:
        raise ValueError(f"option galaxy: {error}") from None
    if not str(chosen.get("galaxy_database", "")).strip():
        raise ValueError("option galaxy_database is missing: the name of the Galaxy, which its database has, too")
    encryption = chosen.get("galaxy_encryption", Encryption.VERIFY)
    if encryption not in set(Encryption):
        raise ValueError(f"option galaxy_encryption is {encryption!r}, but must be {', '.join(Encryption)}")
    if chosen.get("galaxy_ca") and encryption != Encryption.VERIFY:
        raise ValueError(f"option galaxy_ca: no certificate is checked with galaxy_encryption = {encryption}")
    for name in ("galaxy_database", "user", "password"):
        if len(str(chosen.get(name, ""))) > _LONGEST:
            raise ValueError(f"option {name} is longer than {_LONGEST} characters")
    if chosen.get("user") and not chosen.get("password"):
        raise ValueError(f"option password is missing: that of {chosen['user']}")
