"""The settings of the engine: typed, each with its text, validated before anything starts.

Read from a TOML file and from environment variables ``TAGWATCH_<NAME>`` (which win). Every setting, its origin
included, is in :meth:`Settings.effective`.
"""

from __future__ import annotations

import dataclasses
import difflib
import enum
import math
import os
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import platformdirs

_ENV_PREFIX = "TAGWATCH_"
#: Of secrets of sources (app.serve.secrets), which are no settings.
SECRET_PREFIX = "TAGWATCH_SECRET_"
#: Not settings of the engine: a password for the command line, the window's directory, a worker's mark.
_OTHER_VARIABLES = (
    "TAGWATCH_PASSWORD",
    "TAGWATCH_CONFIG_DIR",
    "TAGWATCH_WORKER",
    "TAGWATCH_ADDRESS",
    "TAGWATCH_API_KEY",
    "TAGWATCH_PYTHON32",
)


class OverflowPolicy(enum.StrEnum):
    """What happens when an external subscriber's queue overflows."""

    DISCONNECT_SUBSCRIBER = "DisconnectSubscriber"
    FAIL_FAST = "FailFast"


class RestartPolicy(enum.StrEnum):
    """Whether a session starts a new worker after a fault."""

    NEVER = "never"
    ON_FAULT = "on-fault"


class JournalPolicy(enum.StrEnum):
    """What of the event log is kept on disk."""

    ALL = "all"
    NO_VALUES = "no-values"  # everything but changes of values
    OFF = "off"


class ApiTls(enum.StrEnum):
    """Whether, and with whose certificate, the API speaks TLS."""

    OFF = "off"
    OWN = "own"  # made here, under an authority of this installation
    GIVEN = "given"


class SettingError(ValueError):
    """A setting that cannot be used; the text names it, its value and what is allowed."""


def _setting(
    default: Any, text: str, *, least: float | None = None, above: float | None = None, most: float | None = None
) -> Any:
    return field(default=default, metadata={"text": text, "least": least, "above": above, "most": most})


