"""Where things are in the checkout that the commands of make run in."""

from pathlib import Path

# Where rowledger is imported from: src/ of a checkout, or the folder that a wheel is installed in.
SOURCE = Path(__file__).resolve().parents[2]
ROOT = SOURCE.parent
# Relative, as a plan and a release name it in other checkouts than this one.
PACKAGE = Path("build", "csv-processor.zip")


def is_checkout() -> bool:
    """False for an installed wheel, which has neither Terraform's configuration nor a Makefile."""
    return SOURCE.name == "src" and (ROOT / "pyproject.toml").is_file()
