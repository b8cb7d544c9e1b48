"""Expressions over tags, as ``[Tank101.Level] - [Plant:Tank301.Level]``: read once into closures, never run as code.

An evaluator of our own, for the libraries there are walk the tree anew for each value and bring names, attributes and
texts that would have to be locked away again: here only what is listed below exists at all.
"""

from __future__ import annotations

import ast
import math
import operator
import re
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ui.i18n import noop, tr

LENGTH = 1000
_NODES = 200
_DEPTH = 40
_SHIFT = 64
_EXPONENT = 1024
#: Rounding to more digits than this, before or after the point, changes nothing more; and it is counted out in full.
_DIGITS = 1024
#: What a name in brackets becomes.
_VARIABLE = re.compile(r"\b_(\d+)_\b")
#: Whole numbers stay exact up to this; what is larger is refused, for it could be made to grow for ever.
_LARGEST = 1 << 128

Operand = bool | int | float | str
_Inputs = Sequence[Operand]
_Step = Callable[[_Inputs], Operand]

DIVISION = noop("division by zero")
DOMAIN = noop("not defined for these values")
TOO_LARGE = noop("the result is too large")
NOT_NUMBERS = noop("text is not a number")


class ExpressionError(ValueError):
    """What is wrong with an expression, or with these values, in words."""


@dataclass(frozen=True, slots=True)
class Program:
    """A checked expression. ``names`` are what stands in brackets, each once; ``run`` takes their values in that order
    and raises ExpressionError."""

    text: str
    names: tuple[str, ...]
    run: Callable[[_Inputs], Operand]


