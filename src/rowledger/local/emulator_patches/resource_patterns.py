"""Has the emulator's IAM match any character with *, as AWS does: also a line feed in a key."""

import re

import ministack.core.iam_evaluator


def apply_patch() -> None:
    """Match resources so from now on in this process."""
    original = ministack.core.iam_evaluator._fnmatch_compile  # noqa: SLF001 -- its only way

    def compiled(pattern: str, ignore_case: bool) -> re.Pattern[str]:  # noqa: FBT001 -- the emulator's
        return with_every_character(original(pattern, ignore_case))

    # The emulator looks it up at every request.
    ministack.core.iam_evaluator._fnmatch_compile = compiled  # noqa: SLF001 -- as above


def with_every_character(pattern: re.Pattern[str]) -> re.Pattern[str]:
    """The same pattern, whose dot is any character. Python keeps what it has compiled."""
    return re.compile(pattern.pattern, pattern.flags | re.DOTALL)
