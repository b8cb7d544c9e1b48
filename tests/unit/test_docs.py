"""The pages tell the truth: promises have tests, marks have promises, links lead somewhere."""

from __future__ import annotations

import ast
import pathlib
import re
from collections.abc import Iterator

import pytest

from tests.helpers import behaviour

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]


def test_behaviour_page_is_current() -> None:
    page = behaviour.PAGE.read_text(encoding="utf-8")
    assert behaviour.filled(page, behaviour.marks()) == page, "run `just behaviour`"


def test_every_promise_has_an_id_of_its_own() -> None:
    promised = behaviour.promised(behaviour.PAGE.read_text(encoding="utf-8"))
    assert sorted(promised) == sorted(set(promised))


def test_every_promise_has_a_test() -> None:
    found = behaviour.marks()
    assert [
        clause for clause in behaviour.promised(behaviour.PAGE.read_text(encoding="utf-8")) if not found.get(clause)
    ] == []


def test_every_mark_is_promised() -> None:
    promised = behaviour.promised(behaviour.PAGE.read_text(encoding="utf-8"))
    assert sorted(set(behaviour.marks()) - set(promised)) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: pathlib.Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    targets = [target.partition("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", text)]
    local = [target for target in targets if target and "://" not in target]
    assert [target for target in local if not (page.parent / target).exists()] == []


def test_every_row_of_the_fault_table_names_tests_that_are_there() -> None:
    rows = [
        line for line in (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8").splitlines() if line[:2] == "| "
    ]
    named = [re.findall(r"`([^`]+\.py)`", row.rpartition(" | ")[2]) for row in rows[1:]]
    assert all(named)
    assert [name for names in named for name in names if not (ROOT / "tests" / name).is_file()] == []


def _texts() -> Iterator[str]:
    """What the window can say: its string literals, as far as what is filled in, without marks of keys and dots."""
    for file in (ROOT / "ui").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value.replace("&", "").partition("{")[0].removesuffix(" …").strip(" ,")


def test_the_operators_guide_uses_the_words_of_the_window() -> None:
    page = (ROOT / "docs" / "operator.md").read_text(encoding="utf-8")
    said = [word for words in re.findall(r"(?<![*\w])\*([^*\n]+)\*(?![*\w])", page) for word in words.split(" → ")]
    assert len(said) > 60, "the guide is not read as it is written"
    known = set(_texts())
    assert [word for word in said if word.removesuffix(" …") not in known] == []


def test_the_operators_guide_shows_the_window_and_is_found() -> None:
    pictures = re.findall(
        r"!\[[^\]]+\]\(images/([\w-]+)\.png\)", (ROOT / "docs" / "operator.md").read_text(encoding="utf-8")
    )
    assert len(pictures) == len(set(pictures)) > 10
    assert "(docs/operator.md)" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert "(operator.md)" in (ROOT / "docs" / "windows.md").read_text(encoding="utf-8")
