"""The reference in docs/sources.md, made from the schema.

After a change of the schema: .venv/bin/python -m tests.unit.schema_reference
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rowledger.functions import contract

PAGE = Path(__file__).parents[2] / "docs/sources.md"
BEGIN = "<!-- made from sources.schema.json: .venv/bin/python -m tests.unit.schema_reference -->\n"
END = "<!-- end of the reference -->\n"
_TYPES = {"string": "text", "integer": "whole number", "boolean": "true or false"}

Schema = Mapping[str, Any]


def page_with_reference(page: str) -> str:
    """Return the page with the reference as the schema has it now."""
    before, _, rest = page.partition(BEGIN)
    behind = rest.partition(END)[2]
    return f"{before}{BEGIN}\n{reference(contract.load('sources.schema.json'))}\n{END}{behind}"


def reference(schema: Schema) -> str:
    """Return a section for the file, and for each part of a source, in the order of the schema."""
    parts = schema["$defs"]
    sections = [_section("The file", schema, parts), _section("A source", parts["source"], parts)]
    for name, each in parts["source"]["properties"].items():
        if "$ref" in each:
            sections.append(_section(f"`{name}`", _resolved(each, parts), parts))
    # Those that are in lists.
    in_lists = ("expectation", "expectedFiles", "expectedBytes", "recipient", "calendar")
    for name in in_lists:
        sections += [_section(parts[name]["title"], parts[name], parts)]
    return "\n".join(sections)


def _section(title: str, part: Schema, parts: Schema) -> str:
    required = part.get("required", [])
    lines = [
        f"### {title}",
        "",
        part["description"],
        "",
        "| key | value | default | meaning |",
        "| --- | --- | --- | --- |",
    ]
    for name, each in part["properties"].items():
        whole = _resolved(each, parts)
        default = "required" if name in required else _default(whole)
        cells = (f"`{name}`", _value(whole, parts), default, _meaning(each, whole))
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, *_needs(part), ""])


def _needs(part: Schema) -> Iterator[str]:
    """Sentences about keys that need others."""
    sentences = [
        f"`{name}` needs `{'`, `'.join(needed)}`."
        for name, needed in part.get("dependentRequired", {}).items()
    ]
    if one_of := [each["required"][0] for each in part.get("anyOf", [])]:
        sentences.append(f"One of `{'`, `'.join(one_of)}` is needed.")
    if sentences:
        yield ""
        yield " ".join(sentences)


def _meaning(part: Schema, whole: Schema) -> str:
    if whole.get("type") == "object":
        return "see below"
    return str(part.get("description", ""))


def _anchor(title: str) -> str:
    return title.lower().replace(" ", "-")


def _value(part: Schema, parts: Schema) -> str:
    if part.get("type") == "object":
        return f"[keys](#{_anchor(part['title'])})"
    if part.get("type") == "array":
        items = _resolved(part["items"], parts)
        if "properties" in items:
            return f"list of [{items['title'].split()[-1]}s](#{_anchor(items['title'])})"
        return _list(items)
    if "const" in part:
        return f"`{part['const']}`"
    if "enum" in part:
        return ", ".join(f"`{each}`" for each in part["enum"])
    limits = [f"{part['maxLength']:,} characters at most"] if "maxLength" in part else []
    limits += [f"{part['minimum']:,} or more"] if "minimum" in part else []
    limits += [part["patternErrorMessage"]] if "patternErrorMessage" in part else []
    return "; ".join([_TYPES[part["type"]], *limits])


def _list(items: Schema) -> str:
    if "enum" in items:
        return "list of " + ", ".join(f"`{each}`" for each in items["enum"])
    message = items.get("patternErrorMessage")
    return f"list of text; each {message}" if message else "list of text"


def _default(part: Schema) -> str:
    if "default" not in part:
        return ""
    value = part["default"]
    return f"`{value if isinstance(value, str) else json.dumps(value)}`"


def _resolved(part: Schema, parts: Schema) -> Schema:
    """The part, with what it refers to; what stands beside the reference goes first."""
    if "$ref" not in part:
        return part
    return {**parts[part["$ref"].removeprefix("#/$defs/")], **part}


if __name__ == "__main__":
    PAGE.write_text(page_with_reference(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
