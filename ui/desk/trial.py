"""Tries a connection for real: a session of its own, the source's answer, and away again."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from app.commands import ProtocolStatus
from app.errors import GatewayError
from app.runtime import Runtime
from app.sessions import calls
from app.sessions.manager import OpenRequest
from app.sessions.session import Session
from app.sessions.state import SessionState
from app.values import Timestamp
from ui.format import value_text
from ui.i18n import tr

#: What an OPC UA server says of itself, by nodes of the standard.
_STATE, _TIME = "i=2259", "i=2258"
_STATES = ("Running", "Failed", "NoConfiguration", "Suspended", "Shutdown", "Test", "CommunicationFault", "Unknown")


async def tried(
    runtime: Runtime, request: OpenRequest, begun: Callable[[Session], None], step: Callable[[SessionState], None]
) -> str:
    """What the source said, in words. ``begun`` is told the session, which nobody else is to show; ``step`` each step
    as it begins. GatewayError of the step that failed; nothing is left of the session in any case."""
    manager = runtime.manager
    session = manager.begin(request)
    begun(session)
    unwatch = session.watch(lambda old, new: step(new) if new.starting else None)
    try:
        await manager.start(session)
        return await _asked(session)
    finally:
        unwatch()
        with contextlib.suppress(GatewayError):  # a start that failed has left nothing to close
            await manager.close(session.id, "trial")


async def _asked(session: Session) -> str:
    about = session.info().source or session.name
    if session.backend != "opcua":
        try:
            count = len((await calls.browse(session, limit=1000)).nodes)
        except GatewayError as error:
            if error.fault.details.get("status") != ProtocolStatus.UNSUPPORTED.words:
                raise
            return about  # it has nothing to browse, and is there
        return tr("{source}: {count} nodes at its root").format(source=about, count=count)
    handle = await calls.register(session, "Tagwatch trial")
    state, now = await calls.read(session, handle, (_STATE, _TIME))
    words = _STATES[state.value] if isinstance(state.value, int) and 0 <= state.value < len(_STATES) else "?"
    time = value_text(now.value) if isinstance(now.value, Timestamp) else tr("no time")
    return tr("{source}: {state}, its clock says {time}").format(source=about, state=words, time=time)
