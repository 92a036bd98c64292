"""Puts the functions' parts together: a builder each, which imports what its function uses.

A part that is given is used instead of the real one. Configurations are passed in, never read here.
"""
