"""What is done on the way out of a fault, without hiding it."""

from collections.abc import Callable

from rowledger.functions.domain.faults import FaultError


def after(error: Exception, clean_up: Callable[[], None]) -> None:
    """Run a best-effort clean-up; should it fail too, the first error keeps a note of that."""
    try:
        clean_up()
    except FaultError as second:
        error.add_note(f"and then: {second}")
