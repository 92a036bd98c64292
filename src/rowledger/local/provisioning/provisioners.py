"""What makes the pipeline's resources in the emulator: this package itself, or Terraform."""

from collections.abc import Callable
from typing import Protocol

from rowledger.local import StackError
from rowledger.local.clients import Aws
from rowledger.local.layout import Layout
from rowledger.local.provisioning import terraform_stack
from rowledger.local.provisioning.database_logins import Login
from rowledger.local.provisioning.resources import provision

Progress = Callable[[str], None]


class Provisioner(Protocol):
    """Makes everything the pipeline needs, or brings it up to date."""

    def __call__(
        self, aws: Aws, layout: Layout, master: Login, progress: Progress, /
    ) -> dict[str, str]:
        """The ROWLEDGER_* settings of the functions, the administrator's apart.

        master: who may make roles, for the database that the functions are to use.
        """
        ...


def choose(layout: Layout, progress: Progress, *, terraform: bool) -> Provisioner:
    """What provisioned this stack before; on a new one, what is asked for.

    Raise StackError where the two differ, TerraformError where Terraform cannot be had.
    """
    if layout.terraform.exists():
        return terraform_stack.prepare(layout, progress)
    if not terraform:
        return provision
    if layout.postgres.exists():
        raise StackError(
            "this stack was provisioned without Terraform, which knows none of its resources; "
            "clear it with `rowledger reset`, or name another state folder in ROWLEDGER_STATE_DIR"
        )
    return terraform_stack.prepare(layout, progress)
