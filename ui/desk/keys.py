"""Tools → API keys…: the keys that ``tagwatch keys`` has as well, in the same store by the same code."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from app.access import key_file, pepper
from app.access.errors import KeyStoreError
from app.access.key_file import KeyFile
from app.access.keys import KeyInfo, KeyText
from app.config import ApiTls
from app.records.audit_record import Who
from ui.aside import aside
from ui.bridge import act, answered
from ui.desk.api import ApiDesk
from ui.desk.desk import Desk
from ui.forms.keys import KeysForm, ShownKeyForm
from ui.forms.new_key import NewKeyForm
from ui.i18n import tr
from ui.theme import Theme

_T = TypeVar("_T")
#: Other programs make and use keys as well: the table is read again so often while it is open.
_LOOK_S = 5.0


class KeysDesk(QObject):
    """A running API takes what is done here within a second, this window's as well. The text of a key goes from the
    store to the form that shows it, and nowhere else."""

    def __init__(self, desk: Desk, api: ApiDesk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._api = api
        self.form: KeysForm | None = None
        self._looked = float("-inf")
        self._looking = False
        desk.window.add_action(tr("API keys …"), self.show, None, "tools", "key")
        desk.second.connect(self._look)
        desk.theme_changed.connect(self._set_theme)
        api.changed.connect(self._show_notice)

    def show(self) -> None:
        if self.form is None:
            self.form = form = KeysForm(self._desk.theme, self._desk.window)
            form.new_wanted.connect(lambda: self._do(form, self._create(form)))
            form.rotate_wanted.connect(lambda key_id: self._do(form, self._rotate(form, key_id)))
            form.revoke_wanted.connect(lambda key_id: self._do(form, self._revoke(form, key_id)))
            form.delete_wanted.connect(lambda key_id: self._do(form, self._delete(form, key_id)))
            form.offer_wanted.connect(lambda: self._api.switch.setChecked(True))
        self._show_notice()
        self.form.say("")
        self._looked = float("-inf")
        self._look()
        self.form.show()
        self.form.raise_()
        self.form.activateWindow()

    def _set_theme(self, theme: Theme) -> None:
        if self.form is not None:
            self.form.set_theme(theme)

    def _show_notice(self) -> None:
        if self.form is None:
            return
        settings, address = self._api.host.settings, self._api.host.address
        warned = True
        if not address:
            words = tr("The API is off: keys open nothing until this window, or tagwatch serve, offers it.")
        elif not settings.api_authentication:
            words = tr("The API on {address} asks for no key: every program of this computer gets in with all rights.")
        elif settings.api_tls is ApiTls.OFF:
            words = tr("The API listens on {address} without TLS: it serves programs on this computer alone.")
        else:
            words, warned = tr("The API listens on {address} with TLS."), False
        self.form.show_notice(words.format(address=address), warned=warned, offer=not address)

    # ---- the store, off the loop

    async def _with_store(self, work: Callable[[KeyFile], _T], *, make: bool = False) -> _T:
        settings = self._desk.runtime.settings

        def run() -> _T:
            with key_file.opened(key_file.of(settings), pepper.of(settings), make=make) as file:
                return work(file)

        try:
            return await aside(run)
        except KeyStoreError as error:
            raise OSError(str(error)) from error

    def _look(self) -> None:
        """Read the table again, where it is time."""
        form, now = self.form, self._desk.clock.monotonic()
        if form is None or self._looking or now - self._looked < _LOOK_S:
            return
        self._looked = now
        self._looking = True
        act(self._refresh(form), name="read API keys", failed=form.say, done=self._was_read)

    def _was_read(self) -> None:
        self._looking = False

    async def _refresh(self, form: KeysForm) -> None:
        settings = self._desk.runtime.settings
        keys: list[KeyInfo] = []
        if await aside(key_file.of(settings).exists):
            keys = await self._with_store(KeyFile.all)
        form.show_keys(keys, self._desk.clock.utc_ns(), self._desk.utc)

    # ---- what is done

    def _do(self, form: KeysForm, work: Coroutine[Any, Any, None]) -> None:
        act(work, name="API keys", failed=form.say)

    async def _create(self, form: KeysForm) -> None:
        asked = NewKeyForm(self._desk.theme, self._desk.clock, form)
        try:
            await answered(asked)
            spec = asked.spec if asked.result() else None
        finally:
            asked.deleteLater()
        if spec is None:
            return
        now, actor = self._desk.clock.utc_ns(), str(Who.here())
        text = await self._with_store(lambda file: file.create(spec, now, actor), make=True)
        self._desk.told(tr("API key created"), value=f"{spec.name} ({text.id})")
        await self._refresh(form)
        form.choose(text.id)
        await self._shown_once(form, spec.name, text)

    async def _rotate(self, form: KeysForm, key_id: str) -> None:
        name = form.name_of(key_id)
        words = tr("Give the key “{name}” a new secret? Programs that use the old one get in no more from now on.")
        if not await _sure(tr("New secret"), words.format(name=name), form):
            return
        now, actor = self._desk.clock.utc_ns(), str(Who.here())
        text = await self._with_store(lambda file: file.rotate(key_id, now, actor))
        self._desk.told(tr("API key has a new secret"), value=f"{name} ({key_id})")
        await self._refresh(form)
        await self._shown_once(form, name, text)

    async def _shown_once(self, form: KeysForm, name: str, text: KeyText) -> None:
        shown = ShownKeyForm(name, text, form)
        try:
            await answered(shown)
        finally:
            shown.deleteLater()

    async def _revoke(self, form: KeysForm, key_id: str) -> None:
        name = form.name_of(key_id)
        words = tr("Revoke the key “{name}”? Programs that use it are cut off. This cannot be undone.")
        if not await _sure(tr("Revoke API key"), words.format(name=name), form):
            return
        now, actor = self._desk.clock.utc_ns(), str(Who.here())
        await self._with_store(lambda file: file.revoke(key_id, now, actor))
        self._desk.told(tr("API key revoked"), value=f"{name} ({key_id})")
        form.say(tr("“{name}” is revoked.").format(name=name))
        await self._refresh(form)

    async def _delete(self, form: KeysForm, key_id: str) -> None:
        name = form.name_of(key_id)
        words = tr(
            "Delete the key “{name}”? Programs that use it are cut off. This cannot be undone; what was done to the "
            "key stays in the record."
        )
        if not await _sure(tr("Delete API key"), words.format(name=name), form):
            return
        now, actor = self._desk.clock.utc_ns(), str(Who.here())
        await self._with_store(lambda file: file.delete(key_id, now, actor))
        self._desk.told(tr("API key deleted"), value=f"{name} ({key_id})")
        form.say(tr("“{name}” is deleted.").format(name=name))
        await self._refresh(form)


async def _sure(title: str, words: str, parent: QWidget) -> bool:
    box = QMessageBox(
        QMessageBox.Icon.Warning,
        title,
        words,
        QMessageBox.StandardButton.Yes | QMessageBox.StandardButton.No,
        parent,
    )
    box.setTextFormat(Qt.TextFormat.PlainText)  # a name is no markup
    box.setDefaultButton(QMessageBox.StandardButton.No)
    try:
        return await answered(box) == QMessageBox.StandardButton.Yes
    finally:
        box.deleteLater()
