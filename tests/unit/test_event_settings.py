"""What becomes of an event whose invocation failed, by what was invoked."""

from typing import Any

import pytest

from rowledger.local.emulator_patches.asynchronous_events import settings_of

OF_ALIAS, OF_LATEST, PASSED_ON = ({"MaximumRetryAttempts": tries} for tries in (0, 1, 2))
FUNCTION = {"event_invoke_configs": {"live": OF_ALIAS, "$LATEST": OF_LATEST}}


@pytest.mark.parametrize(
    ("qualifier", "record", "settings"),
    [
        # The Invoke API: the record is the version's, which has none of its own.
        ("live", {}, OF_ALIAS),
        ("7", {}, {}),
        ("$LATEST", FUNCTION, OF_LATEST),
        (None, FUNCTION, OF_LATEST),
        # S3 invokes an alias at a version, or at the latest code: alias_weights passes them on.
        ("7", {"event_invoke_config": PASSED_ON}, PASSED_ON),
        (None, {**FUNCTION, "event_invoke_config": PASSED_ON}, PASSED_ON),
    ],
)
def test_the_settings_are_those_of_what_was_invoked(
    qualifier: str | None, record: dict[str, Any], settings: dict[str, int]
) -> None:
    assert settings_of(qualifier, record, FUNCTION) == settings
