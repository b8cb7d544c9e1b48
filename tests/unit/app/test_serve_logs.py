"""Where a server's log goes, and in which form."""

from __future__ import annotations

import argparse
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.config import SettingError
from app.serve import command, logs

pytestmark = pytest.mark.clause("X9")


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    for handler in [handler for handler in root.handlers if handler not in handlers]:
        root.removeHandler(handler)
        handler.close()
    root.setLevel(level)


def test_a_file_gets_json_with_what_happens(tmp_path: Path) -> None:
    path = tmp_path / "logs" / "tagwatch.log"
    logs.start(None, path, verbose=False)
    logging.getLogger("app.test").info("it happened")
    logging.getLogger("app.test").debug("too much")
    logging.getLogger("asyncua").info("not of interest")
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [line["message"] for line in lines] == ["it happened"]


def test_text_tells_of_trouble_alone(tmp_path: Path) -> None:
    path = tmp_path / "log"
    logs.start("text", path, verbose=False)
    logging.getLogger("app.test").info("it happened")
    logging.getLogger("app.test").warning("trouble")
    assert path.read_text() == "tagwatch: WARNING trouble\n"


def test_a_file_that_cannot_be_written_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingError, match=r"the log file .* cannot be written"):
        logs.start(None, tmp_path / "file" / "log", verbose=False)


def test_the_form_can_be_asked_for() -> None:
    parser = argparse.ArgumentParser()
    command.add_parser(parser.add_subparsers())
    forms = [parser.parse_args(["serve", *given]).log for given in ([], ["--json-logs"], ["--text-logs"])]
    assert forms == [None, "json", "text"]


@pytest.mark.skipif("sys.platform == 'win32'")
def test_the_service_control_is_windows(tmp_path: Path) -> None:
    parser = argparse.ArgumentParser()
    command.add_parser(parser.add_subparsers())
    with pytest.raises(ValueError, match=r"installer/tagwatch\.service"):
        command.run(parser.parse_args(["serve", "--service"]))
