"""The emulator's program, with the patches that can only be applied from within it."""

import ministack.app

from rowledger.local.emulator_patches import (
    action_names,
    alarm_dimensions,
    alias_weights,
    asynchronous_events,
    condition_keys,
    credentials,
    database_settings,
    idle_connections,
    resource_patterns,
    unpacked_code,
    whole_checksums,
)


def main() -> None:
    idle_connections.apply_patch()
    alias_weights.apply_patch()
    asynchronous_events.apply_patch()
    action_names.apply_patch()
    condition_keys.apply_patch()
    credentials.apply_patch()
    database_settings.apply_patch()
    resource_patterns.apply_patch()
    alarm_dimensions.apply_patch()
    unpacked_code.apply_patch()
    whole_checksums.apply_patch()
    ministack.app.main()


if __name__ == "__main__":
    main()
