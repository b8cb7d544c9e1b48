"""A recording as a source: played, paused, sought in; never written."""

from app.backends.replay.driver import ReplayDriver

__all__ = ["ReplayDriver"]
