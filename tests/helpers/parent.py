"""A gateway that starts one worker, tells its number, and waits to be killed.

``python -m tests.helpers.parent DIRECTORY BACKEND`` with the directory for the records of workers. With PROBLEM in the
environment it is a problem worker, and what this calls its source is told as well.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from app.config import Settings
from app.metrics import Metrics
from app.tasks import SystemClock
from app.workers.launcher import ProcessLauncher
from app.workers.leftovers import Leftovers
from tests.helpers.launching import PROBLEM_WORKER, worker_spec


async def main(directory: str, backend: str) -> None:
    problem = os.environ.get("PROBLEM")
    launcher = ProcessLauncher(
        Settings(),
        SystemClock(),
        Metrics(),
        PROBLEM_WORKER if problem else None,
        {"PROBLEM": problem} if problem else None,
        Leftovers(Path(directory)),
    )
    client = await launcher.start(worker_spec(backend=backend, options={}), lambda step: None)
    print(client.process_id, *([client.source] if problem else []), flush=True)
    await client.batches()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
