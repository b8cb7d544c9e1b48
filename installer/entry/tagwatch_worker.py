"""The worker process as an executable of its own: a frozen program never starts itself again."""

import sys

from app.worker.main import main

if __name__ == "__main__":
    sys.exit(main())
