"""Where things are in the checkout that the commands of make run in."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
# Relative, as a plan and a release name it in other checkouts than this one.
PACKAGE = Path("build", "csv-processor.zip")
