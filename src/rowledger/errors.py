class CommandError(Exception):
    """A command cannot go on; the message is one line that says what to do."""
