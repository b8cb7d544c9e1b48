"""A client of the gateway API, for programs in Python: see docs/client.md."""

from app.client.client import Client
from app.client.errors import ClientError
from app.client.events import EventStream, TagEvents
from app.client.model import (
    Connected,
    Disconnected,
    Gap,
    RemoteItem,
    SavedSource,
    SessionChange,
    SessionInfo,
    SessionState,
    TagEvent,
    Written,
)
from app.client.options import ClientOptions
from app.client.session import RemoteSession

__all__ = [
    "Client",
    "ClientError",
    "ClientOptions",
    "Connected",
    "Disconnected",
    "EventStream",
    "Gap",
    "RemoteItem",
    "RemoteSession",
    "SavedSource",
    "SessionChange",
    "SessionInfo",
    "SessionState",
    "TagEvent",
    "TagEvents",
    "Written",
]
