"""``tagwatch ctl``: a Tagwatch that runs elsewhere, from a terminal or a script; JSON, a line each."""

from app.ctl.arguments import add_parser
from app.ctl.run import run

__all__ = ["add_parser", "run"]
