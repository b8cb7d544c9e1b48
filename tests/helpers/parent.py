"""A gateway that starts one worker, tells its number, and waits to be killed.

``python -m tests.helpers.parent DIRECTORY BACKEND`` with the directory for the records of workers.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from app.config import Settings
from app.metrics import Metrics
from app.tasks import SystemClock
from app.workers.launcher import ProcessLauncher
from app.workers.leftovers import Leftovers
from tests.helpers.launching import worker_spec


async def main(directory: str, backend: str) -> None:
    launcher = ProcessLauncher(Settings(), SystemClock(), Metrics(), leftovers=Leftovers(Path(directory)))
    client = await launcher.start(worker_spec(backend=backend, options={}), lambda step: None)
    print(client.process_id, flush=True)
    await client.batches()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
