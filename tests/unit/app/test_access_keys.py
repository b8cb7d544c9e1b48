"""Keys: made, kept, checked, rotated, revoked, and never told."""

from __future__ import annotations

import copy
import os
import pickle
import sqlite3
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.access import pepper
from app.access.errors import KeyStateError, KeyStoreError, UnknownKeyError
from app.access.key_file import KeyFile
from app.access.keys import (
    KEY_PATTERN,
    WRITE_CLASSES,
    Constraints,
    KeySpec,
    KeyText,
    class_name,
    parse_class,
    without_keys,
)
from app.access.pepper import Pepper
from app.access.scopes import READING, Scope, parse_scopes, permits
from app.values import SecurityClass

NOW = 1_800_000_000_000_000_000
DAY = 86_400 * 10**9
SPEC = KeySpec("desk", frozenset((Scope.INVOKE_READ,)))
PEPPER = Pepper(bytes(range(32)))


@pytest.fixture
def store(tmp_path: Path):
    file = KeyFile(tmp_path / "keys.sqlite", PEPPER)
    yield file
    file.close()


# ---- scopes


@pytest.mark.clause("X2")
def test_the_names_of_scopes() -> None:
    assert {str(scope) for scope in Scope} == {
        "session:open", "session:close", "invoke:read", "invoke:write", "invoke:secure", "events:read",
        "metadata:read", "records:read", "alarms:read", "alarms:write", "admin",
    }  # fmt: skip
    assert all(scope.words for scope in Scope)
    assert not READING & {Scope.INVOKE_WRITE, Scope.INVOKE_SECURE, Scope.ALARMS_WRITE, Scope.ADMIN}


