"""Numbers as they are typed."""

import math
from typing import Any

import click


class NumberRange(click.FloatRange):
    """A range that refuses what is no number: nan is neither below nor above any bound."""

    def convert(
        self,
        value: Any,  # noqa: ANN401 -- as click's own
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> float:
        number = float(super().convert(value, param, ctx))
        if math.isnan(number):
            self.fail(f"{value!r} is not a number.", param, ctx)
        return number