def parse(text: str) -> Program:
    """ExpressionError says what is wrong, and where."""
    if not text.strip():
        raise ExpressionError(tr("The expression is empty."))
    if len(text) > LENGTH:
        raise ExpressionError(tr("The expression is longer than {count} characters.").format(count=LENGTH))
    plain, names = _without_names(text)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about "1if": whoever writes it is shown the result
            tree = ast.parse(plain.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ExpressionError(_where(text, error)) from None
    if sum(1 for _ in ast.walk(tree)) > _NODES:
        raise ExpressionError(tr("The expression has too many parts."))
    step = _Reader(names).read(tree.body)
    return Program(text, tuple(names), lambda inputs: _guarded(step, inputs))


def _where(text: str, error: BaseException) -> str:
    if isinstance(error, SyntaxError) and "(" in text and text.count("(") != text.count(")"):
        return tr("A parenthesis is missing.")
    return tr("This is no expression: write numbers, [tags], + - * / and functions as in max([A], [B]).")


def _without_names(text: str) -> tuple[str, list[str]]:
    """Names in brackets become variables, which nobody can write himself."""
    plain: list[str] = []
    written: list[str] = []
    names: list[str] = []
    at = 0
    while at < len(text):
        if text[at] in "\"'":
            end = text.find(text[at], at + 1)
            if end < 0:
                raise ExpressionError(tr("A quotation mark is missing."))
            plain.append(text[at : end + 1])
            at = end + 1
        elif text[at] == "[":
            end = _closing(text, at)
            name = text[at + 1 : end].strip()
            if not name:
                raise ExpressionError(tr("A tag's name is missing in [ ]."))
            if name not in names:
                names.append(name)
            plain.append(f" _{names.index(name)}_ ")
            at = end + 1
        else:
            plain.append(text[at])
            written.append(text[at])
            at += 1
            continue
        written.append(" ")
    if variable := _VARIABLE.search("".join(written)):
        raise _unknown(variable[0])
    return "".join(plain).replace("\n", " "), names


def _closing(text: str, at: int) -> int:
    """Tags of array elements have brackets of their own."""
    depth = 0
    for position in range(at, len(text)):
        depth += {"[": 1, "]": -1}.get(text[position], 0)
        if not depth:
            return position
    raise ExpressionError(tr("A bracket ] is missing."))


def _guarded(step: _Step, inputs: _Inputs) -> Operand:
    try:
        return _bounded(step(inputs))
    except ZeroDivisionError:
        raise ExpressionError(tr(DIVISION)) from None
    except OverflowError:
        raise ExpressionError(tr(TOO_LARGE)) from None
    except TypeError:
        raise ExpressionError(tr(NOT_NUMBERS)) from None
    except ValueError as error:
        raise error if isinstance(error, ExpressionError) else ExpressionError(tr(DOMAIN)) from None


def _bounded(value: Operand) -> Operand:
    if isinstance(value, complex):
        raise ExpressionError(tr(DOMAIN))
    if isinstance(value, int) and abs(value) > _LARGEST:
        raise ExpressionError(tr(TOO_LARGE))
    return value


def _power(base: Operand, exponent: Operand) -> Operand:
    _numbers(base, exponent)
    if abs(exponent) > _EXPONENT:  # type: ignore[arg-type]
        raise ExpressionError(tr(TOO_LARGE))
    if isinstance(base, int) and abs(base) > _LARGEST:
        raise ExpressionError(tr(TOO_LARGE))
    if isinstance(base, int) and isinstance(exponent, int) and base.bit_length() * abs(exponent) > _EXPONENT:
        return float(base) ** exponent
    return base**exponent  # type: ignore[operator]


def _left(value: Operand, count: Operand) -> Operand:
    if not isinstance(count, int) or not 0 <= count <= _SHIFT:
        raise ExpressionError(tr(DOMAIN))
    return value << count  # type: ignore[operator]


def _rounded(value: Operand, digits: Operand = 0) -> Operand:
    places = max(-_DIGITS, min(int(digits), _DIGITS))
    return round(value, places) if digits else round(value)  # type: ignore[arg-type]


def _numbers(*values: Operand) -> None:
    if any(isinstance(value, str) for value in values):
        raise ExpressionError(tr(NOT_NUMBERS))


def _numeric(call: Callable[..., Operand]) -> Callable[..., Operand]:
    """Python would add and multiply texts."""

    def checked(*values: Operand) -> Operand:
        _numbers(*values)
        return _bounded(call(*values))

    return checked


_BINARY: dict[type[ast.operator], Callable[..., Operand]] = {
    ast.Add: _numeric(operator.add),
    ast.Sub: _numeric(operator.sub),
    ast.Mult: _numeric(operator.mul),
    ast.Div: _numeric(operator.truediv),
    ast.FloorDiv: _numeric(operator.floordiv),
    ast.Mod: _numeric(operator.mod),
    ast.Pow: _power,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
    ast.BitXor: operator.xor,
    ast.LShift: _left,
    ast.RShift: _numeric(operator.rshift),
}
_UNARY: dict[type[ast.unaryop], Callable[..., Operand]] = {
    ast.UAdd: _numeric(lambda value: +value),
    ast.USub: _numeric(lambda value: -value),
    ast.Not: operator.not_,
    ast.Invert: _numeric(lambda value: ~int(value)),
}
_COMPARE: dict[type[ast.cmpop], Callable[..., bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
#: Name -> (function, least and most arguments).
FUNCTIONS: dict[str, tuple[Callable[..., Operand], int, int]] = {
    "abs": (_numeric(lambda value: -value if value < 0 else value), 1, 1),
    "min": (_numeric(min), 2, 50),
    "max": (_numeric(max), 2, 50),
    "avg": (_numeric(lambda *values: sum(values) / len(values)), 1, 50),
    "sum": (_numeric(lambda *values: sum(values)), 1, 50),
    "round": (_numeric(_rounded), 1, 2),
    "sqrt": (_numeric(math.sqrt), 1, 1),
    "exp": (_numeric(math.exp), 1, 1),
    "ln": (_numeric(math.log), 1, 1),
    "log10": (_numeric(math.log10), 1, 1),
    "sin": (_numeric(math.sin), 1, 1),
    "cos": (_numeric(math.cos), 1, 1),
    "tan": (_numeric(math.tan), 1, 1),
    "int": (_numeric(int), 1, 1),
}
_CONSTANTS: dict[str, Operand] = {"pi": math.pi, "e": math.e}


class _Reader:
    def __init__(self, names: Sequence[str]) -> None:
        self._names = names

    def read(self, node: ast.expr, depth: int = 0) -> _Step:
        if depth > _DEPTH:
            raise ExpressionError(tr("The expression is nested too deeply."))

        def read(part: ast.expr) -> _Step:
            return self.read(part, depth + 1)

        match node:
            case ast.Constant(value=bool() | int() | float() | str() as value):
                if isinstance(value, int) and abs(value) > _LARGEST:
                    raise ExpressionError(tr(TOO_LARGE))
                return lambda inputs: value
            case ast.Name(id=name):
                return self._name(name)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
                act, one, other = _BINARY[type(op)], read(left), read(right)
                return lambda inputs: act(one(inputs), other(inputs))
            case ast.UnaryOp(op=op, operand=operand) if type(op) in _UNARY:
                act, one = _UNARY[type(op)], read(operand)
                return lambda inputs: act(one(inputs))
            case ast.BoolOp(op=op, values=values):
                steps, every = [read(value) for value in values], isinstance(op, ast.And)
                return lambda inputs: (all if every else any)(step(inputs) for step in steps)
            case ast.Compare(left=left, ops=ops, comparators=others) if all(type(op) in _COMPARE for op in ops):
                return self._comparison([read(part) for part in (left, *others)], [_COMPARE[type(op)] for op in ops])
            case ast.IfExp(test=test, body=body, orelse=orelse):
                when, then, otherwise = read(test), read(body), read(orelse)
                return lambda inputs: then(inputs) if when(inputs) else otherwise(inputs)
            case ast.Call(func=ast.Name(id=name), args=args, keywords=[]):
                return self._call(name, [read(argument) for argument in args])
            case _:
                part = _VARIABLE.sub(self._written, ast.unparse(node))
                raise ExpressionError(tr("“{part}” has no place in an expression.").format(part=_shown(part)))

    def _written(self, variable: re.Match[str]) -> str:
        """The name that it stands for; a text in quotation marks may look like one."""
        number = int(variable[1])
        return f"[{self._names[number]}]" if number < len(self._names) else variable[0]

    def _name(self, name: str) -> _Step:
        digits = name[1:-1]
        if name[:1] == "_" == name[-1:] and digits.isdecimal() and int(digits) < len(self._names):
            place = int(digits)
            return lambda inputs: inputs[place]
        if name in _CONSTANTS:
            value = _CONSTANTS[name]
            return lambda inputs: value
        raise _unknown(name)

    def _comparison(self, steps: list[_Step], acts: list[Callable[..., bool]]) -> _Step:
        def compare(inputs: _Inputs) -> Operand:
            values = [step(inputs) for step in steps]
            return all(act(values[i], values[i + 1]) for i, act in enumerate(acts))

        return compare

    def _call(self, name: str, steps: list[_Step]) -> _Step:
        if name not in FUNCTIONS:
            known = ", ".join(FUNCTIONS)
            raise ExpressionError(
                tr("There is no function “{name}”; there are {known}.").format(name=_shown(name), known=known)
            )
        act, least, most = FUNCTIONS[name]
        if not least <= len(steps) <= most:
            raise ExpressionError(
                tr("{name} takes {least} to {most} values, not {count}.").format(
                    name=name, least=least, most=most, count=len(steps)
                )
            )
        return lambda inputs: act(*[step(inputs) for step in steps])


def _unknown(name: str) -> ExpressionError:
    return ExpressionError(tr("“{name}” is not known: tags stand in brackets, [{name}].").format(name=_shown(name)))


def _shown(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"
