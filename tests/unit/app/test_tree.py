"""The name space that is browsed in pages."""

from __future__ import annotations

import pytest

from app.backends.tree import Tree
from app.commands import BrowseNode


def test_pages_follow_each_other_and_end() -> None:
    tree = Tree()
    tree.add("", BrowseNode("a", "A", has_children=True))
    for i in range(5):
        tree.add("a", BrowseNode(f"a.{i}", str(i), is_tag=True))
    found, token = [], ""
    for expected in (2, 2, 1):
        page = tree.page("a", token, 2)
        assert len(page.nodes) == expected
        found += [node.address for node in page.nodes]
        token = page.next_page
    assert (found, token) == ([f"a.{i}" for i in range(5)], "")


def test_what_is_not_there_is_named() -> None:
    with pytest.raises(ValueError, match="nowhere"):
        Tree().page("nowhere", "", 1)
    with pytest.raises(ValueError, match="x7"):
        Tree().page("", "x7", 1)
