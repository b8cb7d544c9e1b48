"""``tagwatch audit``: verify and export the audit store in a terminal."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from app import config
from app.errors import GatewayError
from app.records import audit_query, audit_table
from app.records.audit_file import AuditFile, Head
from app.records.audit_query import AuditQuery
from app.records.export import SUFFIXES, write_table

_EXIT_CODES = """exit codes:
  0 done, the store is whole      2 bad arguments
  1 the store is damaged          6 the store or the table could not be read or written
"""
_DONE, _DAMAGED, _FAILED = 0, 1, 6


def usual_file() -> Path:
    """Where this user's audit store is."""
    return config.directory() / "audit.sqlite"


def add_parser(commands: Any) -> None:
    """``commands`` is what ``add_subparsers`` gave."""
    audit = commands.add_parser("audit", help="verify or export the record of writes")
    actions = audit.add_subparsers(dest="action", required=True, metavar="ACTION")
    verify = actions.add_parser(
        "verify",
        help="look for changed, missing or exchanged records",
        description="Read the whole chain of records and name the first that is not as it was written.",
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verify.add_argument("store", metavar="FILE", nargs="?", type=Path, help="the store; without it, this user's")
    verify.add_argument("--known", metavar="NUMBER:HASH", help="a fingerprint that verify printed earlier")
    export = actions.add_parser(
        "export",
        help="write the records as a table",
        description=f"Write all records as a table: {', '.join(SUFFIXES)}.",
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    export.add_argument("table", metavar="FILE", type=Path, help="the table to write")
    export.add_argument("--store", metavar="FILE", type=Path, help="the store; without it, this user's")


def run(arguments: argparse.Namespace) -> int:
    """The exit code. ValueError = bad arguments."""
    known = Head.parse(arguments.known) if arguments.action == "verify" and arguments.known else None
    try:
        store = AuditFile(arguments.store or usual_file(), read_only=True)
        try:
            return _verify(store, known) if arguments.action == "verify" else _export(store, arguments.table)
        finally:
            store.close()
    except GatewayError as error:
        return _failed(error.fault.message)
    except OSError as error:
        return _failed(str(error))


def _verify(store: AuditFile, known: Head | None) -> int:
    verdict = store.verify(known)
    if verdict.problem:
        sys.stderr.write(f"tagwatch: {store.damaged(verdict.problem).fault.message}.\n")
        return _DAMAGED
    sys.stdout.write(f"{store.path}: {verdict.records:,} records, all as they were written\n")
    if verdict.head is not None:
        sys.stdout.write(f"fingerprint {verdict.head}\n")
    return _DONE


def _export(store: AuditFile, table: Path) -> int:
    count = write_table(
        table, audit_table.COLUMNS, audit_table.cells(audit_query.every(store, AuditQuery())), sheet="Audit"
    )
    sys.stdout.write(f"{table}: {count:,} writes\n")
    return _DONE


def _failed(words: str) -> int:
    sys.stderr.write(f"tagwatch: {words}\n")
    return _FAILED
