"""YAML as plain JSON with the line of each part.

Scalars are read as YAML 1.2's JSON schema has them, and editors with it: `no` and `2026-01-01` are
text. Events are read instead of values: nesting cannot exhaust the stack, and no part has only a
value.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from rowledger.operations.domain.located import (
    LocatedDocument,
    Mistake,
    MistakesError,
    Path,
    TextPosition,
    path_text,
)

# libyaml's parser, where the wheel has it; else the same in Python, slower.
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_DEEPEST = 32
_TOO_DEEP = "the document is nested too deeply"
# Aliases can make a short document a huge one.
_MOST_PARTS = 2_000_000
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_NUMBER = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
# A float has every whole number below.
_EXACT = 2**53
_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


@dataclass(slots=True)
class _Node:
    """kind: of its event. children: of a mapping, keys and values in turn."""

    kind: type[yaml.Event]
    position: TextPosition
    anchor: str | None = None
    value: Any = None
    children: list["_Node"] = field(default_factory=list)


def read_yaml(data: bytes) -> LocatedDocument:
    """Read a document; raise MistakesError where it is no YAML in UTF-8."""
    tree = _Tree()
    try:
        for event in yaml.parse(data.decode("utf-8-sig"), Loader=_LOADER):
            tree.take(event)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _refused(TextPosition(line, 1), "this is not UTF-8") from error
    except yaml.YAMLError as error:
        raise MistakesError([_syntax_mistake(error)]) from error
    reading = _Reading()
    value = reading.plain(tree.root, ())
    return LocatedDocument(value, reading.positions, tuple(reading.mistakes))


class _Reading:
    def __init__(self) -> None:
        self.positions: dict[Path, TextPosition] = {}
        self.mistakes: list[Mistake] = []

    def plain(self, node: _Node, path: Path) -> Any:  # noqa: ANN401 -- any JSON
        """Return a node as plain JSON, and take note of where its parts are."""
        self.positions.setdefault(path, node.position)
        if len(self.positions) > _MOST_PARTS:
            raise _refused(node.position, "the document is too large with its aliases written out")
        if len(path) > _DEEPEST:
            raise _refused(node.position, _TOO_DEEP)
        if node.kind is yaml.SequenceStartEvent:
            return [self.plain(each, (*path, at)) for at, each in enumerate(node.children)]
        if node.kind is yaml.MappingStartEvent:
            pairs = zip(node.children[::2], node.children[1::2], strict=True)
            return dict(self._pairs(pairs, path))
        return node.value

    def _pairs(self, pairs: Iterator[tuple[_Node, _Node]], path: Path) -> Iterator[tuple[str, Any]]:
        first: dict[str, TextPosition] = {}
        for key, value in pairs:
            # A key that looks like a number or a word of YAML is text here, as in JSON.
            name = key.value if isinstance(key.value, str) else str(key.value)
            if key.kind is not yaml.ScalarEvent:
                self._note(key.position, path, "a key must be text")
            elif name in first:
                message = f"the key {name!r} is there twice: first in line {first[name].line:,}"
                self._note(key.position, (*path, name), message)
            else:
                first[name] = key.position
                self.positions[(*path, name)] = key.position
                yield name, self.plain(value, (*path, name))

    def _note(self, position: TextPosition, path: Path, message: str) -> None:
        self.mistakes.append(Mistake(position, path_text(path), message))


class _Tree:
    """Builds nodes from the parser's events."""

    def __init__(self) -> None:
        self._top = _Node(yaml.SequenceStartEvent, TextPosition(1, 1))
        self._open = [self._top]
        self._anchored: dict[str, _Node] = {}

    @property
    def root(self) -> _Node:
        """The document; an empty one is null."""
        nothing = _Node(yaml.ScalarEvent, TextPosition(1, 1))
        return self._top.children[0] if self._top.children else nothing

    def take(self, event: yaml.Event) -> None:
        """Take the next event; raise MistakesError for what is not known here."""
        position = TextPosition(event.start_mark.line + 1, event.start_mark.column + 1)
        if isinstance(event, yaml.AliasEvent):
            # An anchor is known once its node has ended: no node can hold itself.
            if event.anchor not in self._anchored:
                raise _refused(position, f"there is no anchor &{event.anchor} before this")
            self._open[-1].children.append(self._anchored[event.anchor])
        elif isinstance(event, yaml.NodeEvent):
            self._begin(event, position)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._anchor(self._open.pop())
        elif isinstance(event, yaml.DocumentStartEvent) and self._top.children:
            raise _refused(position, "there is a second document: one file holds one")

    def _begin(self, event: yaml.NodeEvent, position: TextPosition) -> None:
        if event.tag is not None:
            raise _refused(position, f"tags such as {event.tag} are not known here")
        node = _Node(type(event), position, event.anchor)
        self._open[-1].children.append(node)
        if isinstance(event, yaml.ScalarEvent):
            node.value = _scalar(event)
            self._anchor(node)
            return
        if len(self._open) > _DEEPEST:
            raise _refused(position, _TOO_DEEP)
        self._open.append(node)

    def _anchor(self, node: _Node) -> None:
        if node.anchor:
            self._anchored[node.anchor] = node


def _scalar(event: yaml.ScalarEvent) -> Any:  # noqa: ANN401 -- any scalar
    text: str = event.value
    # Quoted and block text is text, whatever it says.
    if not event.implicit[0]:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if not _NUMBER.fullmatch(text):
        return text
    number = float(text)
    # To JSON, 1e3 is a whole number.
    return int(number) if abs(number) < _EXACT and number.is_integer() else number


def _refused(position: TextPosition, message: str) -> MistakesError:
    return MistakesError([Mistake(position, "", message)])


def _syntax_mistake(error: yaml.YAMLError) -> Mistake:
    mark = getattr(error, "problem_mark", None)
    position = TextPosition(mark.line + 1, mark.column + 1) if mark else TextPosition(1, 1)
    problem = getattr(error, "problem", None) or str(error).splitlines()[0]
    context = getattr(error, "context", None)
    return Mistake(position, "", f"this is no YAML: {problem}{f' {context}' if context else ''}")
