"""The properties of a tag: what its source says, and what is known of its item."""

from __future__ import annotations

from functools import partial

from app.sessions import calls
from app.sessions.items import Item
from app.sessions.session import Session
from ui.desk.desk import Desk
from ui.format import full_text, iso_text, quality_text, skew_text
from ui.forms.properties import PropertiesDialog
from ui.i18n import tr


def show_properties(desk: Desk, session: Session, tag: str) -> PropertiesDialog:
    ask = partial(calls.properties, session, tag)
    dialog = PropertiesDialog(tag, session.name, ask, desk.theme, desk.window, live=lambda: live(desk, session, tag))
    desk.second.connect(dialog.refresh_live)
    dialog.show()
    return dialog


def live(desk: Desk, session: Session, tag: str) -> list[tuple[str, str]]:
    """The item's present value, times and state: always the same rows, "—" where there is nothing to tell."""
    item = _item(session, tag)
    sample = None if item is None else session.items.sample(item.key)
    about = desk.book.known(session.id, tag)
    state, value, quality, source, received, skew = tr("not registered"), "", "", "", "", ""
    if item is not None:
        words = tr("item {item} of server handle {server}, {advised}")
        advised = tr("subscribed") if item.advised else tr("not subscribed")
        state = words.format(item=item.item_handle, server=item.server_handle, advised=advised)
    if sample is not None:
        value = f"{full_text(sample.value, about.enumeration)} {about.unit}".strip()
        quality = quality_text(sample.quality)
        source, received = iso_text(sample.source_time, desk.utc), iso_text(sample.worker_time, desk.utc)
        skew = skew_text(sample.source_time, sample.worker_time)
    rows = (
        (tr("Live value"), value),
        (tr("Quality"), quality),
        (tr("Source time"), source),
        (tr("Received"), received),
        (tr("Time difference"), skew),
        (tr("Item"), state),
    )
    return [(name, text or "—") for name, text in rows]


def _item(session: Session, tag: str) -> Item | None:
    """That with a value, where several clients have the tag."""
    items = [item for item in session.items.all() if item.tag == tag]
    return next((item for item in items if session.items.sample(item.key) is not None), items[0] if items else None)
