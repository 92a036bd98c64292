"""The local stack: the pipeline on real parts, on loopback only, without Docker or an AWS account.

Three background processes (PostgreSQL, an AWS emulator, a companion with the mail inbox) and the
pipeline's own resources in them. Everything lives in one state folder; `stack` is the way in.
"""

from rowledger.errors import CommandError


class StackError(CommandError):
    """Something is wrong with the local stack."""
