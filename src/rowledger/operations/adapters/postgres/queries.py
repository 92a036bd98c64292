"""The queries of operations.sql, beside this file."""

from rowledger.functions.adapters.postgres.queries import load_queries
from rowledger.functions.adapters.postgres.rows import ROW_PARTS

QUERIES = load_queries("operations", package=__package__ or "", **ROW_PARTS)
