"""A function that does nothing: the least that any function can take."""


def handler(_event: object, _context: object) -> None:
    pass


def logging_handler(_event: object, _context: object) -> None:
    """Log a line: where a function logs none, the emulator waits for one for 50 ms."""
    print("nothing")
