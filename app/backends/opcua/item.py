"""What the driver keeps of an item."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from asyncua import ua

from app.backends.opcua.address import Address, IndexRange
from app.values import Value


@dataclass(slots=True)
class Item:
    """``client_handle`` names it in notifications, ``monitored`` is the server's id of it (0 = not monitored).

    ``node`` and ``part`` are settled with the server before the first use where the address leaves a choice;
    ``cuts`` says that the server knows no index ranges: the part is cut here, out of the whole."""

    key: int
    address: Address
    client_handle: int
    node: ua.NodeId
    part: IndexRange | None = None
    settled: bool = True
    cuts: bool = False
    advised: bool = False
    monitored: int = 0
    variant_type: ua.VariantType | None = None
    words: Mapping[int, str] | None = None  # None = not asked for yet
    value: Value = None
    held: int = 0  # changes that wait for a structure's definition

    @classmethod
    def of(cls, key: int, tag: str, client_handle: int) -> Item:
        """ValueError for a text that is no address."""
        address = Address.of(tag)
        node = address.literal or address.node
        assert node is not None
        if address.part is not None and address.literal is None:
            return cls(key, address, client_handle, node, address.part, settled=False)
        return cls(key, address, client_handle, node, settled=address.part is None)

    @property
    def index_range(self) -> str | None:
        """As the services take it."""
        return self.part.text if self.part is not None and not self.cuts else None
