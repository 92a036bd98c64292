"""SQL with a name and a sentence for each query, in files beside this one.

A query begins with a comment line "-- name: what it does". `${name}` stands for another query's
text: a part that several queries share.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from string import Template

_HEAD = re.compile(r"^-- (\w+): .+\n", re.MULTILINE)


def load_queries(name: str, **parts: str) -> Mapping[str, str]:
    """Read the queries of a file, such as "ledger" for ledger.sql.

    Args:
        name: the file's, without .sql.
        parts: texts of other files that its queries share.

    Raises:
        KeyError: where a query names a part that does not exist.
    """
    text = Path(__file__).with_name(f"{name}.sql").read_text(encoding="utf-8")
    _, *found = _HEAD.split(text)
    queries = dict(zip(found[::2], found[1::2], strict=True))
    return {key: Template(sql).substitute(queries | parts) for key, sql in queries.items()}
