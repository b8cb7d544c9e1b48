"""Whether there is a newer version. Nobody is asked unless the settings name an address and somebody wants to know."""

from __future__ import annotations

import json
import re
import ssl
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlsplit

#: How long each step may take: to connect, and each wait for bytes.
WITHIN_S = 10.0
_MOST_BYTES = 64 * 1024
_VERSION = re.compile(r"\d{1,6}(\.\d{1,6}){0,3}")


class FeedError(Exception):
    """It could not be told; the text names the address and says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Newest:
    """What the feed says: ``page``, an https address for people, may be empty."""

    version: str
    page: str = ""


def newest(address: str, trusted: ssl.SSLContext | None = None) -> Newest:
    """Ask the feed at ``address``, an https one; FeedError. Blocks, 10 s for each step at the most. Nothing of this
    computer is told but what any request tells. The system's authorities are trusted unless ``trusted`` is given."""
    require_https(address)
    secure = urllib.request.HTTPSHandler(context=trusted or ssl.create_default_context())
    opener = urllib.request.build_opener(secure, _HttpsAlone())
    request = urllib.request.Request(address, headers={"User-Agent": "tagwatch", "Accept": "application/json"})
    try:
        with opener.open(request, timeout=WITHIN_S) as answer:
            content = answer.read(_MOST_BYTES + 1)
    except urllib.error.HTTPError as error:
        with error:
            raise FeedError(f"{address} answers {error.code} {error.reason}: is update_feed right?") from error
    except urllib.error.URLError as error:
        raise FeedError(f"{address} cannot be asked: {error.reason}") from error
    except OSError as error:
        raise FeedError(f"{address} cannot be asked: {error or type(error).__name__}") from error
    if len(content) > _MOST_BYTES:
        raise FeedError(f"{address} answers with more than {_MOST_BYTES // 1024} KB: that is no feed of versions")
    return _read(address, content)


def _read(address: str, content: bytes) -> Newest:
    try:
        feed = json.loads(content)
    except ValueError as error:
        raise FeedError(f"{address} does not answer with JSON: is update_feed right?") from error
    said = cast("dict[str, Any]", feed) if isinstance(feed, dict) else {}
    version, page = said.get("version"), said.get("page", "")
    if not isinstance(version, str) or not _VERSION.fullmatch(version):
        raise FeedError(f'{address} names no version: {{"version": "1.2.3"}} is expected')
    if not isinstance(page, str) or (page and not page.startswith("https://")) or not page.isprintable():
        raise FeedError(f"{address} names a page that is no https address")
    return Newest(version, page)


def is_newer(found: str, have: str) -> bool:
    """By numbers: 0.10 is newer than 0.9, and 1.0 is 1.0.0."""
    return _numbers(found) > _numbers(have)


def _numbers(version: str) -> tuple[int, ...]:
    given = _VERSION.match(version)
    parts = [int(part) for part in given[0].split(".")] if given else []
    return (*parts, 0, 0, 0, 0)[:4]


def require_https(address: str) -> None:
    """FeedError for an address that could be changed on the way."""
    parts = urlsplit(address)
    if parts.scheme != "https" or not parts.hostname:
        raise FeedError(f"update_feed is {address!r}, but must be an https address")


class _HttpsAlone(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, req: Any, fp: Any, code: Any, msg: Any, headers: Any, newurl: str) -> Any:
        try:
            require_https(newurl)
        except FeedError as error:
            raise urllib.error.URLError(f"it leads to {newurl}, which is no https address") from error
        return super().redirect_request(req, fp, code, msg, headers, newurl)
