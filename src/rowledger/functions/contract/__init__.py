"""What the function and its infrastructure share, stated once and read by Python and Terraform.

settings.json names the function's environment variables, pipeline.json the resources and their
numbers, policies/ the IAM documents with ${placeholders}, result.schema.json the receipt,
event.schema.json the event for programs, sources.schema.json what people write in sources.yaml.
"""

import json
from functools import cache
from pathlib import Path
from string import Template
from typing import Any


@cache
def load(name: str) -> Any:  # noqa: ANN401 -- JSON has no narrower type
    """Read a JSON document of the contract, such as "pipeline.json"."""
    return json.loads(_text(name))


def policy(name: str, **arns: str) -> str:
    """Render an IAM policy document; raise KeyError where a placeholder has no value."""
    return Template(_text(f"policies/{name}.json")).substitute(arns)


def _text(name: str) -> str:
    # importlib.resources would take some hundredths of a second of each cold start.
    return (Path(__file__).parent / name).read_text(encoding="utf-8")
