"""Makes pages of templates: everything that is put into one is escaped."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from rowledger.console import texts
from rowledger.functions.domain.text import json_text, printable
from rowledger.operations.domain import row_texts

FOLDER = Path(__file__).parent


def _templates() -> Environment:
    made = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "printable": printable,
        "time": texts.local_time,
        "iso": texts.iso,
        "number": texts.number,
        "size": texts.size,
        "kind": texts.kind,
        "label": texts.label,
        "reason": row_texts.reason_text,
        "remedy": row_texts.remedy_text,
        "warning_lines": row_texts.warning_lines,
        "pretty": _pretty,
    }
    made.globals |= {"duration": texts.duration}
    return made


def _pretty(document: Any) -> str:  # noqa: ANN401 -- any JSON
    return json_text(document, indent=2)


@dataclass(frozen=True, slots=True)
class Renderer:
    """environment, location: of the pipeline, as they stand on each page. csrf: for its forms."""

    environment: str
    location: str
    csrf: str
    templates: Environment

    @classmethod
    def of(cls, environment: str, location: str, csrf: str) -> "Renderer":
        return cls(environment, location, csrf, _templates())

    def page(self, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:  # noqa: ANN401 -- what the template shows
        """Make an answer of a template. status: of HTTP."""
        content = self.templates.get_template(template).render(
            environment=self.environment, location=self.location, csrf=self.csrf, **values
        )
        return HTMLResponse(content, status)
