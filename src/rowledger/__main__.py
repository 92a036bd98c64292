"""`python -m rowledger`: the same program as `rowledger`."""

from rowledger.cli.main import main

main()
