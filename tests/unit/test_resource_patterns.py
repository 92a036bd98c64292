import re

from rowledger.local.emulator_patches.resource_patterns import with_every_character


def test_a_wildcard_stands_for_a_line_feed_too() -> None:
    pattern = re.compile(r"^arn:aws:s3:::in/.*$", re.IGNORECASE)
    key = "arn:aws:s3:::IN/a\nb.csv"
    assert not pattern.match(key)
    assert with_every_character(pattern).match(key)
    assert not with_every_character(pattern).match("arn:aws:s3:::out/a")
