"""The keys as a server checks them: at once, never stale, and none at all while the store cannot be read."""

from __future__ import annotations

import contextlib
import sqlite3
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from app.access import pepper
from app.access.errors import KeyStoreError
from app.access.key_file import KeyFile
from app.access.key_ring import KeyRefusedError, KeyRing
from app.access.keys import KeySpec, KeyText
from app.access.scopes import Scope
from app.tasks import SystemClock
from tests.helpers.clock import ManualClock
from tests.helpers.engine import until

pytestmark = pytest.mark.clause("X1")

SPEC = KeySpec("desk", frozenset((Scope.INVOKE_READ,)))
S = 10**9


@pytest_asyncio.fixture
async def ring(tmp_path: Path) -> AsyncIterator[KeyRing]:
    ring = KeyRing(tmp_path / "keys.sqlite", tmp_path / "private" / "pepper", SystemClock())
    await ring.start()
    yield ring
    await ring.stop()


def beside(ring: KeyRing) -> KeyFile:
    """The same store in another program."""
    return KeyFile(ring.path, pepper.load(ring.path.parent / "private" / "pepper"))


def refusal(ring: KeyRing, text: str) -> str:
    with pytest.raises(KeyRefusedError) as error:
        ring.check(text)
    assert not text or text not in str(error.value)
    return error.value.reason


async def test_a_key_is_good_from_the_moment_it_is_made(ring: KeyRing) -> None:
    text = await ring.create(SPEC, "me")
    found = ring.check(text.reveal())
    assert (found.id, found.spec) == (text.id, SPEC)
    assert ring.good(text.id)


async def test_what_is_refused_and_why(ring: KeyRing) -> None:
    text = await ring.create(SPEC, "me")
    assert refusal(ring, "") == "malformed"
    assert refusal(ring, text.reveal() + "x") == "malformed"
    assert refusal(ring, text.reveal().upper()) == "malformed"
    assert refusal(ring, KeyText.new().reveal()) == "unknown"
    assert refusal(ring, KeyText.new(text.id).reveal()) == "unknown"  # the right id, another secret
    await ring.revoke(text.id, "me")
    assert refusal(ring, text.reveal()) == "revoked"
    await ring.delete(text.id, "me")
    assert refusal(ring, text.reveal()) == "unknown"


async def test_rotation_takes_effect_at_once_and_is_told(ring: KeyRing) -> None:
    first = await ring.create(SPEC, "me")
    told: list[str] = []
    ring.watch(told.append)
    second = await ring.rotate(first.id, "me")
    assert told == [first.id]
    assert refusal(ring, first.reveal()) == "unknown"
    assert ring.check(second.reveal()).id == first.id


async def test_what_another_program_did_is_seen(ring: KeyRing) -> None:
    text = await ring.create(SPEC, "me")
    told: list[str] = []
    unwatch = ring.watch(told.append)
    file = beside(ring)
    file.revoke(text.id, SystemClock().utc_ns(), "you")
    await until(lambda: told == [text.id], "a look at the store")
    assert refusal(ring, text.reveal()) == "revoked"
    other = file.create(SPEC, SystemClock().utc_ns(), "you")
    await until(lambda: ring.good(other.id), "a look at the store")
    unwatch()
    file.delete(other.id, SystemClock().utc_ns(), "you")
    await until(lambda: not ring.good(other.id), "a look at the store")
    assert told == [text.id]
    file.close()


@pytest.mark.parametrize(
    "constraints", ["[" * 200_000, '{"sources": 5}', "null", '{"read": [" "]}', '{"write_class": "Nothing"}']
)
async def test_a_store_that_somebody_edited_lets_nobody_in_and_is_looked_at_again(
    ring: KeyRing, constraints: str
) -> None:
    """Were it the end of looking, a revoked key would be good for ever."""
    text = await ring.create(SPEC, "me")
    with contextlib.closing(sqlite3.connect(ring.path)) as database:
        (kept,) = database.execute("SELECT constraints FROM keys").fetchone()
        _edit(database, constraints)
        await until(lambda: bool(ring.problem), "a look at the store")
        assert not ring.good(text.id)
        with pytest.raises(KeyStoreError):
            ring.check(text.reveal())
        _edit(database, kept)
    await until(lambda: not ring.problem, "a look at the store")
    assert ring.check(text.reveal()).id == text.id


