"""YAML as plain JSON with the line of each part."""

from typing import Any

import pytest
import yaml

from rowledger.operations.adapters import yaml_documents
from rowledger.operations.adapters.yaml_documents import read_yaml
from rowledger.operations.domain.located import MistakesError, TextPosition


@pytest.fixture(autouse=True, params=["libyaml", "Python"])
def _parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "Python":
        monkeypatch.setattr(yaml_documents, "_LOADER", yaml.BaseLoader)


def refusal_of(text: str) -> tuple[int, str]:
    with pytest.raises(MistakesError) as caught:
        read_yaml(text.encode())
    (mistake,) = caught.value.mistakes
    return mistake.position.line, mistake.message


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("2026-01-01", "2026-01-01"),
        ("12:30:45", "12:30:45"),
        ("true", True),
        ("False", False),
        ("~", None),
        ("", None),
        ("007", 7),
        ("-3", -3),
        ("1e3", 1000),
        ("2.0", 2),
        ("2.5", 2.5),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("1.2.3", "1.2.3"),
        ("'1'", "1"),
        ('"true"', "true"),
        ("|\n  1\n", "1\n"),
        ("<<", "<<"),
    ],
)
def test_scalars_are_those_of_yaml_1_2(text: str, value: Any) -> None:  # noqa: ANN401 -- any scalar
    found = read_yaml(f"a: {text}\n".encode()).value["a"]
    assert (found, type(found)) == (value, type(value))


def test_every_part_has_its_line_and_column() -> None:
    document = read_yaml(b"a:\n  - b: 1\n    c: [2,\n        3]\n  - d\n")
    assert document.value == {"a": [{"b": 1, "c": [2, 3]}, "d"]}
    assert document.positions == {
        (): TextPosition(1, 1),
        ("a",): TextPosition(1, 1),
        ("a", 0): TextPosition(2, 5),
        ("a", 0, "b"): TextPosition(2, 5),
        ("a", 0, "c"): TextPosition(3, 5),
        ("a", 0, "c", 0): TextPosition(3, 9),
        ("a", 0, "c", 1): TextPosition(4, 9),
        ("a", 1): TextPosition(5, 5),
    }
    near = document.mistake(("a", 1, "missing"), "x")
    assert (near.position, near.path) == (TextPosition(5, 5), "a[1].missing")


def test_a_part_may_be_written_once_and_used_again() -> None:
    document = read_yaml(b"a: &x {k: 1}\nb: *x\nc: &y z\nd: *y\n")
    assert document.value == {"a": {"k": 1}, "b": {"k": 1}, "c": "z", "d": "z"}


def test_a_key_that_is_there_twice_is_a_mistake_and_the_first_counts() -> None:
    document = read_yaml(b"a: 1\nb:\n  c: 1\n  c: 2\na: 3\n? [k]\n: 4\n")
    assert document.value == {"a": 1, "b": {"c": 1}}
    found = [(each.position.line, each.path, each.message) for each in document.mistakes]
    assert found == [
        (4, "b.c", "the key 'c' is there twice: first in line 3"),
        (5, "a", "the key 'a' is there twice: first in line 1"),
        (6, "", "a key must be text"),
    ]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: 1\nb: [2\nc: 3\n", 3, "this is no YAML: "),
        ("a: 1\n\tb: 2\n", 2, "this is no YAML: "),
        ("a: \x00\n", 1, "this is no YAML: unacceptable character"),
        ("a: 1\n---\nb: 2\n", 2, "second document"),
        ("a: 1\nb: *x\n", 2, "no anchor &x before this"),
        ("a: &x [*x]\n", 1, "no anchor &x before this"),
        ("a: !!int 1\n", 1, "tags such as tag:yaml.org,2002:int"),
        ("a: !!python/object:os.system {}\n", 1, "tags such as"),
        ("[" * 40 + "]" * 40, 1, "nested too deeply"),
    ],
)
def test_what_is_refused_is_said_with_its_line(text: str, line: int, words: str) -> None:
    found, message = refusal_of(text)
    assert found == line
    assert words in message


def test_aliases_can_neither_fill_the_memory_nor_exhaust_the_stack() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{at}: &a{at} [{', '.join([f'*a{at - 1}'] * 10)}]" for at in range(1, 12)]
    assert "too large" in refusal_of("\n".join(lines))[1]
    deep = ["a0: &a0 [x]", *(f"a{at}: &a{at} [*a{at - 1}]" for at in range(1, 2000))]
    assert "nested too deeply" in refusal_of("\n".join(deep))[1]


def test_a_file_that_is_not_utf_8_is_refused_with_the_line() -> None:
    with pytest.raises(MistakesError) as caught:
        read_yaml(b"a: 1\nb: \xff\n")
    (mistake,) = caught.value.mistakes
    assert (mistake.position.line, mistake.message) == (2, "this is not UTF-8")
    assert read_yaml(b"\xef\xbb\xbfa: 1\n").value == {"a": 1}


def test_an_empty_document_is_nothing() -> None:
    assert read_yaml(b"").value is None
    assert read_yaml(b"# nothing\n").value is None
