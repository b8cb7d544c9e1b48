"""Fills the tests column of docs/behaviour.md from the marks of the tests: ``python -m tests.helpers.behaviour``."""

from __future__ import annotations

import ast
import pathlib
import re
import sys
from collections.abc import Iterator

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "behaviour.md"
_ROW = re.compile(r"^\| (?P<id>[A-Z]\d+(?:\.\d+)?) \| (?P<words>.+?) \| (?P<tests>.*?)\|$")


def _ids(decorators: list[ast.expr]) -> Iterator[str]:
    for decorator in decorators:
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.clause":
            yield from (a.value for a in decorator.args if isinstance(a, ast.Constant) and isinstance(a.value, str))


def _module_ids(tree: ast.Module) -> list[str]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pytestmark":
            value = node.value.elts if isinstance(node.value, ast.List) else [node.value]
            return list(_ids(value))
    return []


def marks() -> dict[str, list[str]]:
    """Clause id -> the test modules with that mark."""
    found: dict[str, list[str]] = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        name = path.relative_to(ROOT / "tests").as_posix()
        tree = ast.parse(path.read_text(encoding="utf-8"))
        shared = _module_ids(tree)
        classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
        scopes = [(tree.body, shared), *((node.body, [*shared, *_ids(node.decorator_list)]) for node in classes)]
        for scope, inherited in scopes:
            for node in scope:
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test"):
                    for clause in dict.fromkeys([*inherited, *_ids(node.decorator_list)]):
                        modules = found.setdefault(clause, [])
                        if name not in modules:
                            modules.append(name)
    return found


def filled(page: str, found: dict[str, list[str]]) -> str:
    def fill(line: str) -> str:
        if not (row := _ROW.match(line)):
            return line
        tests = ", ".join(found.get(row["id"], ()))
        return f"| {row['id']} | {row['words']} | {tests} |" if tests else f"| {row['id']} | {row['words']} | |"

    return "\n".join(map(fill, page.splitlines())) + "\n"


def promised(page: str) -> list[str]:
    return [row["id"] for line in page.splitlines() if (row := _ROW.match(line))]


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), marks()), encoding="utf-8")
    sys.stdout.write(f"{PAGE.relative_to(ROOT)} is current\n")