async def test_whatever_goes_wrong_while_looking_lets_nobody_in(ring: KeyRing, monkeypatch: pytest.MonkeyPatch) -> None:
    text = await ring.create(SPEC, "me")

    def broken(self: KeyFile) -> int:
        raise RuntimeError("of no kind that anybody has thought of")

    with monkeypatch.context() as patched:
        patched.setattr(KeyFile, "version", broken)
        await until(lambda: "RuntimeError" in ring.problem, "a look at the store")
        assert not ring.good(text.id)
    await until(lambda: not ring.problem, "a look at the store")
    assert ring.good(text.id)


async def test_a_key_with_other_limits_begins_anew(ring: KeyRing) -> None:
    """Streams were opened under the limits of then."""
    text = await ring.create(SPEC, "me")
    told: list[str] = []
    ring.watch(told.append)
    with contextlib.closing(sqlite3.connect(ring.path)) as database:
        _edit(database, '{"read": ["Tank101"]}')
    await until(lambda: told == [text.id], "a look at the store")
    assert ring.check(text.reveal()).spec.constraints.read == ("Tank101",)


def _edit(database: sqlite3.Connection, constraints: str) -> None:
    with database:
        database.execute("UPDATE keys SET constraints = ?", (constraints,))


async def test_a_key_ends_at_its_time(tmp_path: Path) -> None:
    clock = ManualClock()
    ring = KeyRing(tmp_path / "keys.sqlite", tmp_path / "pepper", clock)
    await ring.start()
    told: list[str] = []
    ring.watch(told.append)
    text = await ring.create(KeySpec("short", SPEC.scopes, expires_ns=clock.utc_ns() + 60 * S), "me")
    await clock.advance(59.5)
    assert ring.check(text.reveal()).id == text.id
    await until(lambda: clock._heap, "the end of the look at the store, which a thread takes")
    await clock.advance(1)
    assert refusal(ring, text.reveal()) == "expired"
    await until(lambda: told == [text.id], "the end of the key")
    await ring.stop()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows lets nobody move a file that is open")
async def test_while_the_store_cannot_be_read_no_key_is_good(ring: KeyRing) -> None:
    text = await ring.create(SPEC, "me")
    told: list[str] = []
    ring.watch(told.append)
    away = ring.path.with_name("away")
    ring.path.rename(away)
    await until(lambda: bool(ring.problem), "a look at the store")
    assert str(ring.path) in ring.problem
    with pytest.raises(KeyStoreError):
        ring.check(text.reveal())
    assert told == [text.id]
    away.rename(ring.path)
    await until(lambda: not ring.problem, "a look at the store")
    assert ring.check(text.reveal()).id == text.id


async def test_when_a_key_was_last_used_is_kept(tmp_path: Path) -> None:
    clock = ManualClock()
    ring = KeyRing(tmp_path / "keys.sqlite", tmp_path / "pepper", clock)
    await ring.start()
    text = await ring.create(SPEC, "me")
    await clock.advance(5)
    ring.check(text.reveal())
    used = clock.utc_ns()
    await ring.stop()
    await ring.stop()
    file = KeyFile(ring.path, pepper.load(tmp_path / "pepper"))
    assert file.get(text.id).last_used_ns == used
    assert [action.action for action in file.record()] == ["created"]
    file.close()


async def test_a_start_that_fails_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "pepper").write_text("no pepper")
    (tmp_path / "pepper").chmod(0o600)
    ring = KeyRing(tmp_path / "keys.sqlite", tmp_path / "pepper", SystemClock())
    with pytest.raises(KeyStoreError, match="hexadecimal"):
        await ring.start()
    await ring.stop()
    assert not (tmp_path / "keys.sqlite").exists()


async def test_a_lost_pepper_is_not_replaced(ring: KeyRing, tmp_path: Path) -> None:
    await ring.create(SPEC, "me")
    (tmp_path / "private" / "pepper").unlink()
    second = KeyRing(ring.path, tmp_path / "private" / "pepper", SystemClock())
    with pytest.raises(KeyStoreError, match="Put it back"):
        await second.start()
