"""What the ledger has of a source before one of its files: what is like it, and what usual is."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor

from rowledger.functions.domain.outcome import Header, Status

# Of so many files at most is what is usual, and of so many at least.
MOST_FILES = 20
FEWEST_FILES = 8
# A modified z-score beyond this is an outlier (Iglewicz and Hoaglin, How to Detect and Handle
# Outliers, 1993); 1.4826 makes a standard deviation of the median of deviations.
_MOST_DEVIATIONS = 3.5 * 1.4826
# However little the numbers have changed so far: a share of the median.
_LEAST_SHARE = 0.2
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True)
class EarlierUpload:
    """An upload that came before, with the outcome that stands."""

    file_id: int
    key: str
    version_id: str
    status: Status


@dataclass(frozen=True, slots=True)
class UsualRows:
    """How many data rows files of a source have: from `least` to `most`, both included.

    files: of how many the numbers are. day: of which day of the week alone; None for any.
    """

    least: int
    most: int
    median: float
    files: int
    day: str | None

    def __contains__(self, rows: int) -> bool:
        return self.least <= rows <= self.most

    @classmethod
    def of(cls, rows: Sequence[int], day: str | None) -> "UsualRows":
        """Say what is usual by these numbers of rows, at least one."""
        middle = _median(rows)
        spread = _median([abs(each - middle) for each in rows])
        width = max(_MOST_DEVIATIONS * spread, _LEAST_SHARE * middle, 1)
        return cls(max(0, floor(middle - width)), ceil(middle + width), middle, len(rows), day)


@dataclass(frozen=True, slots=True)
class EarlierFiles:
    """Of a source, before one of its files.

    last: the columns of the last good one; None where there was none, or it has no header.
    rows_on_day: data rows of the last good ones of the same day of the week, the latest first.
    rows: the same of any day. weekday: of the file, 1 for Monday.
    same_bytes: another upload of the source with its bytes.
    same_key: the upload of its key before this one.
    """

    last: Header | None = None
    rows_on_day: tuple[int, ...] = ()
    rows: tuple[int, ...] = ()
    weekday: int = 1
    same_bytes: EarlierUpload | None = None
    same_key: EarlierUpload | None = None

    @property
    def usual_rows(self) -> UsualRows | None:
        """None where there are too few files."""
        if len(self.rows_on_day) >= FEWEST_FILES:
            return UsualRows.of(self.rows_on_day[:MOST_FILES], _DAYS[self.weekday - 1])
        if len(self.rows) >= FEWEST_FILES:
            return UsualRows.of(self.rows[:MOST_FILES], None)
        return None


def _median(numbers: Sequence[float]) -> float:
    # Without the statistics module, whose import would be a part of each cold start.
    ordered = sorted(numbers)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


NO_EARLIER_FILES = EarlierFiles()
