"""Which source a file belongs to."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from rowledger.functions.domain.sources.source import Source, name_fits


class Sources:
    """All sources of a pipeline; a look-up takes as long for ten thousand as for ten.

    Its time grows with how many lengths their prefixes have.
    """

    def __init__(self, sources: Iterable[Source]) -> None:
        """sources: in the order of the file, which decides between those of one prefix."""
        self._sources = tuple(sources)
        under: dict[str, list[Source]] = defaultdict(list)
        for source in self._sources:
            under[source.prefix].append(source)
        # Those for some names come before the one for all others; sorting keeps the order else.
        for each in under.values():
            each.sort(key=lambda source: source.names.match is None)
        self._under = dict(under)
        self._lengths = sorted({len(prefix) for prefix in under}, reverse=True)

    def __iter__(self) -> Iterator[Source]:
        return iter(self._sources)

    def __len__(self) -> int:
        return len(self._sources)

    def find(self, key: str) -> Source | None:
        """Return the source of the file with this key; None where no source is for it.

        The longest prefix with a source for this name wins.
        """
        for length in self._lengths:
            if length > len(key):
                continue
            for source in self._under.get(key[:length], ()):
                if source.names.match is None or name_fits(key, source.names.match):
                    return source
        return None
