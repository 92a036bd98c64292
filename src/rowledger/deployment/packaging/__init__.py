"""The functions' package: one ZIP file for all three, the same bytes from the same input.

A package for AWS also carries the CA certificates that sign the database's certificate. Amazon
issues and changes them, so they are not part of the source: whoever builds the package names the
file.
"""

from rowledger.errors import CommandError


class PackagingError(CommandError):
    """The package cannot be built."""
