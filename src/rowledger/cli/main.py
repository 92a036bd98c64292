"""The command line: one file a command, one boundary for errors, exit status 0, 1 or 2."""

import io
import sys
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from importlib import import_module

import click

from rowledger import __version__
from rowledger.errors import CommandError
from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.domain.text import escaped
from rowledger.wiring.console_extra import (
    HOW_TO_INSTALL_CONSOLE,
    console_is_installed,
    require_console,
)
from rowledger.wiring.local_extra import (
    HOW_TO_INSTALL,
    local_stack_is_installed,
    require_local_stack,
)

_NAME = "rowledger"
# Each is the function of that name (with _ for -) in the module of that name, imported when it is
# called: counting files need not wait for boto3.
_GROUPS: Mapping[str, tuple[str, ...]] = {
    "On this machine": ("demo", "up", "down", "reset", "inbox", "count"),
    "Look": (
        *("console", "status", "files", "show", "versions", "summary"),
        *("expectations", "incidents", "wait"),
        *("get", "export", "logs", "dead-letters", "env"),
    ),
    "Act": ("upload", "sources", "replay", "reconcile"),
    "Deploy": ("migrate", "deploy", "rollback"),
}
_COMMANDS = tuple(name for names in _GROUPS.values() for name in names)
_NO_LIMIT = 1000
# These need what the extra `local` brings.
_OF_THE_LOCAL_STACK = ("demo", "up", "down", "reset", "inbox")
# This one what the extra `console` brings.
_CONSOLE = "console"
# As a shell has it for a program that SIGINT ended.
_INTERRUPTED = 130

# The end of a part's log has several lines.
_LINE_END = "\n"


def _not_installed(name: str, advice: str, refuse: Callable[[], None]) -> click.Command:
    """A command that stands in for one of an extra, and says what to install."""
    return click.Command(
        name,
        callback=lambda **_: refuse(),
        params=[click.Argument(["arguments"], nargs=-1, type=click.UNPROCESSED)],
        help=f"{advice[0].upper()}{advice[1:]}",
        context_settings={"ignore_unknown_options": True},
    )


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            near = get_close_matches(cmd_name, _COMMANDS, n=1)
            if near:
                raise click.UsageError(f"No such command {cmd_name!r}. Did you mean {near[0]}?")
            return None
        if cmd_name in _OF_THE_LOCAL_STACK and not local_stack_is_installed():
            return _not_installed(cmd_name, HOW_TO_INSTALL, require_local_stack)
        if cmd_name == _CONSOLE and not console_is_installed():
            return _not_installed(cmd_name, HOW_TO_INSTALL_CONSOLE, require_console)
        name = cmd_name.replace("-", "_")
        module = import_module(f"rowledger.cli.commands.{name}")
        command: click.Command = getattr(module, name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        width = max(map(len, _COMMANDS))
        for title, names in _GROUPS.items():
            commands = ((name, self.get_command(ctx, name)) for name in names)
            with formatter.section(title):
                formatter.write_dl(
                    [
                        # Its first sentence, whole: a longer one is wrapped.
                        (name.ljust(width), command.get_short_help_str(limit=_NO_LIMIT))
                        for name, command in commands
                        if command is not None
                    ]
                )


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name=_NAME)
def cli() -> None:
    """Every CSV file that lands is accounted for exactly once, and you can prove it."""


def _hint(fault: FaultError) -> str:
    """What a fault that is about the ledger means for who waits for a file."""
    if fault.code is not FaultCode.DATABASE_UNAVAILABLE:
        return ""
    return (
        "\nthe ledger cannot be asked now. Files that were uploaded are safe: they stay in the"
        " input bucket, and their events are retried and then kept in the failure queue"
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and exit with its status; without arguments, those of the process."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # What the terminal's encoding lacks is shown as its escape.
            stream.reconfigure(errors="backslashreplace")
    try:
        # Not by click itself: it would say Aborted! and nothing more.
        status = cli.main(arguments, _NAME, standalone_mode=False)
        sys.exit(status if isinstance(status, int) else 0)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("rowledger: interrupted", err=True)
        sys.exit(_INTERRUPTED)
    except (UnicodeEncodeError, UnicodeDecodeError) as error:
        click.echo(f"rowledger: a name or value is not valid text ({error.reason})", err=True)
        sys.exit(1)
    except FaultError as fault:
        click.echo(f"rowledger: {escaped(str(fault), keep=_LINE_END)}{_hint(fault)}", err=True)
        sys.exit(1)
    except (OSError, CommandError) as error:
        click.echo(f"rowledger: {escaped(str(error), keep=_LINE_END)}", err=True)
        sys.exit(1)
