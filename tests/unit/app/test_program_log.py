"""The program's own log in memory: bounded, numbered, and without what errors say."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator

import pytest

from app.records import program_log
from app.records.program_log import ProgramLog, safe_traceback


@pytest.fixture
def log() -> Iterator[tuple[ProgramLog, logging.Logger]]:
    ring, logger = ProgramLog(), logging.getLogger("tests.program_log")
    logger.addHandler(ring)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    yield ring, logger
    logger.removeHandler(ring)
    logger.propagate = True


def test_lines_are_numbered_and_the_oldest_go(
    log: tuple[ProgramLog, logging.Logger], monkeypatch: pytest.MonkeyPatch
) -> None:
    ring, logger = log
    for number in range(program_log._LINES + 10):
        logger.info("line %d", number)
    logger.debug("not kept")
    assert len(ring.lines()) == program_log._LINES
    last = ring.lines()[-1]
    assert (last.words, last.template, last.level_name) == (
        f"line {program_log._LINES + 9}", "tests.program_log: line %d", "info",
    )  # fmt: skip
    assert [line.number for line in ring.lines(last.number - 2)] == [last.number - 1, last.number]
    logger.warning("w")
    logger.error("e")
    told = ring.statistics()
    assert (told.lines, told.kept, told.warnings, told.errors) == (
        program_log._LINES + 12, program_log._LINES, 1, 1,
    )  # fmt: skip


def test_an_error_is_told_by_its_kind_and_place_not_by_what_it_says(log: tuple[ProgramLog, logging.Logger]) -> None:
    ring, logger = log
    try:
        float("CANARY is no number")
    except ValueError:
        logger.exception("reading failed")
    words = ring.lines()[-1].words
    assert "reading failed" in words
    assert "ValueError" in words
    assert "test_program_log.py, line" in words
    assert "CANARY" not in words
    assert "float(" not in words, "the code may hold values too"


def test_arguments_that_do_not_fit_end_nothing() -> None:
    ring = ProgramLog()
    ring.emit(logging.LogRecord("x", logging.INFO, "x.py", 1, "%d things", ("many",), None))
    assert ring.lines()[-1].words == "%d things"


def test_records_come_from_any_thread(log: tuple[ProgramLog, logging.Logger]) -> None:
    ring, logger = log
    threads = [threading.Thread(target=lambda: [logger.info("x") for _ in range(200)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(line.number for line in ring.lines()) == list(range(1, 801))


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ('  File "/home/me/app/x.py", line 3, in f', "  x.py, line 3, in f"),
        ('  File "C:\\Users\\me\\x.py", line 3, in f', "  x.py, line 3, in f"),
        ("app.errors.GatewayError: Code: CANARY", "app.errors.GatewayError"),
        ("KeyError", "KeyError"),
        ("    value = 'CANARY'", ""),
        ("CANARY", ""),
        ("", ""),
    ],
)
def test_lines_of_a_traceback(line: str, kept: str) -> None:
    assert safe_traceback(line) == kept
