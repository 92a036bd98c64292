"""Random tables, of the kinds of columns that people send."""

import random

NAMES = ("id", "name", "city", "note", "amount", "day", "code", "path")
WORDS = ("red", "pipe", "small", "Ann", "Rome", "order", "paid", "tube", "café", "Straße", "x1")


def table(source: random.Random, *, rows: int | None = None, nasty: bool = True) -> list[list[str]]:
    """Return a header and data rows. nasty: notes hold quotes, delimiters and line breaks."""
    columns = ["id", *source.sample(NAMES[1:], source.randint(1, 5))]
    if "note" not in columns:
        columns.append("note")
    count = source.randint(1, 40) if rows is None else rows
    return [columns] + [
        [_field(source, column, number, nasty=nasty) for column in columns]
        for number in range(count)
    ]


def _field(source: random.Random, column: str, number: int, *, nasty: bool) -> str:
    if column == "note":
        return _note(source) if nasty else _words(source)
    fields = {
        "id": str(1000 + number),
        "amount": f"{source.randrange(10**5) / 100:.2f}",
        "day": f"2026-{source.randint(1, 12):02}-{source.randint(1, 28):02}",
        "code": f"{source.choice('ABC')}{source.randrange(1000)}",
        "path": source.choice(("C:\\data\\in", "/srv/in", "D:\\x")),
    }
    return fields.get(column) or _words(source)


def _words(source: random.Random) -> str:
    return " ".join(source.choices(WORDS, k=source.randint(1, 3)))


def _note(source: random.Random) -> str:
    kind = source.random()
    if kind < 0.3:
        return f"{_words(source)}\n{_words(source)}"
    if kind < 0.5:
        return f'{_words(source)} "{_words(source)}" {_words(source)}'
    if kind < 0.65:
        return f"{_words(source)}, {_words(source)}"
    if kind < 0.7:
        return f'"{_words(source)}"\n{_words(source)}, {_words(source)}'
    return _words(source)
