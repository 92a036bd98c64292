"""What a test has to say at the end of a run, beside passed or failed."""

import pytest

FIGURES = pytest.StashKey[list[str]]()
