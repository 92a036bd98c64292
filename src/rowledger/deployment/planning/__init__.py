"""Between a Terraform plan and its apply: a summary to review, and checksums.

Used by scripts/terraform.sh.
"""

from rowledger.errors import CommandError


class PlanningError(CommandError):
    """A plan cannot be recorded, or must not be applied."""
