"""A CSV intake pipeline for AWS: every file that lands is accounted for exactly once."""

__version__ = "0.1.0"
