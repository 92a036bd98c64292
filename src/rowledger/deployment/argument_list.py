"""Runs a program with a list of arguments from an environment variable, and no shell in between.

The list is written as for a shell: words between spaces, quotes around what holds spaces. It is
read as words only: nothing in it is run, expanded or taken for a second command.
"""

import os
import shlex
import sys


def main(arguments: list[str]) -> int:
    """Replace this process by the program; return 2 where there is none to run.

    Args:
        arguments: The variable's name, the program, and the arguments before the list.
    """
    variable, *command = arguments
    try:
        listed = shlex.split(os.environ.get(variable, ""))
        os.execvp(command[0], [*command, *listed])  # noqa: S606 -- without a shell is the point
    except (ValueError, OSError) as error:
        print(f"make: {command[0]} cannot be given {variable}: {error}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
