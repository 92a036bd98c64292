"""The emulator's program, with the holes filled that can be filled from within it only."""

import ministack.app

from rowledger.local.emulator_patches import alias_weights as aliases
from rowledger.local.emulator_patches import condition_keys, database_settings, idle_connections


def main() -> None:
    idle_connections.mend()
    aliases.mend()
    condition_keys.mend()
    database_settings.mend()
    ministack.app.main()


if __name__ == "__main__":
    main()
