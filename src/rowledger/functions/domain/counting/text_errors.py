"""What may be wrong with a file's bytes as text."""


class NulByteError(Exception):
    """The text holds a NUL. offset: into the file's bytes."""

    def __init__(self, offset: int) -> None:
        super().__init__(offset)
        self.offset = offset


class UndecodableError(Exception):
    """The bytes are not in the encoding that the file declares.

    offset: of the first bad byte, into the file's bytes.
    before: the text of the failing block that comes before it.
    """

    def __init__(self, offset: int, before: bytes) -> None:
        super().__init__(offset)
        self.offset = offset
        self.before = before
