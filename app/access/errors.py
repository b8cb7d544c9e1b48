"""What can be wrong with keys and their store."""

from __future__ import annotations


class KeyStoreError(Exception):
    """The store, or its pepper, cannot be used: then no key is accepted. The text says why and what to do."""


class UnknownKeyError(KeyStoreError):
    """There is no key of this id."""


class KeyStateError(KeyStoreError):
    """The key is in a state in which this cannot be done to it."""
