"""Counting the records of a CSV stream in constant memory."""

from rowledger.functions.domain.counting.counter import Count, Counter

__all__ = ["Count", "Counter"]
