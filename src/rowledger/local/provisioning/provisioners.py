"""What makes the pipeline's resources in the emulator: our own code, or Terraform."""

from typing import Protocol

from rowledger.local import OnProgress, StackError
from rowledger.local.emulator_clients import EmulatorClients
from rowledger.local.layout import Layout
from rowledger.local.provisioning import terraform_stack
from rowledger.local.provisioning.database_logins import Login
from rowledger.local.provisioning.resources import provision
from rowledger.local.provisioning.terraform_stack import MoveAliases


class Provisioner(Protocol):
    """Makes everything the pipeline needs, or brings it up to date."""

    def __call__(
        self, aws: EmulatorClients, layout: Layout, master: Login, on_progress: OnProgress, /
    ) -> dict[str, str]:
        """Return the ROWLEDGER_* settings of processor and reconciler.

        master: the login that may create roles and the database.
        """
        ...


def choose(
    layout: Layout, on_progress: OnProgress, *, terraform: bool, move_aliases: MoveAliases
) -> Provisioner:
    """What provisioned this stack before; on a new one, what is asked for.

    move_aliases: puts what Terraform deployed into service.
    Raise CommandError where the two differ, or where Terraform or its provider is missing.
    """
    if layout.terraform.exists():
        return terraform_stack.prepare(layout, on_progress, move_aliases)
    if not terraform:
        return provision
    if layout.postgres.exists():
        raise StackError(
            "this stack was provisioned without Terraform, which knows none of its resources; "
            "clear it with `rowledger reset`, or name another state folder in ROWLEDGER_STATE_DIR"
        )
    return terraform_stack.prepare(layout, on_progress, move_aliases)
