"""OPC UA status codes as OPC DA qualities and as MXAccess statuses.

The class is kept, a known code gets its sub-status; the raw code travels as the status' detail (as a signed 32-bit
integer, so below 0 for everything that is not good).
"""

from __future__ import annotations

from app import values as v
from app.values import STATUS_OK, Status

_UNCERTAIN = 0x4000_0000
_SEVERITY = 0xC000_0000
_CODE = 0xFFFF_0000

_QUALITIES = {
    0x0096_0000: v.QUALITY_LOCAL_OVERRIDE,  # GoodLocalOverride
    0x408F_0000: 64,  # UncertainNoCommunicationLastUsableValue: told apart from LastUsable by its words
    0x4090_0000: v.QUALITY_LAST_USABLE,  # UncertainLastUsableValue
    0x4091_0000: v.QUALITY_UNCERTAIN,  # UncertainSubstituteValue
    0x4092_0000: v.QUALITY_WAITING,  # UncertainInitialValue
    0x4093_0000: v.QUALITY_SENSOR_INACCURATE,  # UncertainSensorNotAccurate
    0x4094_0000: v.QUALITY_UNITS_EXCEEDED,  # UncertainEngineeringUnitsExceeded
    0x4095_0000: v.QUALITY_SUBNORMAL,  # UncertainSubNormal
    0x8005_0000: v.QUALITY_COMMUNICATION_FAILURE,  # BadCommunicationError
    0x800A_0000: v.QUALITY_COMMUNICATION_FAILURE,  # BadTimeout
    0x8031_0000: v.QUALITY_COMMUNICATION_FAILURE,  # BadNoCommunication
    0x8032_0000: v.QUALITY_WAITING,  # BadWaitingForInitialData
    0x8033_0000: v.QUALITY_CONFIGURATION_ERROR,  # BadNodeIdInvalid
    0x8034_0000: v.QUALITY_CONFIGURATION_ERROR,  # BadNodeIdUnknown
    0x8035_0000: v.QUALITY_CONFIGURATION_ERROR,  # BadAttributeIdInvalid
    0x8089_0000: v.QUALITY_CONFIGURATION_ERROR,  # BadConfigurationError
    0x808A_0000: v.QUALITY_NOT_CONNECTED,  # BadNotConnected
    0x808B_0000: v.QUALITY_DEVICE_FAILURE,  # BadDeviceFailure
    0x808C_0000: v.QUALITY_SENSOR_FAILURE,  # BadSensorFailure
    0x808D_0000: v.QUALITY_OUT_OF_SERVICE,  # BadOutOfService
}
# UncertainInitialValue has a value, so it is uncertain and not bad.
_QUALITIES[0x4092_0000] = v.QUALITY_UNCERTAIN

#: Code -> (category, detail of MXAccess) where it has one that says the same.
_STATUSES = {
    0x8033_0000: (4, 6),
    0x8034_0000: (4, 6),
    0x8036_0000: (4, 1003),  # BadIndexRangeInvalid
    0x8037_0000: (4, 1003),  # BadIndexRangeNoData
    0x803A_0000: (5, 1006),  # BadNotReadable
    0x803B_0000: (5, 1007),  # BadNotWritable
    0x803C_0000: (5, 1004),  # BadOutOfRange
    0x8074_0000: (5, 1005),  # BadTypeMismatch
    0x801F_0000: (6, 1016),  # BadUserAccessDenied
    0x800A_0000: (3, 1),  # BadTimeout
}


def quality_of(code: int) -> int:
    """The OPC DA quality word of a status code."""
    known = _QUALITIES.get(code & _CODE)
    if known is not None:
        return known
    severity = code & _SEVERITY
    return v.QUALITY_GOOD if severity == 0 else v.QUALITY_UNCERTAIN if severity == _UNCERTAIN else v.QUALITY_BAD


def signed(code: int) -> int:
    return code - 2**32 if code >= 2**31 else code


def status_of(code: int) -> Status:
    """The status of an operation that ended with this code."""
    if code & _SEVERITY == 0:
        return STATUS_OK
    category, detail = _STATUSES.get(code & _CODE, (5, signed(code)))
    return Status(0, category, 1, detail)
