"""Which source a file belongs to."""

import fnmatch

from hypothesis import given
from hypothesis import strategies as st

from rowledger.functions.domain.sources.lookup import Sources
from rowledger.functions.domain.sources.source import NameRules, Source

# Few letters, so that prefixes and keys meet.
PREFIXES = st.text("ab/", max_size=4)
GLOBS = st.lists(st.sampled_from(["a*", "*b", "?", "[ab]", "*", "ab"]), min_size=1, max_size=2)
ALL_SOURCES = st.lists(st.tuples(PREFIXES, st.none() | GLOBS), max_size=12)


def a_source(name: str, prefix: str, *match: str) -> Source:
    return Source(name, prefix, names=NameRules(match=match or None))


def naive_find(sources: list[Source], key: str) -> str | None:
    """The rules as docs/sources.md has them, one by one."""
    name = key.rpartition("/")[2]
    fitting = [
        (len(source.prefix), source.names.match is not None, -at, source.name)
        for at, source in enumerate(sources)
        if key.startswith(source.prefix)
        and (
            source.names.match is None
            or any(fnmatch.fnmatchcase(name, glob) for glob in source.names.match)
        )
    ]
    return max(fitting)[3] if fitting else None


@given(ALL_SOURCES, st.text("ab/", max_size=7))
def test_agrees_with_a_naive_look_up(parts: list[tuple[str, list[str] | None]], key: str) -> None:
    sources = [
        a_source(str(at), prefix, *(globs or ())) for at, (prefix, globs) in enumerate(parts)
    ]
    found = Sources(sources).find(key)
    assert (found.name if found else None) == naive_find(sources, key)


def test_the_longest_prefix_wins_whose_names_fit() -> None:
    sources = Sources(
        [
            a_source("all", ""),
            a_source("acme", "acme/"),
            a_source("orders", "acme/", "orders_*.csv"),
            a_source("deep", "acme/2026/", "x*"),
        ]
    )
    found = {key: source.name for key in KEYS if (source := sources.find(key))}
    assert found == KEYS
    assert [source.name for source in sources] == ["all", "acme", "orders", "deep"]
    assert len(sources) == 4
    assert Sources([]).find("a.csv") is None


KEYS = {
    "other.csv": "all",
    "acme/customers.csv": "acme",
    "acme/orders_1.csv": "orders",
    # A name is what is behind the last slash.
    "acme/2026/orders_1.csv": "orders",
    "acme/2026/x.csv": "deep",
    "acme/2026/y.csv": "acme",
}
