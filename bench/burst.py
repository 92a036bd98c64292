"""Many files at once, beside a function that does nothing."""

from collections.abc import Iterator
from pathlib import Path

from bench.copies import end_copies
from bench.markdown import row, seconds
from bench.sides import Side
from bench.stage import Stage


def burst(stage: Stage, file: Path, files: int) -> Iterator[str]:
    """Seconds from the first PUT until every file has an outcome: cold, and once more."""
    sides = stage.sides
    for state in ("cold", "warm"):
        taken = {
            side.name: _taken(stage, side, file, files, state)
            for side in (sides.nothing, sides.logging_nothing, sides.plain, sides.processor)
        }
        for idle in (sides.nothing, sides.logging_nothing):
            least = taken[idle.name]
            yield row(
                f"{files} files at once, {state}, until the last outcome",
                f"{seconds(least)} ({idle.name})",
                *(
                    f"{seconds(taken[side.name])}, {taken[side.name] / least:.2f} x"
                    for side in (sides.plain, sides.processor)
                ),
                f"{taken[sides.processor.name] / taken[sides.plain.name]:.2f}",
            )
    failed = [str(stage.failed(side)) for side in (sides.plain, sides.processor)]
    yield row("dead letters of these", "", *failed, "")


def _taken(stage: Stage, side: Side, file: Path, files: int, state: str) -> float:
    if state == "cold":
        end_copies(stage.stack, side.function)
    keys = [f"{side.function}-{state}-{number:05}.csv" for number in range(files)]
    began = stage.put_at_once(side, file, keys)
    return max(stage.outcomes(side, began, files, pause=1.0)) - began