@dataclass(frozen=True, slots=True)
class EffectiveSetting:
    name: str
    value: str
    text: str
    origin: str  # "default", a file's name or an environment variable


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that can be set. Times in seconds, sizes in bytes."""

    worker_startup_s: float = _setting(30.0, "how long a worker may take until it is ready", above=0)
    worker_shutdown_s: float = _setting(10.0, "how long a worker may take to shut down before it is killed", above=0)
    heartbeat_s: float = _setting(5.0, "how often gateway and worker tell each other that they live", above=0)
    heartbeat_grace_s: float = _setting(15.0, "silence after which a worker counts as unresponsive", above=0)
    connect_attempt_s: float = _setting(2.0, "how long one attempt to connect to the pipe may take", above=0)
    frame_limit: int = _setting(16 * 1024 * 1024, "the largest frame on a worker's pipe", least=1024, most=2**30)
    batch_limit: int = _setting(1024, "events in one batch at the most", least=1, most=65_536)
    batch_delay_s: float = _setting(0.005, "how long an event may wait in the worker for company", least=0)
    worker_backlog: int = _setting(
        100_000, "events a worker keeps before it coalesces data changes", least=1, most=2**31 - 1
    )
    inbox_limit: int = _setting(200_000, "events kept per session while nobody reads them; the oldest go", least=1)
    command_timeout_s: float = _setting(30.0, "how long a command may take", above=0)
    sessions: int = _setting(64, "sessions open at the same time", least=1)
    pending_commands: int = _setting(128, "commands of one session that may wait for their reply", least=1)
    lease_s: float = _setting(1800.0, "how long a session lives without activity", above=0)
    sweep_s: float = _setting(30.0, "how often expired sessions are looked for", above=0)
    detach_grace_s: float = _setting(30.0, "how long a session lives after its last subscriber left; 0 = off", least=0)
    several_subscribers: bool = _setting(True, "whether a session may have more than one external subscriber")
    subscribers: int = _setting(8, "external subscribers of one session, where several are allowed", least=1)
    event_queue: int = _setting(10_000, "events queued for one subscriber", least=1)
    mirror_queue: int = _setting(200_000, "events queued for the window's own mirror", least=1)
    overflow_policy: OverflowPolicy = _setting(
        OverflowPolicy.DISCONNECT_SUBSCRIBER, "what an overflowing subscriber causes: DisconnectSubscriber or FailFast"
    )
    replay_events: int = _setting(1024, "newest events kept for subscribers that come back; 0 = none", least=0)
    replay_s: float = _setting(300.0, "how long events are kept for replay; 0 = no limit of age", least=0)
    restart: RestartPolicy = _setting(RestartPolicy.NEVER, "after a fault start a new worker: never or on-fault")
    journal: JournalPolicy = _setting(
        JournalPolicy.ALL,
        "what of the event log is kept on disk: all, no-values (no changes of values) or off",
    )
    journal_bytes: int = _setting(
        1024 * 1024 * 1024, "size of the journal at the most; its oldest files go", least=1024 * 1024
    )
    journal_days: int = _setting(0, "days that the journal is kept at the most; 0 = as long as there is room", least=0)
    record: bool = _setting(True, "whether the values of everything that is watched are recorded")
    record_days: int = _setting(
        30, "days that recorded values are kept, where a watch list says nothing else; 0 = no limit", least=0
    )
    record_bytes: int = _setting(
        4 * 1024 * 1024 * 1024, "size of all recorded values at the most; the oldest files go", least=8 * 1024 * 1024
    )
    record_free_bytes: int = _setting(
        512 * 1024 * 1024, "free space of the disk at which recording stops, so that the rest goes on", least=0
    )
    big_change: float = _setting(
        0.5, "a change by hand of more than this share of a tag's range is asked about; above 1 = never", above=0
    )
    values_in_logs: bool = _setting(False, "whether values of tags may stand in log files")
    api: bool = _setting(False, "whether the window offers the API to other programs; tagwatch serve always does")
    api_host: str = _setting("127.0.0.1", "address on which the API listens; another than this computer's needs TLS")
    api_port: int = _setting(50571, "port of the API; 0 = any that is free", least=0, most=65_535)
    api_authentication: bool = _setting(True, "whether the API asks for a key; without, it serves this computer alone")
    api_gather_s: float = _setting(
        0.01,
        "how long events of the API's streams wait for company, unless a client wants longer",
        least=0,
        most=1,
    )
    api_message_limit: int = _setting(4 * 1024 * 1024, "the largest request that the API takes", least=1024, most=2**30)
    api_calls_together: int = _setting(256, "calls that one connection to the API may have open", least=1)
    api_keepalive_s: float = _setting(20.0, "how often the API looks whether silent clients are still there", least=1)
    api_key_store: str = _setting("", "file with the API keys; empty = in the directory of the settings")
    api_pepper: str = _setting("", "file with the pepper of the API keys; empty = in the directory of the settings")
    source_secrets: str = _setting(
        "",
        "file with passwords and keys of the sources of `tagwatch serve`; empty = in the directory of the settings",
    )
    api_tls: ApiTls = _setting(
        ApiTls.OFF, "TLS of the API: off, own (a certificate made here) or given (api_certificate and api_private_key)"
    )
    api_certificate: str = _setting("", "PEM file with the API's certificate and those above it, for api_tls = given")
    api_private_key: str = _setting("", "PEM file with the private key of the API's certificate")
    api_names: str = _setting(
        "", "names and addresses for the API's own certificate, beside this computer's; by commas"
    )
    api_client_ca: str = _setting(
        "", "PEM file with the authority of client certificates; with it, every client of the API needs one"
    )
    api_calls_per_s: float = _setting(2000.0, "calls a second that one API key may make, unless the key says", above=0)
    api_streams: int = _setting(16, "streams that one API key may have open at the same time", least=1)
    metrics_port: int = _setting(0, "port on loopback for metrics and readiness; 0 = none", least=0, most=65_535)
    update_feed: str = _setting(
        "",
        "https address that names the newest version, asked only when somebody looks for one by hand; empty = never",
    )
    origins: Mapping[str, str] = field(default_factory=dict[str, str], compare=False, repr=False)

    def __post_init__(self) -> None:
        for entry in _entries():
            _check(entry, getattr(self, entry.name), self.origins.get(entry.name, "argument"))
        self._check_tls()
        if self.update_feed and not self.update_feed.startswith("https://"):
            raise SettingError(f"update_feed is {self.update_feed!r}, but must be an https address, or empty")
        if self.heartbeat_grace_s <= self.heartbeat_s:
            raise SettingError(
                f"heartbeat_grace_s is {self.heartbeat_grace_s:g} s, "
                f"but must be longer than heartbeat_s ({self.heartbeat_s:g} s)"
            )

    def _check_tls(self) -> None:
        for name in ("api_certificate", "api_private_key"):
            if (self.api_tls is ApiTls.GIVEN) != bool(getattr(self, name)):
                what = f"{name} is {getattr(self, name)!r}" if getattr(self, name) else f"{name} is not set"
                raise SettingError(f"api_tls is {self.api_tls}, but {what}")
        if self.api_client_ca and self.api_tls is ApiTls.OFF:
            raise SettingError("api_client_ca is set, but api_tls is off: certificates of clients need TLS")

    def effective(self) -> list[EffectiveSetting]:
        """Every setting as it is in force."""
        return [
            EffectiveSetting(
                name, str(getattr(self, name)) or "(none)", entry.metadata["text"], self.origins.get(name, "default")
            )
            for entry in _entries()
            for name in [entry.name]
        ]


def directory() -> Path:
    """Where settings and the window's layout are kept; the environment's TAGWATCH_CONFIG_DIR puts it elsewhere."""
    given = os.environ.get("TAGWATCH_CONFIG_DIR")
    return Path(given) if given else platformdirs.user_config_path("tagwatch", appauthor=False)


def usual_file() -> Path | None:
    """The settings file of this user, where there is one."""
    usual = directory() / "settings.toml"
    return usual if usual.is_file() else None


def load(path: Path | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from a TOML file (a missing one is an error) and the environment; SettingError names what is wrong."""
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    known = {entry.name: entry for entry in _entries()}
    if path is not None:
        try:
            content = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise SettingError(f"settings file {path}: {error}") from error
        for name, value in content.items():
            if name not in known:
                raise SettingError(f"{name} in {path} is not a setting{_meant(name, known)}")
            values[name] = _convert(known[name], value, str(path))
            origins[name] = str(path)
    for variable, text in (os.environ if environ is None else environ).items():
        if not variable.startswith(_ENV_PREFIX) or variable in _OTHER_VARIABLES or variable.startswith(SECRET_PREFIX):
            continue
        name = variable.removeprefix(_ENV_PREFIX).lower()
        if name not in known:
            raise SettingError(f"the environment variable {variable} names no setting{_meant(name, known)}")
        values[name] = _convert(known[name], text, variable)
        origins[name] = variable
    return Settings(**values, origins=origins)


