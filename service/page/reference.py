"""The OpenAPI document made into what the reference page shows: records in reading order, every reference resolved."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Node = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """The type of a value in words, and the schema it names, ``None`` when it names none."""

    words: str
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """A parameter of a call or a property of a schema; ``notes`` are its limits and its default."""

    name: str
    place: str
    kind: Kind
    required: bool
    description: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Body:
    """A request's or an answer's body in one media type, with its examples by name (a single one has no name)."""

    media_type: str
    kind: Kind
    examples: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What comes back with one status."""

    status: str
    description: str
    headers: tuple[str, ...]
    bodies: tuple[Body, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """One call."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    parameters: tuple[Member, ...]
    bodies: tuple[Body, ...]
    answers: tuple[Answer, ...]
    failures: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """One schema: its properties in order."""

    name: str
    description: str
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class Reference:
    """The whole reference."""

    title: str
    version: str
    introduction: str
    operations: tuple[Operation, ...]
    shapes: tuple[Shape, ...]


def describe_contract(contract: Node) -> Reference:
    """Return the reference for an OpenAPI 3.1 document, calls and schemas in the document's order."""
    return Reference(
        contract["info"]["title"],
        contract["info"]["version"],
        contract["info"].get("description", ""),
        tuple(_operations(contract)),
        tuple(_shape(name, schema) for name, schema in contract["components"]["schemas"].items()),
    )


def _resolve(contract: Node, node: Node) -> Node:
    """Return what a ``$ref`` within the document points to, or ``node`` itself."""
    while "$ref" in node:
        found: Any = contract
        for step in node["$ref"].removeprefix("#/").split("/"):
            found = found[step.replace("~1", "/").replace("~0", "~")]
        node = found
    return node


def _operations(contract: Node) -> Iterator[Operation]:
    for path, methods in contract["paths"].items():
        shared = methods.get("parameters", [])
        for method, operation in methods.items():
            if method == "parameters":
                continue
            answers = [
                _answer(contract, status, _resolve(contract, answer))
                for status, answer in operation["responses"].items()
            ]
            yield Operation(
                operation.get("operationId", f"{method}-{path}"),
                method.upper(),
                path,
                operation.get("summary", ""),
                operation.get("description", ""),
                tuple(_parameter(_resolve(contract, entry)) for entry in [*shared, *operation.get("parameters", [])]),
                tuple(_bodies(_resolve(contract, operation.get("requestBody", {})))),
                tuple(answer for answer in answers if answer.status < "400"),
                tuple(answer for answer in answers if answer.status >= "400"),
            )


def _answer(contract: Node, status: str, answer: Node) -> Answer:
    headers = tuple(answer.get("headers", {}))
    return Answer(status, answer.get("description", ""), headers, tuple(_bodies(answer)))


def _bodies(holder: Node) -> Iterator[Body]:
    for media_type, body in holder.get("content", {}).items():
        named = {name: example["value"] for name, example in body.get("examples", {}).items()}
        if "example" in body:
            named[""] = body["example"]
        examples = tuple((name, _show(value)) for name, value in named.items())
        yield Body(media_type, _kind(body.get("schema", {})), examples)


def _show(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)


def _parameter(parameter: Node) -> Member:
    schema = parameter.get("schema", {})
    return Member(
        parameter["name"],
        parameter["in"],
        _kind(schema),
        parameter.get("required", False),
        parameter.get("description", ""),
        tuple(_notes(schema)),
    )


def _shape(name: str, schema: Node) -> Shape:
    required = schema.get("required", ())
    members = tuple(
        Member(member, "", _kind(inner), member in required, inner.get("description", ""), tuple(_notes(inner)))
        for member, inner in schema.get("properties", {}).items()
    )
    choices = [" or ".join(entry["required"]) for entry in schema.get("oneOf", ()) if "required" in entry]
    rule = f"Exactly one of {', '.join(choices)}." if choices else ""
    return Shape(name, " ".join(filter(None, (schema.get("description", ""), rule))), members)


def _kind(schema: Node) -> Kind:
    """Say in words what ``schema`` accepts: "string or null", "list of Span"."""
    options = [
        entry for key in ("anyOf", "oneOf", "allOf") for entry in schema.get(key, ()) if entry.keys() - {"required"}
    ]
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return Kind(name, name)
    if options:
        kinds = [_kind(entry) for entry in options]
        return Kind(
            " or ".join(kind.words for kind in kinds), next((kind.schema for kind in kinds if kind.schema), None)
        )
    types = schema.get("type", "any value")
    if types == "array":
        inner = _kind(schema.get("items", {}))
        return Kind(f"list of {inner.words}", inner.schema)
    return Kind(types if isinstance(types, str) else " or ".join(types))


def _notes(schema: Node) -> Iterator[str]:
    """Yield what a value must keep to, in words."""
    inner = schema.get("items", {}) if schema.get("type") == "array" else schema
    if "enum" in inner:
        yield "one of " + ", ".join("null" if value is None else str(value) for value in inner["enum"])
    if "const" in inner:
        yield f"always {inner['const']}"
    limits = (("minimum", "at least {}"), ("maximum", "at most {}"))
    lengths = (("minLength", "at least {} characters"), ("maxLength", "at most {} characters"))
    for key, words in (*limits, *lengths):
        if key in inner:
            yield "not empty" if (key, inner[key]) == ("minLength", 1) else words.format(_number(inner[key]))
    if schema.get("type") == "array" and "minItems" in schema:
        yield f"{schema['minItems']} or more"
    if schema.get("default") is not None:
        yield f"default {json.dumps(_plain(schema['default']))}"


def _plain(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _number(value: Any) -> str:
    return str(_plain(value))
