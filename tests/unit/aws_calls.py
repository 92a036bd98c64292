"""Which AWS calls a function's code can make, found in its source without running it.

From a handler's module on, everything that is mentioned by name is followed: functions, and those
methods whose name is mentioned of those classes that are mentioned. That finds too much rather than
too little; what the entrypoints have in common, functions/wiring/shared.py, differs by which of its
functions they mention.
"""

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import rowledger

SOURCE = Path(rowledger.__file__).parent
# Where adapters are; the local stack's own calls need no permission that anybody grants.
_ADAPTED = ("functions/", "operations/", "deployment/")
_ENTRYPOINTS = "functions/entrypoints/"
_CLIENTS = {
    "S3Client": "s3",
    "SNSClient": "sns",
    "SQSClient": "sqs",
    "SecretsManagerClient": "secretsmanager",
    "LambdaClient": "lambda",
    "CloudWatchClient": "cloudwatch",
    "CloudWatchLogsClient": "logs",
}
# Functions that have the transfer manager make calls.
_TRANSFERS = {"copy_in_parts": "s3.copy"}
# Of these calls the arguments decide which right is needed.
_TOLD_APART = {"get_object": "VersionId", "head_object": "VersionId"}


@dataclass
class Source:
    """Definitions by name, over all modules: two of one name are both followed."""

    entrypoints: dict[str, ast.Module] = field(default_factory=dict)
    functions: dict[str, list[ast.AST]] = field(default_factory=lambda: defaultdict(list))
    classes: dict[str, list[ast.ClassDef]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def read(cls) -> "Source":
        source = cls()
        for path in sorted(SOURCE.rglob("*.py")):
            name = path.relative_to(SOURCE).as_posix()
            if not name.startswith(_ADAPTED):
                continue
            module = ast.parse(path.read_text(encoding="utf-8"))
            if name.startswith(_ENTRYPOINTS) and module.body:
                source.entrypoints[path.stem] = module
                continue
            for node in module.body:
                source.define(node)
        return source

    def define(self, node: ast.stmt) -> None:
        match node:
            case ast.ClassDef(name):
                self.classes[name].append(node)
            case ast.FunctionDef(name):
                self.functions[name].append(node)
            case ast.Assign(targets=[ast.Name(name)]) | ast.AnnAssign(target=ast.Name(name)):
                self.functions[name].append(node)


def calls_of(entrypoint: str, source: Source) -> set[str]:
    """Every AWS call that the handler's module can come to, such as "s3.put_object"."""
    mentioned: set[str] = set()
    followed: list[ast.AST] = []
    fresh: list[ast.AST] = [source.entrypoints[entrypoint]]
    while fresh:
        followed += fresh
        for node in fresh:
            mentioned |= set(_mentions(node))
        known = set(map(id, followed))
        fresh = [node for node in _reached(mentioned, source) if id(node) not in known]
    return {call for node in followed for call in _made_in(node, source)}


def all_calls(source: Source) -> set[str]:
    """Every AWS call of any adapter."""
    return {
        call
        for classes in source.classes.values()
        for found in classes
        for method in _methods(found)
        for call in _made_in(method, source)
    }


def _reached(mentioned: set[str], source: Source) -> Iterator[ast.AST]:
    for name in mentioned:
        yield from source.functions.get(name, [])
        for found in source.classes.get(name, []):
            for method in _methods(found):
                if method.name in mentioned or method.name.startswith("__"):
                    yield method


def _methods(found: ast.ClassDef) -> list[ast.FunctionDef]:
    return [node for node in found.body if isinstance(node, ast.FunctionDef)]


def _mentions(node: ast.AST) -> Iterator[str]:
    """Names in what runs: an annotation or an import makes nothing happen."""
    for child in _running(node):
        match child:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                yield name


def _running(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "args") and not isinstance(node, ast.Call):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not isinstance(child, ast.Import | ast.ImportFrom):
                yield from _running(child)


def _made_in(node: ast.AST, source: Source) -> Iterator[str]:
    service = next(
        (
            _service(found)
            for classes in source.classes.values()
            for found in classes
            if node in found.body
        ),
        None,
    )
    if service is None:
        return
    for child in ast.walk(node):
        match child:
            case ast.Call(func=ast.Name(function)) if function in _TRANSFERS:
                yield _TRANSFERS[function]
            case ast.Call(
                func=ast.Attribute(
                    attr=method,
                    value=ast.Attribute(
                        attr="client" | "_client" | "patient_client", value=ast.Name("self")
                    ),
                ),
                keywords=keywords,
            ):
                decisive = _TOLD_APART.get(method)
                given = decisive and decisive in {keyword.arg for keyword in keywords}
                yield f"{service}.{method}" + (f"({decisive})" if given else "")


def _service(found: ast.ClassDef) -> str | None:
    """The service that a class's client is annotated with; KeyError for one not known here."""
    for child in ast.walk(found):
        match child:
            case ast.Constant(str(name)) if name.isidentifier() and name.endswith("Client"):
                return _CLIENTS[name]
    return None
