"""What ends a command: one line that says what to do."""


class CommandError(Exception):
    """A command cannot go on; the message is one line that says what to do."""
