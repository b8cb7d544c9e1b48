"""Expressions over tags: what they give, and that nothing else can be written."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ui.expression import FUNCTIONS, ExpressionError, parse


@pytest.mark.parametrize(
    ("text", "inputs", "result"),
    [
        ("[A] - [B]", (5, 3), 2),
        ("max([A], [Plant:B], 4)", (1, 2), 4),
        ("[A] * 2 if [A] > 1 else -[A]", (3,), 6),
        ("0 < [A] <= 10 and not [B]", (10, False), True),
        ("[State] == 'Run' or [State] != \"Off\"", ("Run",), True),
        ("avg([A], [B]) ** 2", (1, 3), 4.0),
        ("([A] >> 3) & 1", (0b1000,), 1),
        ("~[A]", (5,), -6),
        ("round([A], 2)", (1.23456,), 1.23),
        ("round([A])", (2.6,), 3),
        ("round([A], -2)", (1234,), 1200),
        ("round([A], -1000000000)", (1234,), 0),  # 10 to the power of it would be counted out for hours
        ("round([A], 1000000000)", (1.5,), 1.5),
        ("abs([A]) + sqrt(4) + pi", (-1.0,), 3 + math.pi),
        ("[A] // 2 % 3", (11,), 2),
        ("[A] + 1", (2**64 - 1,), 2**64),
        ("[Matrix[0,1]] + [A]", (1, 2), 3),
        ("sum([A], [A])", (2,), 4),
    ],
)
def test_results(text: str, inputs: tuple[float, ...], result: float) -> None:
    assert parse(text).run(inputs) == result


def test_names_stand_in_brackets_each_once() -> None:
    assert parse("[A] + [Plant:B[1]] + [ A ]").names == ("A", "Plant:B[1]")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("[A", "bracket"),
        ("[ ] + 1", "name is missing"),
        ("'a", "quotation"),
        ("(1 + 2", "parenthesis"),
        ("1 +", "no expression"),
        ("Level", "tags stand in brackets, [Level]"),
        ("_0_", "tags stand in brackets"),
        ("foo([A])", "no function"),
        ("min(1)", "2 to 50"),
        ("abs(value=1)", "no place"),
        ("[A].real", "“[A].real” has no place"),
        ("[A] if 1 else (lambda: 1)", "no place"),
        ("__import__('os')", "no function"),
        ("().__class__", "no place"),
        ("{1: 2}", "no place"),
        ("f'{1}'", "no place"),
        ("1 is 1", "no place"),
        ("1j", "no place"),
        ("_9_.real", "“_9_” is not known"),
        ("[A] + _0_", "“_0_” is not known"),
        ("f'{_9_}'", "“f'{_9_}'” has no place"),
        ("(a := 1)", "no place"),
        ("1; 2", "no expression"),
        ("x" * 2000, "longer"),
        ("+".join("1" * 300), "too many parts"),
        ("-" * 60 + "1", "nested"),
        (f"{10**60}", "too large"),
    ],
)
def test_what_is_wrong_is_said(text: str, words: str) -> None:
    with pytest.raises(ExpressionError, match=r".") as caught:
        parse(text)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("text", "inputs", "words"),
    [
        ("1 / [A]", (0,), "division by zero"),
        ("[A] % 0", (1,), "division by zero"),
        ("sqrt([A])", (-1,), "not defined"),
        ("[A] ** 0.5", (-8,), "not defined"),
        ("1 << [A]", (1000,), "not defined"),
        ("exp([A])", (10_000,), "too large"),
        ("9 ** 9 ** 9", (), "too large"),
        ("[A] * [A] * [A]", (2**64,), "too large"),
        ("[A] + 1", ("text",), "text is not a number"),
        ("[A] * 1000000", ("text",), "text is not a number"),
        ("[A] > 1", ("text",), "text is not a number"),
        ("int([A])", (math.nan,), "not defined"),
    ],
)
def test_errors_of_values_are_words(text: str, inputs: tuple[float, ...], words: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text).run(inputs)
    assert words in str(caught.value)


_ANY = st.text(alphabet="[]AB+-*/()<>=!&|~%^0123456789.,'\" ifelsornd_", max_size=40)


@settings(max_examples=300, deadline=None)
@given(_ANY, st.lists(st.floats(), min_size=9))
def test_any_text_gives_a_value_or_words(text: str, inputs: list[float]) -> None:
    try:
        program = parse(text)
        found: object = program.run((inputs * 40)[: len(program.names)])
    except ExpressionError as error:
        found = str(error)
    assert isinstance(found, bool | int | float | str)


def test_every_function_says_how_many_values_it_takes() -> None:
    assert all(least <= most for _, least, most in FUNCTIONS.values())
