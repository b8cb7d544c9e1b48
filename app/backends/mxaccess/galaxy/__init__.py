"""The name space of a Galaxy, from its own database: SQL Server, read only, by python-tds."""

from app.backends.mxaccess.galaxy.names import Galaxy

__all__ = ["Galaxy"]
