"""What may be told of a file instead of being found."""

from dataclasses import dataclass

from rowledger.functions.domain.counting.told import Told

# Characters that are hard to see, or to type, by name.
_NAMED = {"tab": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "none": ""}


def named_characters(word: str) -> str:
    """Return the characters that have this name, else the word itself."""
    return _NAMED.get(word, word)


@dataclass(frozen=True, slots=True)
class CountOptions:
    r"""Each None is found from the content.

    delimiter: one or more characters; "" for one column.
    quote: one character; "" for none.
    escape: "\\" for backslash escapes; "" for none.
    encoding: a name that Python's codecs know.
    skip_lines: so many physical lines at the beginning are left out.
    comment: records that begin with it are left out.
    strict: by RFC 4180, with what is told, and nothing else: every quoted section is believed.
    """

    delimiter: str | None = None
    quote: str | None = None
    escape: str | None = None
    encoding: str | None = None
    skip_lines: int = 0
    comment: str | None = None
    strict: bool = False

    def __post_init__(self) -> None:
        if self.encoding is not None:
            "x".encode(self.encoding)  # codecs.lookup() knows encodings of no text, too
        if self.quote is not None and len(self.quote.encode()) > 1:
            raise ValueError("a quote is one ASCII character")
        if self.escape not in {None, "", "\\"}:
            raise ValueError("the escape character is the backslash, or none")
        if self.skip_lines < 0:
            raise ValueError("so few lines cannot be left out")

    @property
    def told(self) -> Told:
        """What is told of the reading."""
        return Told(
            None if self.delimiter is None else self.delimiter.encode(),
            None if self.quote is None else self.quote.encode(),
            None if self.escape is None else bool(self.escape),
            None if not self.comment else self.comment.encode(),
            self.strict,
        )
