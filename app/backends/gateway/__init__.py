"""Another Tagwatch as a source, over its gateway API."""

from app.backends.gateway.driver import GatewayDriver

__all__ = ["GatewayDriver"]
