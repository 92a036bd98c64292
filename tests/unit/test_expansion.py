import pytest

from rowledger.functions.domain.expansion import UNSUSPICIOUS_BYTES, ExpansionLimit

GIB = 1 << 30


@pytest.mark.parametrize(
    ("stored", "may_expand_to"),
    [
        (0, UNSUSPICIOUS_BYTES),
        (1 << 20, UNSUSPICIOUS_BYTES),
        (20_000_000, 2_000_000_000),
        (5 * GIB, 10 * GIB),
    ],
)
def test_what_a_file_may_expand_to_follows_its_size(stored: int, may_expand_to: int) -> None:
    limit = ExpansionLimit(max_bytes=10 * GIB, max_ratio=100)
    assert limit.of(stored) == may_expand_to


def test_a_lower_limit_of_bytes_holds_for_small_files_too() -> None:
    assert ExpansionLimit(max_bytes=10_000, max_ratio=100).of(1 << 20) == 10_000
