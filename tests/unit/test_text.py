import json

from hypothesis import given
from hypothesis import strategies as st

from rowledger.functions.domain.text import escaped, json_text, printable

ANY = st.text(st.characters(), max_size=200)
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | ANY,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ANY, inner, max_size=4),
    max_leaves=10,
)


def test_control_and_invisible_characters_show_as_escapes() -> None:
    assert printable("a\r\nBcc: b\u202ec\\n") == "a\\r\\nBcc: b\\u202ec\\\\n"


@given(ANY)
def test_nothing_unprintable_is_left(text: str) -> None:
    assert printable(text).isprintable()
    assert escaped(text).isprintable()
    assert escaped(text, keep="\t").replace("\t", "").isprintable()


@given(DOCUMENTS, st.sampled_from([None, 2]))
def test_a_document_means_the_same_and_breaks_no_line(document: object, indent: int | None) -> None:
    text = json_text(document, indent=indent)
    assert json.loads(text) == document
    assert text.replace("\n", "").isprintable()
    if indent is None:
        assert len(text.splitlines()) == 1


@given(DOCUMENTS)
def test_a_document_of_somebody_else_means_the_same_too(document: object) -> None:
    assert json.loads(escaped(json.dumps(document, ensure_ascii=False))) == document


def test_letters_of_every_script_stay_readable() -> None:
    assert json_text({"filename": "Größe 日本 📈.csv"}) == '{"filename": "Größe 日本 📈.csv"}'
