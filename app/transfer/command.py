"""``tagwatch export`` and ``tagwatch import``: what was recorded, as files; recordings of others, looked at and taken
over."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

_EXIT_CODES = """exit codes:
  0 done                     2 bad arguments
  1 some rows were left out  6 a file could not be read or written
"""


def add_parser(commands: Any) -> None:
    """``commands`` is what ``add_subparsers`` gave."""
    export = commands.add_parser(
        "export",
        help="write what was recorded as a file",
        description=(
            "Write what the recorder holds: samples as a table (.csv, .parquet, .xlsx), or an incident with events, "
            "alarms and writes as one .zip, or one .xlsx with --incident."
        ),
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    export.add_argument("file", metavar="FILE", type=Path, help="the file to write; its suffix says what it is")
    export.add_argument(
        "--from", dest="start", metavar="TIME", default="1h", help="a time, or so long before --to: 90min, 2d"
    )
    export.add_argument("--to", dest="stop", metavar="TIME", help="a time; without it, now")
    export.add_argument("--zone", default="UTC", help="the zone of times that do not say theirs")
    export.add_argument(
        "--tag", action="append", default=[], metavar="SOURCE:TAG", help="with * and ?; without it, all"
    )
    export.add_argument("--incident", action="store_true", help="events, alarms and writes too")
    export.add_argument("--records", type=Path, metavar="FOLDER", help="the recorder's store; without it, this user's")
    export.add_argument("--quiet", action="store_true", help="no progress")
    bring = commands.add_parser(
        "import",
        help="look at a recording, write it as one that plays, or take it into the records",
        description=(
            "Read a CSV or Parquet recording of any layout; tell what its columns are taken for and which rows cannot "
            "be read; with --output, write it as a table that 'tagwatch watch replay' and the window play; with "
            "--record, take it into the records, where trends, statistics and exports find it."
        ),
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    bring.add_argument("file", metavar="FILE", type=Path, help="the recording: .csv, .txt, .tsv or .parquet")
    bring.add_argument("--output", metavar="FILE", type=Path, help="write it there: .csv, .parquet or .xlsx")
    bring.add_argument("--record", metavar="SOURCE", help="take it into the records, under the name of this source")
    bring.add_argument("--records", type=Path, metavar="FOLDER", help="the recorder's store; without it, this user's")
    bring.add_argument("--preview", action="store_true", help="look at its first rows alone")
    bring.add_argument(
        "--layout", type=Path, metavar="FILE", help="what the columns mean, as --preview --json prints it"
    )
    bring.add_argument("--json", action="store_true", help="print the layout as JSON")
    bring.add_argument("--zone", default="", help="the zone of times that do not say theirs, as Europe/Berlin")
    bring.add_argument("--separator", default="", help="of the columns; guessed without it")
    bring.add_argument("--decimal", default="", choices=["", ".", ","], help="the decimal sign; guessed without it")
    bring.add_argument("--quiet", action="store_true", help="no progress")


def run(arguments: argparse.Namespace) -> int:
    """The exit code. ValueError = bad arguments."""
    from app.transfer import work  # noqa: PLC0415 - it loads numpy, which other commands start without

    return work.run(arguments)
