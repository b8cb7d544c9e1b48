"""Words of the engine that come from a closed set, in the language of the window. Its sentences (faults, reasons, what
a source says) stay as they are: they are searched for in manuals, and sent to people who help."""

from __future__ import annotations

from app.values import Status
from ui.i18n import noop, tr

#: Marked here, for the engine knows of no translation; a test compares them with the engine's.
WORDS = frozenset(
    (
        # The states of a session, and of several that start.
        noop("creating"),
        noop("starting worker"),
        noop("waiting for worker to connect"),
        noop("shaking hands"),
        noop("connecting to source"),
        noop("ready"),
        noop("closing"),
        noop("faulted"),
        noop("closed"),
        noop("starting"),
        # Qualities, their sub-status and limits.
        noop("bad"),
        noop("bad: configuration error"),
        noop("bad: not connected"),
        noop("bad: device failure"),
        noop("bad: sensor failure"),
        noop("bad: last known value"),
        noop("bad: communication failure"),
        noop("bad: out of service"),
        noop("bad: waiting for initial data"),
        noop("uncertain"),
        noop("uncertain: last usable value"),
        noop("uncertain: sensor not accurate"),
        noop("uncertain: engineering units exceeded"),
        noop("uncertain: sub-normal"),
        noop("good"),
        noop("good: local override"),
        noop(", low limited"),
        noop(", high limited"),
        noop(", constant"),
        # Kinds of events and severities of notices.
        noop("data change"),
        noop("buffered data change"),
        noop("write complete"),
        noop("operation complete"),
        noop("info"),
        noop("warning"),
        noop("error"),
        # Who may write a tag, and whether.
        noop("undefined"),
        noop("free access"),
        noop("operate"),
        noop("secured write"),
        noop("verified write"),
        noop("tune"),
        noop("configure"),
        noop("view only"),
        noop("read only"),
        noop("read and write"),
        noop("read"),
        noop("write"),
        noop("none"),
        noop("read only and history"),
        noop("read and write and history"),
        # Categories of a status.
        noop("unknown"),
        noop("ok"),
        noop("pending"),
        noop("communication error"),
        noop("configuration error"),
        noop("operational error"),
        noop("security error"),
        noop("software error"),
        noop("other error"),
        # Details of a status.
        noop("success"),
        noop("request timed out"),
        noop("platform communication error"),
        noop("invalid platform id"),
        noop("invalid engine id"),
        noop("engine communication error"),
        noop("invalid reference"),
        noop("no Galaxy Repository"),
        noop("invalid object id"),
        noop("object signature mismatch"),
        noop("attribute signature mismatch"),
        noop("resolving attribute"),
        noop("resolving object"),
        noop("wrong data type"),
        noop("wrong number of dimensions"),
        noop("invalid index"),
        noop("index out of order"),
        noop("dimension does not exist"),
        noop("conversion not supported"),
        noop("unable to convert string"),
        noop("overflow"),
        noop("NMX version mismatch"),
        noop("NMX invalid command"),
        noop("LMX version mismatch"),
        noop("LMX invalid command"),
        noop("Galaxy Repository busy"),
        noop("engine overloaded"),
        noop("invalid primitive id"),
        noop("invalid attribute id"),
        noop("invalid property id"),
        noop("index out of range"),
        noop("data out of range"),
        noop("incorrect data type"),
        noop("not readable"),
        noop("not writeable"),
        noop("write access denied"),
        noop("unknown error"),
        noop("object initializing"),
        noop("engine initializing"),
        noop("secured write needed"),
        noop("verified write needed"),
        noop("no alarm-acknowledge privilege"),
        noop("already acknowledged"),
        noop("user lacks rights"),
        noop("verifier lacks rights"),
        noop("unknown detail"),
        noop("object specific"),
    )
)


def said(words: str) -> str:
    """``words`` in the language of the window, where they are one of :data:`WORDS`; else as they are."""
    return tr(words) if words in WORDS else words


def status_said(status: Status) -> str:
    """As :attr:`app.values.Status.words` has it: the category, the detail and its number."""
    category, _, rest = status.words.partition(": ")
    detail, bracket, number = rest.rpartition(" (")
    told = f"{said(detail)}{bracket}{number}" if detail else rest
    return f"{said(category)}: {told}" if told else said(category)
