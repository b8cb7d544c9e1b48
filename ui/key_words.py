"""API keys in words: what their scopes are for, and what they are limited to."""

from __future__ import annotations

from app.access.keys import WRITE_CLASSES, Constraints, KeySpec, class_name
from app.access.scopes import READING, Scope
from ui.i18n import noop, tr

#: Marked here, for the engine knows of no translation; a test compares them with the engine's.
SCOPES = {
    Scope.SESSION_OPEN: noop("open sessions and extend their lease"),
    Scope.SESSION_CLOSE: noop("close sessions and end their workers"),
    Scope.INVOKE_READ: noop("add and advise items, read values"),
    Scope.INVOKE_WRITE: noop("write values"),
    Scope.INVOKE_SECURE: noop("log users in, secured and verified writes"),
    Scope.EVENTS_READ: noop("stream events"),
    Scope.METADATA_READ: noop("list sources and sessions, browse name spaces, properties of tags"),
    Scope.RECORDS_READ: noop("history, event journal and record of writes"),
    Scope.ALARMS_READ: noop("stream alarms"),
    Scope.ALARMS_WRITE: noop("acknowledge and shelve alarms"),
    Scope.ADMIN: noop("everything, and whatever no other scope is for"),
}
STATES = {"active": noop("active"), "revoked": noop("revoked"), "expired": noop("expired")}
_LIMITS = (
    ("sources", noop("only sources {patterns}"), noop("no source")),
    ("browse", noop("browses only {patterns}"), noop("browses nothing")),
    ("read", noop("reads only {patterns}"), noop("reads nothing")),
    ("write", noop("writes only {patterns}"), noop("writes nothing")),
)


def scopes_text(scopes: frozenset[Scope]) -> str:
    """By their names, which are the same in every language; the usual set of them in a word."""
    if Scope.ADMIN in scopes:
        return tr("admin: everything")
    names = [str(scope) for scope in Scope if scope in scopes]
    if scopes >= READING:
        names = [tr("all reading"), *(str(scope) for scope in Scope if scope in scopes - READING)]
    return ", ".join(names)


def limits_text(spec: KeySpec) -> str:
    """What it is limited to beside its scopes; a dash where that is nothing."""
    limits: Constraints = spec.constraints
    found: list[str] = []
    for name, words, nothing in _LIMITS:
        patterns: tuple[str, ...] | None = getattr(limits, name)
        if patterns is not None:
            found.append(tr(words).format(patterns=", ".join(patterns)) if patterns else tr(nothing))
    if limits.read_only:
        found.append(tr("read-only"))
    if limits.write_class is not WRITE_CLASSES[-1]:
        found.append(tr("writes tags up to {name}").format(name=class_name(limits.write_class)))
    if spec.calls_per_s is not None:
        found.append(tr("{count} calls a second").format(count=f"{spec.calls_per_s:g}"))
    return "; ".join(found) or "—"
