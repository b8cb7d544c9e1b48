"""A static name space that is browsed level by level, in pages."""

from __future__ import annotations

from collections.abc import Sequence

from app.commands import BrowseNode, BrowsePage


class Tree:
    """Nodes by their parent's address; "" is the root."""

    def __init__(self) -> None:
        self._children: dict[str, list[BrowseNode]] = {"": []}

    def add(self, parent: str, node: BrowseNode) -> None:
        """Nodes of one level keep the order in which they are added. A node with children is browsed by its address."""
        self._children[parent].append(node)
        if node.has_children:
            self._children[node.address] = []

    def page(self, node: str, page_token: str, limit: int) -> BrowsePage:
        """ValueError for a node that is not there, or a token that is not one of this tree."""
        if node not in self._children:
            raise ValueError(f"{node!r} is not a folder of this source")
        return page_of(self._children[node], page_token, limit)


def page_of(nodes: Sequence[BrowseNode], page_token: str, limit: int) -> BrowsePage:
    """The page that starts where the token says: tokens are positions."""
    if page_token and not page_token.isdecimal():
        raise ValueError(f"{page_token!r} is not a page token of this source")
    start = int(page_token or 0)
    end = start + limit
    return BrowsePage(tuple(nodes[start:end]), str(end) if end < len(nodes) else "")
