"""A server's own definitions of its types, read when a value needs them: structures and the words of enumerations."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportArgumentType=false, reportAttributeAccessIssue=false, reportPrivateImportUsage=false

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from asyncua import ua
from asyncua.common.ua_utils import data_type_to_variant_type
from asyncua.ua import uaerrors

from app.backends.opcua.connection import Connection, local
from app.backends.opcua.structures import SUBTYPED, Field, Structure, Structures, standard

_ENUMERATION_NAMES = ("EnumStrings", "EnumValues")
#: A definition with more types below it than this is not followed.
_MAX_TYPES = 500
_PARENTS = 20
_STRUCTURE = 22  # of namespace 0


class Definitions:
    """Of one connection: another one may meet a server with other types."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.structures = Structures()
        self._built_in: dict[ua.NodeId, ua.VariantType] = {}
        self._words: dict[ua.NodeId, dict[int, str]] = {}
        self._count = 0

    # ---- enumerations

    async def words(self, data_type: ua.NodeId) -> dict[int, str]:
        """The texts of an enumeration by number; none for any other type."""
        if data_type not in self._words:
            self._words[data_type] = await self._read_words(data_type)
        return self._words[data_type]

    async def _read_words(self, data_type: ua.NodeId) -> dict[int, str]:
        children = await self._connection.properties_of(data_type, _ENUMERATION_NAMES)
        for name, node in children.items():
            (data,) = await self._connection.read([(node, ua.AttributeIds.Value)])
            if found := enumeration(name, data):
                return found
        definition = await self._definition(data_type)
        if isinstance(definition, ua.EnumDefinition) and not await self._is_set(data_type):
            return {int(entry.Value): entry.DisplayName.Text or entry.Name or "" for entry in definition.Fields or []}
        return {}

    async def _is_set(self, data_type: ua.NodeId) -> bool:
        """Whether its numbers are bits: several words at once, so no word of its own for a number."""
        return await self.built_in(data_type) is not ua.VariantType.Int32

    async def built_in(self, data_type: ua.NodeId) -> ua.VariantType:
        """The built-in type behind a data type; Variant where any will do, or none is known."""
        if data_type not in self._built_in:
            try:
                kind = await data_type_to_variant_type(self._connection.client.get_node(data_type))
            except (uaerrors.UaError, ValueError):
                kind = ua.VariantType.Variant
            self._built_in[data_type] = kind
        return self._built_in[data_type]

    # ---- structures

    async def learn(self, encodings: Iterable[ua.NodeId]) -> None:
        """Ask for the structures behind these encodings; one that the server does not tell stays unknown for good."""
        for encoding in encodings:
            self.structures.by_encoding[encoding] = None
            if (data_type := await self._described(encoding)) is not None:
                self.structures.by_encoding[encoding] = await self._learn_type(data_type)

    async def _described(self, encoding: ua.NodeId) -> ua.NodeId | None:
        """The data type that is encoded so."""
        found = await self._behind(encoding, ua.ObjectIds.HasEncoding)
        return found[0] if found else None

    async def _behind(self, node: ua.NodeId, reference: int) -> list[ua.NodeId]:
        entry = ua.BrowseDescription()
        entry.NodeId = node
        entry.BrowseDirection = ua.BrowseDirection.Inverse
        entry.ReferenceTypeId = ua.NodeId(reference)
        entry.IncludeSubtypes = True
        entry.ResultMask = ua.BrowseResultMask.All
        parameters = ua.BrowseParameters()
        parameters.NodesToBrowse = [entry]
        (result,) = await self._connection.session.browse(parameters)
        return [local(reference.NodeId) for reference in result.References or []]

    async def _definition(self, data_type: ua.NodeId) -> Any:
        (data,) = await self._connection.read([(data_type, ua.AttributeIds.DataTypeDefinition)])
        return data.Value.Value if data.Value is not None else None

    async def _learn_type(self, data_type: ua.NodeId) -> Structure | None:
        known = self.structures.by_type
        if data_type in known:
            return known[data_type]
        known[data_type] = None
        self._count += 1
        definition = await self._definition(data_type)
        if self._count > _MAX_TYPES or not isinstance(definition, ua.StructureDefinition):
            return None
        (name,) = await self._connection.read([(data_type, ua.AttributeIds.BrowseName)])
        subtyped = definition.StructureType in SUBTYPED
        entries = await self._inherited(data_type, definition)
        fields = [await self._field(entry, subtyped) for entry in entries]
        title = name.Value.Value.Name if name.Value is not None and name.Value.Value is not None else str(data_type)
        known[data_type] = Structure(title, ua.StructureType(definition.StructureType), tuple(fields))
        return known[data_type]

    async def _inherited(self, data_type: ua.NodeId, definition: Any) -> list[Any]:
        """The fields with those of the types above: some servers leave them out."""
        fields = list(definition.Fields or [])
        if ua.StructureType(definition.StructureType) in (ua.StructureType.Union, SUBTYPED[1]):
            return fields
        at = data_type
        for _ in range(_PARENTS):
            above = await self._behind(at, ua.ObjectIds.HasSubtype)
            if not above or (above[0].NamespaceIndex == 0 and above[0].Identifier == _STRUCTURE):
                break
            at = above[0]
            parent = await self._definition(at)
            if isinstance(parent, ua.StructureDefinition):
                names = {entry.Name for entry in fields}
                fields = [entry for entry in parent.Fields or [] if entry.Name not in names] + fields
        return fields

    async def _field(self, entry: Any, subtyped: bool) -> Field:
        kind = await self.built_in(entry.DataType)
        words: dict[int, str] = {}
        found: ua.VariantType | ua.NodeId = kind
        if kind is ua.VariantType.ExtensionObject:
            found = await self._inner(entry.DataType, subtyped and entry.IsOptional)
        elif subtyped and entry.IsOptional:
            found = ua.VariantType.Variant
        elif kind is ua.VariantType.Int32 and entry.DataType != ua.NodeId(ua.ObjectIds.Int32):
            words = await self.words(entry.DataType)
        optional = bool(entry.IsOptional) and not subtyped
        return Field(entry.Name or "", found, max(0, entry.ValueRank), optional, words)

    async def _inner(self, data_type: ua.NodeId, subtyped: bool) -> ua.VariantType | ua.NodeId:
        """A structure within a structure: bare where its type is given, with a head of its own where it may be any."""
        (abstract,) = await self._connection.read([(data_type, ua.AttributeIds.IsAbstract)])
        if subtyped or (abstract.Value is not None and abstract.Value.Value):
            return ua.VariantType.ExtensionObject
        if standard(data_type) is None:
            await self._learn_type(data_type)
        return data_type


def enumeration(name: str, data: ua.DataValue) -> dict[int, str]:
    """The texts by number of a property EnumStrings or EnumValues."""
    entries = data.Value.Value if data.Value is not None else None
    if not isinstance(entries, list):
        return {}
    if name == "EnumStrings":
        return {number: entry.Text or "" for number, entry in enumerate(entries) if isinstance(entry, ua.LocalizedText)}
    return {int(entry.Value): entry.DisplayName.Text or "" for entry in entries if isinstance(entry, ua.EnumValueType)}
