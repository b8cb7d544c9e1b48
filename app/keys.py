"""``tagwatch keys``: create, list, rotate, revoke and delete the keys of the API in a terminal."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app import config
from app.access import certificates, key_file, pepper
from app.access.certificates import CertificateError, OwnCertificates
from app.access.errors import KeyStoreError
from app.access.key_file import KeyFile
from app.access.keys import WRITE_CLASSES, Constraints, KeyInfo, KeySpec, KeyText, class_name, parse_class, parse_expiry
from app.access.private_files import make_private
from app.access.scopes import READING, Scope, parse_scopes
from app.records.audit_record import Who
from app.values import SecurityClass, iso_utc

_EXIT_CODES = """exit codes:
  0 done                          2 bad arguments
  1 there is no such key, or it is in the wrong state
  6 the key store could not be read or written
"""
_DONE, _REFUSED, _FAILED = 0, 1, 6


def add_parser(commands: Any) -> None:
    """``commands`` is what ``add_subparsers`` gave."""
    keys = commands.add_parser("keys", help="create, list and revoke the keys of the API")
    actions = keys.add_subparsers(dest="action", required=True, metavar="ACTION")
    _add_create(actions)
    for name, words in {
        "rotate": "give a key a new secret; the old one opens nothing from then on",
        "revoke": "end a key for good",
        "delete": "remove a key; what was done to it stays in the record",
    }.items():
        _action(actions, name, words).add_argument("key", metavar="ID", help="the middle part of tw_ID_SECRET")
    for name, words in {"list": "show all keys", "record": "show what was done to keys"}.items():
        _action(actions, name, words)
    client = _action(
        actions, "client", "make a certificate for one client, where the server asks for them (api_client_ca)"
    )
    client.add_argument("name", metavar="NAME", help="whose it is")
    client.add_argument(
        "file", metavar="FILE", type=Path, help="where to: certificate and private key as PEM, a new file"
    )
    _action(actions, "authority", "show where the certificate is that clients trust (api_tls = own)")


def _add_create(actions: Any) -> None:
    create = _action(
        actions,
        "create",
        "make a key; its secret is shown once",
        "scopes:\n" + "\n".join(f"  {scope:<16}{scope.words}" for scope in Scope),
    )
    create.add_argument("name", metavar="NAME", help="what it is for")
    create.add_argument("--scope", action="append", default=[], metavar="SCOPE", help="what it may do; several times")
    create.add_argument("--reading", action="store_true", help="all scopes that only look")
    create.add_argument("--expires", metavar="WHEN", help="12h, 90d, 52w, or a time like 2027-01-31T12:00Z")
    create.add_argument("--calls", type=float, metavar="N", help="calls a second, instead of the setting's")
    limits = create.add_argument_group(
        "limits",
        "Patterns name a tag with everything below it, or are globs with * and ?. Each may be given several times.",
    )
    for name, words in {
        "source": "only these sources and sessions, by their names",
        "browse": "only these parts of a name space",
        "read": "only these tags",
        "write": "of those that are read, write only these",
    }.items():
        limits.add_argument(f"--{name}", action="append", metavar="PATTERN", help=words)
    limits.add_argument("--read-only", action="store_true", help="write nothing, whatever the scopes say")
    limits.add_argument(
        "--write-class", metavar="CLASS", help="the highest class of tags: " + ", ".join(map(class_name, WRITE_CLASSES))
    )


def _action(actions: Any, name: str, words: str, more: str = "") -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = actions.add_parser(
        name,
        help=words,
        description=f"{words[0].upper()}{words[1:]}.",
        epilog=f"{more}\n\n{_EXIT_CODES}".lstrip(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true", help="JSON, a line each")
    parser.add_argument("--store", type=Path, metavar="FILE", help="the key store; without it, the settings'")
    parser.add_argument("--pepper", type=Path, metavar="FILE", help="its pepper; without it, the settings'")
    parser.add_argument("--settings", type=Path, metavar="FILE", help="settings (TOML)")
    return parser


def run(arguments: argparse.Namespace) -> int:
    """The exit code. ValueError = bad arguments."""
    if arguments.action in ("client", "authority"):
        return _certificate(arguments)
    now_ns = time.time_ns()
    spec = _spec(arguments, now_ns) if arguments.action == "create" else None
    settings = config.load(arguments.settings or config.usual_file())
    path = arguments.store or key_file.of(settings)
    if spec is None and not path.exists():
        return _nothing_there(arguments, path)
    try:
        with key_file.opened(path, arguments.pepper or pepper.of(settings), make=spec is not None) as store:
            if spec is not None:
                return _create(store, spec, arguments)
            return _ACTIONS[arguments.action](store, arguments, now_ns)
    except KeyStoreError as error:
        return _told(_REFUSED if isinstance(error, key_file.REFUSALS) else _FAILED, error)


def _certificate(arguments: argparse.Namespace) -> int:
    own = OwnCertificates(certificates.usual_directory())
    try:
        if arguments.action == "client":
            made = own.client(arguments.name)
            make_private(arguments.file, made.certificate + made.private_key)
            entry = {"file": str(arguments.file), "fingerprint": made.fingerprint}
        else:
            entry = {"file": str(own.authority_file), "fingerprint": own.authority().fingerprint}
    except FileExistsError:
        return _told(_FAILED, f"{arguments.file} is there already: name a new file")
    except (CertificateError, OSError) as error:
        return _told(_FAILED, error)
    words = f"{entry['file']}\nSHA-256 {entry['fingerprint']}"
    sys.stdout.write((json.dumps(entry) if arguments.json else words) + "\n")
    return _DONE


def _nothing_there(arguments: argparse.Namespace, path: Path) -> int:
    if arguments.action in ("list", "record"):
        if not arguments.json:
            sys.stderr.write(f"tagwatch: there are no keys yet in {path}; tagwatch keys create makes one\n")
        return _DONE
    return _told(_REFUSED, f"there is no key {arguments.key}: {path} is not there")


def _told(code: int, words: object) -> int:
    sys.stderr.write(f"tagwatch: {words}\n")
    return code


# ---- the actions


def _create(store: KeyFile, spec: KeySpec, arguments: argparse.Namespace) -> int:
    return _shown_once(store.create(spec, time.time_ns(), _actor()), arguments)


def _rotate(store: KeyFile, arguments: argparse.Namespace, now_ns: int) -> int:
    return _shown_once(store.rotate(arguments.key, now_ns, _actor()), arguments)


def _shown_once(text: KeyText, arguments: argparse.Namespace) -> int:
    if arguments.json:
        sys.stdout.write(json.dumps({"id": text.id, "key": text.reveal()}) + "\n")
        return _DONE
    sys.stdout.write(f"{text.reveal()}\n")
    sys.stdout.flush()
    sys.stderr.write("tagwatch: keep this key now, it cannot be shown again; whoever has it can use it\n")
    return _DONE


def _revoke(store: KeyFile, arguments: argparse.Namespace, now_ns: int) -> int:
    store.revoke(arguments.key, now_ns, _actor())
    return _done(arguments, "revoked")


def _delete(store: KeyFile, arguments: argparse.Namespace, now_ns: int) -> int:
    store.delete(arguments.key, now_ns, _actor())
    return _done(arguments, "deleted")


def _done(arguments: argparse.Namespace, words: str) -> int:
    if arguments.json:
        sys.stdout.write(json.dumps({"id": arguments.key, "state": words}) + "\n")
    else:
        sys.stdout.write(f"key {arguments.key} is {words}\n")
    return _DONE


def _list(store: KeyFile, arguments: argparse.Namespace, now_ns: int) -> int:
    for info in store.all():
        sys.stdout.write((json.dumps(_entry(info, now_ns)) if arguments.json else _line(info, now_ns)) + "\n")
    return _DONE


def _record(store: KeyFile, arguments: argparse.Namespace, now_ns: int) -> int:
    for action in reversed(store.record()):
        entry = {
            "number": action.number,
            "time": iso_utc(action.time_ns),
            "action": action.action,
            "id": action.key_id,
            "name": action.name,
            "actor": action.actor,
            "scopes": action.scopes.split(),
            "constraints": json.loads(action.constraints),
        }
        words = f"{entry['time']}  {action.action:<8} {action.key_id}  {action.name}  by {action.actor}"
        sys.stdout.write((json.dumps(entry) if arguments.json else words) + "\n")
    return _DONE


_ACTIONS: dict[str, Callable[[KeyFile, argparse.Namespace, int], int]] = {
    "rotate": _rotate,
    "revoke": _revoke,
    "delete": _delete,
    "list": _list,
    "record": _record,
}


def _entry(info: KeyInfo, now_ns: int) -> dict[str, Any]:
    def when(ns: int | None) -> str | None:
        return None if ns is None else iso_utc(ns)

    return {
        "id": info.id,
        "name": info.spec.name,
        "state": info.state(now_ns),
        "scopes": sorted(info.spec.scopes),
        "constraints": json.loads(info.spec.constraints.to_json()),
        "created": when(info.created_ns),
        "rotated": when(info.rotated_ns),
        "expires": when(info.spec.expires_ns),
        "revoked": when(info.revoked_ns),
        "last_used": when(info.last_used_ns),
        "calls_per_s": info.spec.calls_per_s,
    }


def _line(info: KeyInfo, now_ns: int) -> str:
    used = "never used" if info.last_used_ns is None else f"last used {iso_utc(info.last_used_ns)}"
    limits = info.spec.constraints.to_json()
    expires = "" if info.spec.expires_ns is None else f", expires {iso_utc(info.spec.expires_ns)}"
    return (
        f"{info.id}  {info.state(now_ns):<8} {info.spec.name}: {' '.join(sorted(info.spec.scopes))}"
        f"{'' if limits == '{}' else f', {limits}'}; {used}{expires}"
    )


# ---- arguments


def _spec(arguments: argparse.Namespace, now_ns: int) -> KeySpec:
    scopes = parse_scopes([*arguments.scope, *(READING if arguments.reading else ())])

    def patterns(given: list[str] | None) -> tuple[str, ...] | None:
        return None if given is None else tuple(given)

    constraints = Constraints(
        patterns(arguments.source),
        patterns(arguments.browse),
        patterns(arguments.read),
        patterns(arguments.write),
        arguments.read_only,
        parse_class(arguments.write_class) if arguments.write_class else SecurityClass.VERIFIED_WRITE,
    )
    expires = _expiry(arguments.expires, now_ns) if arguments.expires else None
    return KeySpec(arguments.name, scopes, constraints, expires, arguments.calls)


def _expiry(text: str, now_ns: int) -> int:
    try:
        return parse_expiry(text, now_ns)
    except ValueError as error:
        raise ValueError(f"--expires {error}") from None


def _actor() -> str:
    return str(Who.here())
