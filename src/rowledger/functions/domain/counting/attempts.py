"""Trying what may fail again and again, ever more rarely."""

_MOST_PASSED_OVER = 15


class Attempts:
    """Says when the next attempt is due: after failures in a row, so many times are passed over."""

    def __init__(self) -> None:
        self._pass_over = self._left = 0

    def due(self) -> bool:
        """Say whether to try this time."""
        if self._left:
            self._left -= 1
            return False
        return True

    def note(self, *, succeeded: bool) -> None:
        """Take note of how an attempt ended."""
        self._pass_over = 0 if succeeded else min(2 * self._pass_over + 1, _MOST_PASSED_OVER)
        self._left = self._pass_over