def _meant(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f": did you mean {near[0]}?" if near else f"; known are {', '.join(sorted(known))}"


def _entries() -> list[dataclasses.Field[Any]]:
    return [entry for entry in dataclasses.fields(Settings) if "text" in entry.metadata]


def _convert(entry: dataclasses.Field[Any], value: Any, origin: str) -> Any:
    kind = _kind(entry)
    wrong = SettingError(f"{entry.name} from {origin} is {value!r}, but must be {_allowed(entry)}")
    try:
        if kind is bool:
            if isinstance(value, str):
                return {"true": True, "false": False, "1": True, "0": False, "on": True, "off": False}[value.lower()]
            if not isinstance(value, bool):
                raise wrong
            return value
        if isinstance(value, bool) or (kind is int and isinstance(value, float)):
            raise wrong
        if kind is str and not isinstance(value, str):
            raise wrong
        return kind(value)
    except (KeyError, ValueError, TypeError) as error:
        raise wrong from error


def _check(entry: dataclasses.Field[Any], value: Any, origin: str) -> None:
    least, above, most = entry.metadata["least"], entry.metadata["above"], entry.metadata["most"]
    kind = _kind(entry)
    right_kind = isinstance(value, kind) or (kind is float and isinstance(value, int))
    wrong = not right_kind or (isinstance(value, bool) and kind is not bool)
    if isinstance(value, str) and not isinstance(value, enum.Enum):
        wrong = wrong or not value.isprintable()
    if not wrong and isinstance(value, int | float) and not isinstance(value, bool):
        wrong = (
            not math.isfinite(value)
            or (least is not None and value < least)
            or (above is not None and value <= above)
            or (most is not None and value > most)
        )
    if wrong:
        raise SettingError(f"{entry.name} from {origin} is {value!r}, but must be {_allowed(entry)}")


def _kind(entry: dataclasses.Field[Any]) -> type[Any]:
    return cast("type[Any]", type(entry.default))


def _allowed(entry: dataclasses.Field[Any]) -> str:
    kind = _kind(entry)
    if issubclass(kind, enum.Enum):
        return "one of " + ", ".join(str(member.value) for member in kind)
    if kind is bool:
        return "true or false"
    if kind is str:
        return "a text of one line"
    noun = "a whole number" if kind is int else "a number"
    limits = [
        f"{words} {entry.metadata[bound]:.12g}"
        for bound, words in (("above", "above"), ("least", "of at least"), ("most", "at most"))
        if entry.metadata[bound] is not None
    ]
    return f"{noun} {' and '.join(limits)}".strip()
