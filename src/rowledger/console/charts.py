"""Bars of a chart, as an SVG that the server makes: no script, no style of its own."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_HEIGHT = 100.0
_WIDTH = 10.0
_GAP = 2.0


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a bar. kind: its class in the style, such as failed."""

    kind: str
    x: float
    y: float
    width: float
    height: float


def stacked(bars: Sequence[Sequence[tuple[str, int]]]) -> list[list[Share]]:
    """Place the parts of each bar, from the bottom up, in a box as wide as box_width says.

    bars: the kind and the size of each part. The highest bar is as high as the box.
    """
    highest = max((sum(size for _, size in bar) for bar in bars), default=0) or 1
    return [list(_shares(number, bar, highest)) for number, bar in enumerate(bars)]


def _shares(number: int, bar: Iterable[tuple[str, int]], highest: int) -> Iterable[Share]:
    top = _HEIGHT
    for kind, size in bar:
        height = round(size * _HEIGHT / highest, 3)
        top -= height
        if size:
            yield Share(kind, number * _WIDTH + _GAP / 2, round(top, 3), _WIDTH - _GAP, height)


def box_width(bars: int) -> float:
    """How wide the box of so many bars is; its height is 100."""
    return bars * _WIDTH
