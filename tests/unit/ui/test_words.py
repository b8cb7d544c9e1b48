"""The translations: complete in what they say, of the same places and keys, and made into what the program loads."""

from __future__ import annotations

import ast
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.helpers.words import FOLDER, ROOT, collect, messages, release
from ui.main_window import MENUS

FILES = sorted(FOLDER.glob("*.ts"))
_PLACES = re.compile(r"\{[^{}]*\}")
_KEY = re.compile(r"&(\w)")


def translations(message: ET.Element) -> list[str]:
    """One, or one for each form of the plural; none where it is still to be done."""
    found = message.find("translation")
    assert found is not None
    if found.get("type") == "unfinished":
        return []
    forms = found.findall("numerusform")
    return [form.text or "" for form in forms] if forms else [found.text or ""]


def _pairs(ts: Path) -> list[tuple[str, str]]:
    return [(message.findtext("source") or "", words) for message in messages(ts) for words in translations(message)]


@pytest.mark.parametrize("ts", FILES, ids=lambda path: path.stem)
def test_a_translation_has_the_places_of_its_text(ts: Path) -> None:
    wrong = [pair for pair in _pairs(ts) if sorted(_PLACES.findall(pair[0])) != sorted(_PLACES.findall(pair[1]))]
    assert not wrong


@pytest.mark.parametrize("ts", FILES, ids=lambda path: path.stem)
def test_a_translation_joins_as_its_text_does(ts: Path) -> None:
    """Blanks at the ends, and what a sentence ends with."""
    wrong = [
        (text, words)
        for text, words in _pairs(ts)
        if (text[:1].isspace(), text[-1:].isspace()) != (words[:1].isspace(), words[-1:].isspace())
        or (text.endswith("…") != words.endswith("…"))
        or (text.rstrip("?").endswith(".") != words.rstrip("?").endswith("."))
        or text.count("\n") != words.count("\n")
    ]
    assert not wrong


@pytest.mark.parametrize("ts", FILES, ids=lambda path: path.stem)
def test_what_the_program_loads_is_made_of_it(ts: Path, tmp_path: Path) -> None:
    made = tmp_path / "made.qm"
    release(ts, made)
    assert made.read_bytes() == ts.with_suffix(".qm").read_bytes(), "uv run just words"


def _marked() -> set[str]:
    """Every text in ``tr`` and ``noop``, wherever it stands."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in sorted((ROOT / "ui").rglob("*.py"))]
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    texts = [call.args[0] for call in calls if getattr(call.func, "id", "") in ("tr", "noop") and call.args]
    return {text.value for text in texts if isinstance(text, ast.Constant)}


def test_every_marked_text_is_collected(tmp_path: Path) -> None:
    """The collector does not look into the braces of f-strings: a text there would never be translated."""
    ts = tmp_path / "tagwatch_de.ts"
    ts.write_text((FOLDER / ts.name).read_text(encoding="utf-8"), encoding="utf-8")
    collect(ts)
    assert _marked() - {message.findtext("source") for message in messages(ts)} == set()


@pytest.mark.parametrize("ts", FILES, ids=lambda path: path.stem)
def test_it_holds_what_is_said_and_all_of_it_is_translated(ts: Path, tmp_path: Path) -> None:
    again = tmp_path / ts.name
    again.write_text(ts.read_text(encoding="utf-8"), encoding="utf-8")
    collect(again)
    todo = [message.findtext("source") for message in messages(again) if not all(translations(message) or [""])]
    assert not todo, "uv run just words, then translate these and run it again"
    assert again.read_text(encoding="utf-8") == ts.read_text(encoding="utf-8"), "uv run just words"


@pytest.mark.parametrize("ts", FILES, ids=lambda path: path.stem)
def test_a_key_of_a_menu_opens_one_menu(ts: Path) -> None:
    """Where a text has an underlined letter its translation has one too, and no two menus have the same."""
    said = dict(_pairs(ts))
    keys = {text: _KEY.findall(said.get(text, text)) for text in (title for _, title in MENUS)}
    assert all(len(found) == 1 for found in keys.values())
    assert len({found[0].lower() for found in keys.values()}) == len(keys)
    assert not [pair for pair in said.items() if len(_KEY.findall(pair[0])) != len(_KEY.findall(pair[1]))]
