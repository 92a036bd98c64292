"""Tables as the pages show them, to be pasted."""


def table(*heads: str) -> str:
    """The two lines that a table begins with."""
    return f"{row(*heads)}\n{row(*['---'] * len(heads))}"


def row(*cells: str) -> str:
    return "|" + "".join(f" {cell} |" if cell else " |" for cell in cells)


def seconds(value: float) -> str:
    """A time in the unit that suits it."""
    milliseconds = round(value * 1000)
    return f"{milliseconds} ms" if milliseconds < 1000 else f"{value:.2f} s"
