"""AVEVA's MXAccess as a source: COM, 32-bit, on Windows alone. Standard library, protobuf and comtypes; python-tds
where a Galaxy is browsed."""

from app.backends.mxaccess.driver import MxAccessDriver

__all__ = ["MxAccessDriver"]
