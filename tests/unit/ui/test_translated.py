"""What the window shows is translated: no literal of ``ui/`` that people read stands outside of ``tr`` and ``noop``."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


#: What Qt and our own parts show to people.
SINKS = _set(
    """
    addAction addItem addItems addMenu addRow addTab addText appendPlainText drawText insertItem insertTab
    paint_hint say setAccessibleDescription setAccessibleName setButtonText setHeaderLabels setHtml setIconText
    setInformativeText setItemText setLabel setLabelText setPlaceholderText setPlainText setPrefix
    setSpecialValueText setStatusTip setSuffix setTabText setTabToolTip setText setTitle setToolTip setWhatsThis
    setWindowTitle showMessage showText add_action QAction QCheckBox QDockWidget QFileDialog QGroupBox QLabel QMenu
    QMessageBox QPushButton QRadioButton QToolBar QToolButton Elided Choice
    """
)
#: Calls whose texts are for programs: logs, names of tasks and objects, keys, styles, patterns, samples of widths.
TECHNICAL = _set(
    """
    tr noop debug info warning error exception critical setObjectName setStyleSheet QKeySequence setDisplayFormat
    spawn act aside setShortcut QShortcut TypeVar compile fullmatch match search sub strftime Column getLogger
    add_argument ArgumentParser setApplicationName GatewayError
    """
)
#: Keyword arguments that name tasks and files for programs.
NAMES = frozenset({"name", "key", "encoding", "newline", "dialect"})
#: Files without texts of the window.
OTHERS = {
    "ui/__main__.py": "speaks in a terminal, before a language is chosen",
    "ui/display.py": "the same",
    "ui/i18n.py": "languages stand in their own words",
    "ui/loop.py": "the loop's own errors, as asyncio words them",
    "ui/theme.py": "styles",
    "ui/instance.py": "one program to the other",
    "ui/vault.py": "the name of the keyring's entries, and its log",
}
#: Whose first argument alone is a text.
FIRST = frozenset({"add_action", "addAction", "addMenu", "paint_hint", "QFileDialog", "Choice"})
#: Texts that are shown as they are, or not at all.
ALLOWED = {
    "Tagwatch": "the name of the program",
    '<div style="white-space: pre-wrap">': "markup",
    "Tagwatch window": "the name by which sources know the window",
    "Tagwatch bulk write": "the same",
    "Tagwatch trial": "the same",
    "[*] – Tagwatch": "the same, in the title",
    "UTC": "a name",
    "SHA-256": "a name",
    "tw_…": "how a key begins",
    "Statistics": "the name of a sheet: files speak English",
    "A": "the name of a cursor",
    "B": "the name of a cursor",
    "Excel (*.xlsx);;CSV (*.csv);;Parquet (*.parquet)": "names",
    "Simulated plant": "the name of a source, by which workspaces know it",
    "This computer": "the same",
    "Space": "a key",
    "End": "a key",
    "Del": "a key",
    "Infinity": "as JSON writes it",
    "None": "a security policy of OPC UA",
    "host:": "the prefix of an address",
    "yyyy-MM-dd HH:mm:ss.zzz": "a format",
    "[Reactor.SP] - [Reactor.PV]": "an expression, which is the same in every language",
    "Data": "the name of a sheet: files speak English",
    "not yet": "how the history says why it lacks something",
    "left out": "a result in a report: files speak English",
    "line and points": "how a workspace knows a style",
    "save workspace": "the name of a key",
    "broken draft": "the name of an offer",
    "read only/whole": "a key of the settings",
    "read only/sessions": "the same",
    "not installed": "a version in the support bundle",
    "tag name": "a heading of a spreadsheet, to be recognised",
    "new value": "the same",
    "set point": "the same",
    " is no object": "of an entry in a file, in the file's own words",
    "a list is an object": "the same",
    ": is no list": "the same",
}
#: Types and states by the names that OPC UA and MXAccess give them, headings of exported tables.
NAMED = {
    "ui/forms/write_flow.py": ("Boolean", "Integer", "Double", "Time", "String"),
    "ui/desk/replay.py": ("Position", "Speed", "Playing", "Loop", "Start"),  # tags of the source
    "ui/desk/trial.py": ("Running", "Failed", "Suspended", "Shutdown", "Test", "Unknown"),
    "ui/plots/series.py": ("Source", "Tag", "Value", "State", "Unit", "Quality", "From"),
    "ui/desk/diagnostics.py": ("A support bundle of Tagwatch",),
    "ui/desk/trend_records.py": ("the journal cannot be read: ", "the audit store cannot be read: "),  # told in a file
    "ui/forms/statistics.py": (  # headings of a file
        "Source",
        "Tag",
        "Unit",
        "Mean",
        "Minimum",
        "Maximum",
        "Standard deviation",
        "Total",
        "Changes",
        "Samples",
        "Seconds ",
        "From",
        "To",
        "Time in states",
    ),
}

_WORDS = re.compile(r"[^\W\d_]{2,} [^\W\d_]{2,}|^[A-Z][a-z]+(?: |$)")
_LETTERS = re.compile(r"[^\W\d_]{2,}")


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _technical(tree: ast.AST) -> set[ast.AST]:
    """What is not looked at: texts for programs, docstrings, errors, and what is compared, looked up or matched."""
    found: set[ast.AST] = set()

    def leave(node: ast.AST | None) -> None:
        if node is not None:
            found.update(ast.walk(node))

    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=ast.Constant() as words) | ast.FormattedValue(format_spec=ast.JoinedStr() as words):
                leave(words)
            case ast.Call(func=function, args=arguments, keywords=keywords):
                for argument in [*arguments, *keywords] if _name(function) in TECHNICAL else ():
                    leave(argument)
                for keyword in keywords:
                    if keyword.arg in NAMES:
                        leave(keyword)
            case ast.Raise(exc=error) if isinstance(error, ast.Call):
                leave(error)
            case ast.Compare() | ast.Subscript(slice=ast.Constant()):
                for child in ast.iter_child_nodes(node):
                    if isinstance(child, ast.Constant | ast.Tuple):
                        leave(child)
            case ast.Assign(targets=[ast.Name(id="__all__")], value=names):
                leave(names)
            case ast.match_case(pattern=pattern):
                leave(pattern)
            case ast.Dict(keys=keys):
                for key in keys:
                    leave(key)
            case _:
                pass
    return found


def untranslated(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Lines and texts that people would read in English, whatever the language."""
    technical = _technical(tree)
    shown = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and _name(node.func) in SINKS
        for argument in (node.args[:1] if _name(node.func) in FIRST else node.args)
        for inner in _direct(argument)
    }
    for node in ast.walk(tree):
        if node in technical or not isinstance(node, ast.Constant):
            continue
        if isinstance(node.value, str) and node.value not in ALLOWED:
            reads_like_one = _LETTERS if node in shown else _WORDS
            if reads_like_one.search(node.value):
                yield node.lineno, node.value


