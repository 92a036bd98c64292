"""Sets by which kernel this process counts."""

from rowledger.functions.adapters.kernel.library import load_kernel
from rowledger.functions.domain.counting import kernel


def use_kernel() -> None:
    """Count by the kernel of this machine from now on, where it was built."""
    kernel.use(load_kernel())
