"""A canary that is kept: the fake of S3Canary."""


class MemoryCanary:
    """Faults put in `faults` are raised, one a call."""

    def __init__(self) -> None:
        self.uploads: dict[str, bytes] = {}
        self.faults: list[Exception] = []

    def upload(self, key: str, content: bytes) -> str:
        if self.faults:
            raise self.faults.pop(0)
        self.uploads[key] = content
        return f"v{len(self.uploads)}"
