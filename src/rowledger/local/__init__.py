"""The local stack: the pipeline on real parts, on loopback only, without Docker or an AWS account.

Three background processes (PostgreSQL, an AWS emulator, a companion with the mail inbox) and the
pipeline's own resources in them. Everything lives in one state folder; `stack` is the way in.
"""

from collections.abc import Callable

from rowledger.errors import CommandError

# Called with each step of long work, in a few words.
OnProgress = Callable[[str], None]


class StackError(CommandError):
    """The local stack cannot do what was asked for."""
