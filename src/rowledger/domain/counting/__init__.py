"""Counting the records of a CSV stream in constant memory."""

from rowledger.domain.counting.counter import Count, Counter

__all__ = ["Count", "Counter"]
