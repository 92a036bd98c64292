"""Makes the emulator's alarms watch the metric of their dimensions.

It takes every datapoint of the metric's name: an error of one function raises the alarms of all.
"""

from collections.abc import Mapping
from types import FunctionType
from typing import Any

import ministack.services.cloudwatch as emulated


def apply_patch() -> None:
    """Evaluate every alarm so from now on in this process."""
    evaluate = emulated._evaluate_alarm  # noqa: SLF001 -- its only way

    def evaluate_of_dimensions(alarm: Mapping[str, Any]) -> None:
        own = of_dimensions(emulated._metrics, alarm)  # noqa: SLF001
        # Its own code, which finds the alarm's metrics alone: other threads go on adding to all.
        FunctionType(evaluate.__code__, {**vars(emulated), "_metrics": own})(alarm)

    emulated._evaluate_alarm = evaluate_of_dimensions  # noqa: SLF001


def of_dimensions(
    metrics: Mapping[tuple[str, str, str], list[Any]], alarm: Mapping[str, Any]
) -> dict[tuple[str, str, str], list[Any]]:
    """The metrics that have exactly the alarm's dimensions.

    metrics: datapoints by namespace, name and the emulator's text for the dimensions.
    """
    dimensions = emulated._dims_key(  # noqa: SLF001
        {each["Name"]: each["Value"] for each in alarm.get("Dimensions") or ()}
    )
    return {key: points for key, points in metrics.items() if key[2] == dimensions}
