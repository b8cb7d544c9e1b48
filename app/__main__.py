import sys

try:
    from app.cli import main

    sys.exit(main())
except KeyboardInterrupt:  # before anything ran that could stop in good order
    sys.exit(0)
