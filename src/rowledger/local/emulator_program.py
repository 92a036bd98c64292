"""The emulator's program, with the holes filled that can be filled from within it only."""

import ministack.app

from rowledger.local.emulator_gaps import condition_keys, idle_connections


def main() -> None:
    idle_connections.mend()
    condition_keys.mend()
    ministack.app.main()


if __name__ == "__main__":
    main()