def _direct(node: ast.AST) -> Iterator[ast.AST]:
    """The texts of an argument, without those of calls inside it: each of these is looked at by itself."""
    if isinstance(node, ast.Constant):
        yield node
    elif isinstance(node, ast.Call) and _name(node.func) == "join":
        yield from _direct(node.args[0])
    elif not isinstance(node, ast.Call | ast.Lambda | ast.Subscript | ast.Compare):
        for child in ast.iter_child_nodes(node):
            yield from _direct(child)


def _sources() -> list[Path]:
    found = sorted((ROOT / "ui").rglob("*.py"))
    return [path for path in found if path.relative_to(ROOT).as_posix() not in OTHERS]


@pytest.mark.parametrize("path", _sources(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_text_that_people_read_is_translated(path: Path) -> None:
    named = NAMED.get(path.relative_to(ROOT).as_posix(), ("\0",))
    found = [one for one in untranslated(ast.parse(path.read_text(encoding="utf-8"))) if not one[1].startswith(named)]
    assert not found, "put these through ui.i18n.tr, or say in ALLOWED why not: " + "; ".join(
        f"{path.name}:{line} {text!r}" for line, text in found
    )


@pytest.mark.parametrize(
    "source",
    [
        'QLabel("Wert")',
        'label.setText("ready")',
        'label.setText(f"{count} rows")',
        'label.setToolTip("ready" if ready else "")',
        'label.setText("; ".join([name, "none"]))',
        'button = QPushButton(text="x", parent=None) or "Write now"',
        'def words():\n    return "not live, was good"',
        'HEADERS = ("Name", "Value")',
        'desk.say("Choose a session first.")',
    ],
)
def test_a_text_that_is_not_translated_is_found(source: str) -> None:
    assert list(untranslated(ast.parse(source)))


@pytest.mark.parametrize(
    "source",
    [
        '"""A docstring of words."""',
        'label.setText(tr("ready"))',
        'label.setText(tr("{count} rows").format(count=3))',
        'label.setStyleSheet("color: red; border: none")',
        'HEADERS = (noop("Name"), noop("Value"))',
        'spawn(work(), name="keep workspace")',
        'log.warning("%s cannot be restored", name)',
        'labels["Source time"].setText(words)',
        'label.setText(f"{value:.3f}")',
    ],
)
def test_texts_for_programs_and_translated_ones_are_left_alone(source: str) -> None:
    assert not list(untranslated(ast.parse(source)))
