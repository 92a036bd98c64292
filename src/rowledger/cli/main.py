"""The command line: one file a command, one boundary for errors, exit status 0, 1 or 2."""

import io
import sys
from collections.abc import Sequence
from importlib import import_module

import click

from rowledger import __version__
from rowledger.errors import CommandError
from rowledger.functions.domain.faults import FaultError
from rowledger.functions.domain.text import escaped

_NAME = "rowledger"
# Each is the function of that name (with _ for -) in the module of that name, imported when it is
# called: counting files need not wait for boto3.
_COMMANDS = (
    "demo",
    "up",
    "down",
    "reset",
    "status",
    "upload",
    "files",
    "show",
    "dead-letters",
    "replay",
    "inbox",
    "logs",
    "count",
    "reconcile",
    "migrate",
    "deploy",
    "rollback",
)

# The end of a part's log has several lines.
_LINE_END = "\n"


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        name = cmd_name.replace("-", "_")
        module = import_module(f"rowledger.cli.commands.{name}")
        command: click.Command = getattr(module, name)
        return command


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name=_NAME)
def cli() -> None:
    """Every CSV file that lands is accounted for exactly once, and you can prove it."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and exit with its status; without arguments, those of the process."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # What the terminal's encoding lacks is shown as its escape.
            stream.reconfigure(errors="backslashreplace")
    try:
        cli(arguments, _NAME)
    except (UnicodeEncodeError, UnicodeDecodeError) as error:
        click.echo(f"rowledger: a name or value is not valid text ({error.reason})", err=True)
        sys.exit(1)
    except (OSError, CommandError, FaultError) as error:
        click.echo(f"rowledger: {escaped(str(error), keep=_LINE_END)}", err=True)
        sys.exit(1)
