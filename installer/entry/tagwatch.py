"""The program as one executable: the window, or a command without one."""

import sys

from ui.__main__ import main

if __name__ == "__main__":
    sys.exit(main())