@pytest.mark.clause("X2")
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("invoke:raed", "did you mean invoke:read"),
        ("Admin", "did you mean admin"),
        ("", "known are"),
        ("*", "known are"),
    ],
)
def test_a_scope_that_is_none_is_named(name: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse_scopes(["invoke:read", name])


@pytest.mark.clause("X2")
def test_a_key_without_a_scope_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one scope"):
        KeySpec("desk", frozenset())


@pytest.mark.clause("X2")
def test_admin_permits_everything_and_nothing_else_does() -> None:
    everything = frozenset(Scope) - {Scope.ADMIN}
    assert all(permits(frozenset((Scope.ADMIN,)), scope) for scope in Scope)
    assert not permits(everything, Scope.ADMIN)
    assert not permits(frozenset((Scope.INVOKE_READ,)), Scope.INVOKE_WRITE)


# ---- the text of a key


@pytest.mark.clause("X1")
def test_a_key_has_an_id_and_thirty_two_random_bytes() -> None:
    texts = {KeyText.new().reveal() for _ in range(200)}
    assert len(texts) == 200
    for text in texts:
        found = KEY_PATTERN.fullmatch(text)
        assert found is not None
        assert len(found["secret"]) == 43  # 32 bytes in base64
        assert KeyText.parse(text).reveal() == text


@pytest.mark.clause("X1", "X6")
@given(st.text())
def test_what_is_no_key_is_refused_without_a_word_of_it(text: str) -> None:
    if KEY_PATTERN.fullmatch(text):
        return
    with pytest.raises(ValueError) as error:
        KeyText.parse(text)
    assert str(error.value) == "not an API key: tw_<id>_<secret>"


@pytest.mark.clause("X6")
def test_a_key_does_not_tell_itself() -> None:
    key = KeyText.new()
    secret = key.reveal().rpartition(f"tw_{key.id}_")[2]
    for text in (repr(key), str(key), f"{key}", f"{[key]}"):
        assert secret not in text
        assert key.id in text
    with pytest.raises(TypeError):
        pickle.dumps(key)
    with pytest.raises(TypeError):
        copy.copy(key)
    assert without_keys(f"a {key.reveal()} b") == f"a tw_{key.id}_••• b"
    assert "0001" not in repr(PEPPER)
    assert str(PEPPER) == repr(PEPPER)


@pytest.mark.clause("X1")
def test_the_digest_depends_on_pepper_id_and_secret() -> None:
    key = KeyText.new()
    secret = key.reveal()[-43:]
    same = KeyText.parse(key.reveal()).digest(PEPPER.content)
    assert key.digest(PEPPER.content) == same
    others = (
        key.digest(bytes(32)),
        KeyText(KeyText.new().id, secret).digest(PEPPER.content),
        KeyText.new(key.id).digest(PEPPER.content),
    )
    assert same not in others


# ---- limits


@pytest.mark.clause("X4")
def test_limits_are_kept_as_they_were_given() -> None:
    constraints = Constraints(("Plant",), (), ("Tank*",), ("Tank101",), True, SecurityClass.TUNE)
    assert Constraints.from_json(constraints.to_json()) == constraints
    assert Constraints().to_json() == "{}"
    assert Constraints.from_json("{}") == Constraints()


@pytest.mark.clause("X4")
@pytest.mark.parametrize(
    "text",
    ['{"colour": 1}', "[]", '{"read": "Tank"}', '{"read": [1]}', '{"read_only": 1}', '{"write_class": "x"}', "{"],
)
def test_a_limit_that_is_not_understood_is_not_dropped(text: str) -> None:
    with pytest.raises(ValueError):
        Constraints.from_json(text)


@pytest.mark.clause("X4")
def test_classes_go_by_their_names() -> None:
    assert [parse_class(class_name(member).upper()) for member in WRITE_CLASSES] == list(WRITE_CLASSES)
    with pytest.raises(ValueError, match="SecuredWrite"):
        parse_class("ViewOnly")
    with pytest.raises(ValueError, match="ViewOnly is no class that can be written"):
        Constraints(write_class=SecurityClass.VIEW_ONLY)


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "x" * 101, KeyText.new().reveal()])
def test_a_key_needs_a_name_that_can_be_shown(name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        KeySpec(name, frozenset((Scope.ADMIN,)))


# ---- the store


@pytest.mark.clause("X1")
def test_a_key_is_kept_without_its_secret(store: KeyFile) -> None:
    text = store.create(SPEC, NOW, "me@here")
    (info,) = store.all()
    assert (info.id, info.spec, info.created_ns, info.last_used_ns) == (text.id, SPEC, NOW, None)
    assert info.digest == text.digest(PEPPER.content)
    store.close()
    kept = b"".join(path.read_bytes() for path in store.path.parent.iterdir())
    assert text.reveal()[-43:].encode() not in kept
    assert PEPPER.content not in kept


@pytest.mark.clause("X1")
@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX'")
def test_the_file_is_its_owners_alone(store: KeyFile) -> None:
    store.create(SPEC, NOW, "me")
    assert {path.stat().st_mode & 0o777 for path in store.path.parent.iterdir()} == {0o600}


@pytest.mark.clause("X1")
def test_a_rotated_key_has_another_secret_and_the_same_rights(store: KeyFile) -> None:
    first = store.create(SPEC, NOW, "me")
    second = store.rotate(first.id, NOW + 1, "me")
    (info,) = store.all()
    assert second.id == first.id
    assert info.digest == second.digest(PEPPER.content) != first.digest(PEPPER.content)
    assert (info.rotated_ns, info.spec) == (NOW + 1, SPEC)


@pytest.mark.clause("X1")
def test_a_revoked_key_stays_revoked(store: KeyFile) -> None:
    text = store.create(SPEC, NOW, "me")
    store.revoke(text.id, NOW + 1, "me")
    store.revoke(text.id, NOW + 2, "me")
    with pytest.raises(KeyStateError, match="is revoked and stays so: create a new one"):
        store.rotate(text.id, NOW + 3, "me")
    (info,) = store.all()
    assert info.revoked_ns == NOW + 1
    assert info.digest == text.digest(PEPPER.content)
    assert [action.action for action in store.record()] == ["revoked", "created"]
    database = sqlite3.connect(store.path)
    for change in ("revoked_ns = NULL", "revoked_ns = 5", "digest = x'00'"):
        with pytest.raises(sqlite3.IntegrityError, match="stays revoked"):
            database.execute(f"UPDATE keys SET {change}")
    database.close()


@pytest.mark.clause("X1")
def test_an_expired_key_is_not_rotated_into_life(store: KeyFile) -> None:
    text = store.create(KeySpec("short", SPEC.scopes, expires_ns=NOW + DAY), NOW, "me")
    assert store.get(text.id).refusal(NOW + DAY - 1) == ""
    assert store.get(text.id).refusal(NOW + DAY) == "expired"
    with pytest.raises(KeyStateError, match="is expired"):
        store.rotate(text.id, NOW + DAY, "me")
    with pytest.raises(KeyStateError, match="expired from the start"):
        store.create(KeySpec("late", SPEC.scopes, expires_ns=NOW), NOW, "me")


@pytest.mark.clause("X1")
def test_a_deleted_key_leaves_its_record_and_its_id_is_not_used_again(store: KeyFile) -> None:
    text = store.create(SPEC, NOW, "me@here")
    store.delete(text.id, NOW + 1, "you@there")
    assert store.all() == []
    with pytest.raises(UnknownKeyError, match="tagwatch keys list"):
        store.get(text.id)
    deleted, created = store.record()
    assert (deleted.action, deleted.key_id, deleted.actor) == ("deleted", text.id, "you@there")
    assert (created.action, created.scopes) == ("created", "invoke:read")
    database = sqlite3.connect(store.path)
    with pytest.raises(sqlite3.IntegrityError, match="not used again"):
        database.execute(
            "INSERT INTO keys VALUES (?, 'x', 'admin', '{}', 1, NULL, NULL, x'', NULL, NULL, NULL)", [text.id]
        )
    for statement in ("UPDATE audit SET actor = 'x'", "DELETE FROM audit"):
        with pytest.raises(sqlite3.IntegrityError, match="record of keys"):
            database.execute(statement)
    database.close()


@pytest.mark.parametrize("action", ["rotate", "revoke", "delete"])
def test_what_is_done_to_a_key_that_is_not_there_is_refused_and_leaves_nothing(store: KeyFile, action: str) -> None:
    with pytest.raises(UnknownKeyError):
        getattr(store, action)("nobody", NOW, "me")
    assert store.record() == []


@pytest.mark.clause("X1")
def test_another_pepper_is_named(store: KeyFile) -> None:
    store.create(SPEC, NOW, "me")
    with pytest.raises(KeyStoreError, match="another pepper"):
        KeyFile(store.path, Pepper(bytes(32)))


def test_what_is_no_key_store_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite"
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE precious (a)")
    database.commit()
    database.close()
    with pytest.raises(KeyStoreError, match="no key store of Tagwatch"):
        KeyFile(path, PEPPER)
    path.write_bytes(b"not a database, but something of somebody's" * 100)
    with pytest.raises(KeyStoreError, match="cannot be used"):
        KeyFile(path, PEPPER)
    assert path.read_bytes().startswith(b"not a database")


def test_a_row_that_cannot_be_understood_is_not_let_through(store: KeyFile) -> None:
    text = store.create(SPEC, NOW, "me")
    database = sqlite3.connect(store.path)
    database.execute("UPDATE keys SET constraints = '{\"only_on_mondays\": true}'")
    database.commit()
    database.close()
    with pytest.raises(KeyStoreError, match=f"key {text.id} .* cannot be understood: 'only_on_mondays'"):
        store.all()


@pytest.mark.clause("X1")
def test_a_store_is_opened_as_bytes_whatever_its_last_one_is(tmp_path: Path) -> None:
    """Windows takes 0x1A off the end of what it opens as a text to write to: here, the end of the pepper's mark."""
    kept = next(one for number in range(10_000) if (one := Pepper(number.to_bytes(32))).mark[-1] == 0x1A)
    path = tmp_path / "keys.sqlite"
    KeyFile(path, kept).close()
    assert path.read_bytes().endswith(b"\x1a")
    for _ in range(2):
        KeyFile(path, kept).close()


@pytest.mark.clause("X1")
def test_many_programs_change_keys_at_once(tmp_path: Path) -> None:
    path = tmp_path / "keys.sqlite"
    failures: list[BaseException] = []

    def work() -> None:
        try:
            file = KeyFile(path, PEPPER)
            for _ in range(5):
                text = file.create(SPEC, NOW, "me")
                file.rotate(text.id, NOW + 1, "me")
            file.close()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    file = KeyFile(path, PEPPER)
    assert (len(file.all()), len(file.record())) == (30, 60)
    file.close()


# ---- the pepper


@pytest.mark.clause("X1")
def test_a_pepper_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "private" / "pepper"
    first = pepper.load(path, make=True)
    assert pepper.load(path, make=True).content == first.content
    assert pepper.load(path).content == first.content
    assert len(first.content) == 32
    if os.name == "posix":
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.parent.stat().st_mode & 0o777 == 0o700
    assert [entry.name for entry in path.parent.iterdir()] == ["pepper"]


@pytest.mark.clause("X1")
@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX'")
def test_a_pepper_that_others_may_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "pepper"
    content = pepper.load(path, make=True).content
    path.chmod(0o640)
    with pytest.raises(KeyStoreError, match=r"mode 0640.*chmod 600"):
        pepper.load(path)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))  # systemd's own way to hand it over
    assert pepper.load(path).content == content


@pytest.mark.parametrize("content", ["", "abc", "zz" * 32, "00" * 31])
def test_a_broken_pepper_is_named_and_not_quoted(tmp_path: Path, content: str) -> None:
    path = tmp_path / "pepper"
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(KeyStoreError) as error:
        pepper.load(path)
    assert "pepper" in str(error.value)
    assert not content or content not in str(error.value)


def test_a_missing_pepper_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(KeyStoreError, match="Put it back"):
        pepper.load(tmp_path / "pepper")
