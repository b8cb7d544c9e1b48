"""Addresses of OPC UA tags: node ids, and parts of arrays."""

from __future__ import annotations

from typing import Any

import pytest
from asyncua import ua

from app.backends.opcua.address import Address, IndexRange
from app.values import Value

pytestmark = pytest.mark.clause("U3")


def test_a_node_id_alone() -> None:
    address = Address.of(" ns=2;s=Tank.Level ")
    assert address == Address(ua.NodeId("Tank.Level", 2))
    assert address.certain


def test_brackets_leave_a_choice_where_a_name_may_have_them() -> None:
    address = Address.of("ns=2;s=Rows[3]")
    assert address.literal == ua.NodeId("Rows[3]", 2)
    assert (address.node, address.part) == (ua.NodeId("Rows", 2), IndexRange(((3, 3),)))
    assert not address.certain
    numeric = Address.of("ns=2;i=7[0:2,4]")
    assert (numeric.literal, numeric.node) == (None, ua.NodeId(7, 2))
    assert numeric.part is not None
    assert (numeric.part.text, numeric.part.counts, numeric.part.one) == ("0:2,4", (3, 1), False)


@pytest.mark.parametrize("text", ["", "Level", "ns=x;s=1", "i=abc", "ns=2;i=7[", "ns=2;i=7[a]"])
def test_what_is_no_address_is_named(text: str) -> None:
    with pytest.raises(ValueError, match="is not a node id"):
        Address.of(text)


def test_a_range_that_goes_backwards_is_refused() -> None:
    with pytest.raises(ValueError, match="the last index is before the first"):
        Address.of("ns=2;i=7[4:2]")


@pytest.mark.parametrize(
    ("text", "whole", "part"),
    [
        ("1", (1, 2, 3), 2),
        ("1:2", (1, 2, 3), (2, 3)),
        ("0", (), IndexError),
        ("2:5", (1, 2, 3), IndexError),
        ("1,0", ((1, 2), (3, 4)), 3),
        ("0:1,1", ((1, 2), (3, 4)), ((2,), (4,))),
        ("1:2", "text", "ex"),
        ("0", b"\x07\x08", b"\x07"),
        ("0", 5, IndexError),
        ("0,0", (1, 2), IndexError),
    ],
)
def test_a_part_is_cut_out_of_the_whole(text: str, whole: Value, part: Any) -> None:
    found = IndexRange.of(text)
    if part is IndexError:
        with pytest.raises(IndexError):
            found.cut(whole)
    else:
        assert found.shown(found.cut(whole)) == part


def test_what_is_sent_has_the_shape_of_the_range() -> None:
    assert IndexRange.of("3").sent(7) == (7,)
    assert IndexRange.of("3,1").sent(7) == ((7,),)
    assert IndexRange.of("0:1").sent((7, 8)) == (7, 8)
    for text, value in (("0:1", (7,)), ("0:1", 7), ("3", (7,)), ("0:1,0:1", (1, 2))):
        with pytest.raises(ValueError, match="takes"):
            IndexRange.of(text).sent(value)
