"""What sources say of tags: asked for once, in the background, and never from a paint that no loop serves."""

from __future__ import annotations

import asyncio

import pytest
from PySide6.QtWidgets import QApplication

from app.commands import Property, TagProperties
from app.errors import GatewayError
from tests.helpers.engine import until
from ui.tagbook import UNKNOWN, TagAbout, TagBook

ABOUT = TagProperties((Property("data_type", "Double"), Property("unit", "bar"), Property("access", "read only")))


class Source:
    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    async def __call__(self, session_id: str, tag: str) -> TagProperties:
        self.asked.append((session_id, tag))
        await asyncio.sleep(0)
        if tag == "unknown":
            raise GatewayError("InvalidArgument", "no such tag")
        return ABOUT


@pytest.mark.parametrize(
    ("access", "read_only"),
    [
        ("read only", True),
        ("read only and history", True),
        ("history", True),
        ("none", True),
        ("read and write", False),
        ("read and write and history", False),
        ("write", False),
        ("", False),  # the source does not tell: it is up to the write
    ],
)
def test_what_cannot_be_written_is_known_by_its_access(access: str, read_only: bool) -> None:
    assert TagAbout.of(TagProperties((Property("access", access),))).read_only is read_only


async def test_a_tag_is_asked_for_once_and_told(qapp: QApplication) -> None:
    source = Source()
    book = TagBook(source)
    told: list[int] = []
    book.changed.connect(lambda: told.append(1))
    assert book.about("s", "tag") is UNKNOWN
    await until(lambda: book.about("s", "tag").unit == "bar", "the answer")
    assert book.known("s", "tag").read_only
    assert source.asked == [("s", "tag")]
    await until(lambda: told, "the news")
    book.about("s", "unknown")
    await until(lambda: len(source.asked) == 2, "the question")
    book.about("s", "unknown")
    book.stop()
    assert book.about("s", "later") is UNKNOWN
    assert source.asked == [("s", "tag"), ("s", "unknown")]


async def test_many_answers_are_told_together(qapp: QApplication) -> None:
    source = Source()
    book = TagBook(source)
    told: list[int] = []
    book.changed.connect(lambda: told.append(1))
    for number in range(50):
        book.about("s", f"tag{number}")
    await until(lambda: told and book.known("s", "tag0").unit, "the news")
    assert len(told) < 10, "views paint all that is in sight anew: not for each tag"
    book.stop()


def test_without_a_loop_nothing_is_asked_and_nothing_fails(qapp: QApplication) -> None:
    source = Source()
    book = TagBook(source)
    assert book.about("s", "tag") is UNKNOWN
    assert source.asked == []

    async def later() -> None:
        book.about("s", "other")
        await until(lambda: len(source.asked) == 2, "both questions")
        book.stop()

    asyncio.run(later())
    assert {tag for _, tag in source.asked} == {"tag", "other"}
