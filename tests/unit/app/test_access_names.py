"""Rules on names only ever allow, and no other spelling of an address gets around them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.access.names import NameRule, UnclearNameError, readings
from app.backends import sim_reference
from app.backends.opcua.address import Address
from app.backends.sim_plant import Plant

TANK = NameRule(("Tank101",))

pytestmark = pytest.mark.clause("X4")


@pytest.mark.parametrize(
    ("pattern", "inside", "outside"),
    [
        ("Tank101", ("Tank101", "Tank101.Level", "Tank101[1]", "Tank101/a"), ("Tank1010", "Tank101x", "XTank101", "")),
        ("Tank*", ("Tank101.Level", "Tank"), ("tank101", "aTank")),
        ("Tank?.PV", ("Tank1.PV",), ("Tank10.PV", "Tank.PV")),
        ("*.PV", ("Reactor.PV", ".PV"), ("Reactor.PVs",)),
        ("Recipe[1]", ("Recipe[1]", "Recipe[1].Name"), ("Recipe1", "Recipe[2]")),
        (
            "ns=2;s=Boiler",
            ("ns=2;s=Boiler", "ns=2;s=Boiler.Level", "ns=2;s=Boiler[0:3]"),
            ("ns=3;s=Boiler", "s=Boiler"),
        ),
        ("ns=2", ("ns=2;i=5",), ("ns=22;i=5", "i=5")),
    ],
)
def test_subtrees_and_globs(pattern: str, inside: tuple[str, ...], outside: tuple[str, ...]) -> None:
    rule = NameRule((pattern,))
    assert [tag for tag in inside if not rule.allows(tag)] == []
    assert [tag for tag in outside if rule.allows(tag)] == []


def test_no_pattern_allows_nothing() -> None:
    assert not NameRule(()).allows("Tank101")
    assert not NameRule(()).leads_to("")


@pytest.mark.parametrize(
    ("tag", "context"),
    [
        ("tank101.Level", ""),  # case
        ("TANK101.LEVEL", ""),
        (" Tank101.Level", ""),  # whitespace
        ("Tank101.Level ", ""),
        ("Tank101.Level\t", ""),
        ("Tank101.Level\x00", ""),
        ("Tank101\u00a0", ""),
        ("Tank101:Reactor.PV", ""),  # a Galaxy's name that looks like the subtree
        ("Me.PV", "Reactor"),  # contexts
        ("Me", "Reactor"),
        ("me.Level", "Tank101"),
        ("MyContainer.PV", "Tank101"),
        ("Tank101.Level", "Reactor"),
        ("Me.Level", "Me"),
        ("Me.Level", ""),
        ("Me.Level", "Tank101 "),
        ("Galaxy:Me.PV", "Reactor"),
    ],
)
def test_another_spelling_is_refused(tag: str, context: str) -> None:
    assert not TANK.allows(tag, context)


def test_a_relative_name_counts_as_what_it_stands_for() -> None:
    assert TANK.allows("Me.Level", "Tank101")
    assert NameRule(("*",)).allows("Me.Level", "Reactor")


@pytest.mark.parametrize(
    "address",
    [
        "ns=2;i=1;ns=3;i=2253",  # the last one wins
        "i=1;s=Public",
        " ns=2;s=Public",
        "ns= 2;s=Public",
        "ns=02;s=Public",
        "NS=2;s=Public",
        "nsu=http://example.org;s=Public",
        "srv=1;ns=2;s=Public",
        "ns=2;;s=Public",
        "ns=2;g=09087E75-8E5E-499B-954F-F2A9603DB28A",
    ],
)
def test_a_node_id_counts_in_one_spelling_alone(address: str) -> None:
    assert not NameRule(("*",)).allows(address)
    with pytest.raises(UnclearNameError):
        readings(address)


@given(st.text(st.sampled_from("ns=2;i10 sgbPublic[]:,x")))
def test_what_is_allowed_as_a_node_id_is_read_as_that_node(tail: str) -> None:
    address = f"ns=2;{tail}"
    try:
        readings(address)
    except UnclearNameError:
        return
    parsed = Address.of(address)
    nodes = [node for node in (parsed.literal, parsed.node) if node is not None]
    assert nodes
    assert all(node.NamespaceIndex == 2 for node in nodes)


@given(
    st.text(st.sampled_from("Me.:PVTank101[Reactor ]"), max_size=20) | st.sampled_from(["Reactor.PV", "Me.PV", "Me"]),
    st.sampled_from(["", "Reactor", "Tank101", "Me", "Reactor.PV", " Tank101"]),
    st.sampled_from(["", "Tank101:", "Tank:", "Me:", "a:b:"]),
)
def test_nothing_of_the_plant_that_is_outside_is_reached(tag: str, context: str, galaxy: str) -> None:
    """The simulated plant's own reading of an address is the judge."""
    address = galaxy + tag
    if not NameRule(("Tank*", "Me*")).allows(address, context):
        return
    found = sim_reference.resolve(PLANT.tags, address, context)
    if isinstance(found, sim_reference.Reference):
        assert found.tag.name.startswith("Tank")


PLANT = Plant()


@pytest.mark.parametrize("pattern", ["", " ", "Tank101 ", "\tTank", "a\nb"])
def test_a_pattern_that_cannot_be_meant_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="is no pattern"):
        NameRule((pattern,))


def test_the_way_to_an_allowed_tag_can_be_walked() -> None:
    rule = NameRule(("Area1.Tank101", "Area2.*"))
    assert rule.leads_to("")
    assert rule.leads_to("Area1")
    assert rule.leads_to("Area1.Tank101.Level")
    assert not rule.leads_to("Area3")
    assert not rule.leads_to("Area1.Tank102")


def test_many_stars_do_not_hold_the_loop() -> None:
    rule = NameRule(("*" * 50 + "a" + "*" * 50 + "b",))
    assert not rule.allows("a" * 3000)
