"""The lines of a batch, as they come: bytes of a stranger, of any length."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator
from typing import BinaryIO

#: Bytes of a line: more than any request has, for the server takes no larger message.
LONGEST = 16 << 20
_BOM = b"\xef\xbb\xbf"  # what some shells put before what they pipe
#: No more of a long input is held than that.
_WAITING = 100

Line = str | ValueError


async def read_lines(stream: BinaryIO, longest: int = LONGEST) -> AsyncIterator[Line]:
    """Each line without its end, the last one also where it has none; a ValueError stands for one that is no UTF-8 or
    too long, and the next ones follow. OSError where the input breaks off. Read beside the loop, by a thread that the
    end of the program does not wait for: nobody can end a read."""
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[Line | OSError | None] = asyncio.Queue()
    room = threading.Semaphore(_WAITING)

    def read() -> None:
        end: OSError | None = None
        with contextlib.suppress(RuntimeError):  # the loop has gone
            try:
                first = True
                while data := stream.readline(longest + 1):
                    room.acquire()
                    loop.call_soon_threadsafe(queue.put_nowait, _line(stream, data, longest, first))
                    first = False
            except OSError as error:
                end = error
            except ValueError:  # closed meanwhile
                pass
            loop.call_soon_threadsafe(queue.put_nowait, end)

    threading.Thread(target=read, name="ctl input", daemon=True).start()
    while (line := await queue.get()) is not None:
        if isinstance(line, OSError):
            raise line
        room.release()
        yield line


def _line(stream: BinaryIO, data: bytes, longest: int, first: bool) -> Line:
    if len(data) > longest and not data.endswith(b"\n"):
        while data and not data.endswith(b"\n"):
            data = stream.readline(1 << 20)
        return ValueError(f"this line is longer than {longest:,} bytes: write its parts in lines of their own")
    try:
        return data.removeprefix(_BOM if first else b"").decode().rstrip("\r\n")
    except UnicodeDecodeError as error:
        return ValueError(f"this line is no UTF-8: byte {error.start + 1} of it is {data[error.start]:#04x}")
