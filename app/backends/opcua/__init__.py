"""OPC UA servers as sources."""

from app.backends.opcua.driver import OpcUaDriver

__all__ = ["OpcUaDriver"]
