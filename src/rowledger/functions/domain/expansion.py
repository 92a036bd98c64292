"""How far a gzip file may expand before it is rejected as TOO_LARGE.

A few hundred bytes of gzip can expand to megabytes of text, so that a small file could keep the
function busy for longer than it may run; it would be tried again and never be recorded.
"""

from dataclasses import dataclass

# What any file may expand to, however small it is. The text that is known to be slowest to count is
# counted in time up to here.
UNSUSPICIOUS_BYTES = 1 << 30


@dataclass(frozen=True, slots=True)
class ExpansionLimit:
    """max_bytes: for any file. max_ratio: to the stored size, beyond UNSUSPICIOUS_BYTES."""

    max_bytes: int
    max_ratio: int

    def of(self, stored_bytes: int) -> int:
        """What a file of this size may expand to, in bytes."""
        return min(self.max_bytes, max(UNSUSPICIOUS_BYTES, self.max_ratio * stored_bytes))
