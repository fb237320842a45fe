"""The OpenAPI document as the reference page shows it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask, render_template

from service.page.reference import Kind, describe_contract

SPAN = {"$ref": "#/components/schemas/Span"}
SCHEMAS = [
    ("plain", {"type": "string"}, "string", None, ()),
    ("nullable", {"type": ["string", "null"]}, "string or null", None, ()),
    ("reference", SPAN, "Span", "Span", ()),
    ("nullable reference", {"anyOf": [SPAN, {"type": "null"}]}, "Span or null", "Span", ()),
    ("reference with a description", {"allOf": [SPAN], "description": "x"}, "Span", "Span", ()),
    ("list", {"type": "array", "items": SPAN, "minItems": 1}, "list of Span", "Span", ("1 or more",)),
    ("choice", {"type": "string", "enum": ["a", None]}, "string", None, ("one of a, null",)),
    (
        "choices of a list",
        {"type": "array", "items": {"type": "string", "enum": ["a"]}},
        "list of string",
        None,
        ("one of a",),
    ),
    (
        "limits and default",
        {"type": "number", "minimum": 0.0, "maximum": 1.0, "default": 0.0},
        "number",
        None,
        ("at least 0", "at most 1", "default 0"),
    ),
    ("a default of no", {"type": "boolean", "default": False}, "boolean", None, ("default false",)),
    (
        "lengths",
        {"type": "string", "minLength": 2, "maxLength": 9},
        "string",
        None,
        ("at least 2 characters", "at most 9 characters"),
    ),
    ("a least length of one", {"type": "string", "minLength": 1}, "string", None, ("not empty",)),
    # Must not be taken for a kind: it says which members go together.
    ("members that exclude each other", {"type": "object", "oneOf": [{"required": ["a"]}]}, "object", None, ()),
    ("nothing said", {}, "any value", None, ()),
]  # fmt: skip


def contract(schema: dict[str, Any], **operation: Any) -> dict[str, Any]:
    return {
        "info": {"title": "t", "version": "1"},
        "paths": {"/x": {"get": {"responses": {}, **operation}}},
        "components": {
            "schemas": {"Span": {"type": "object"}, "Whole": {"type": "object", "properties": {"one": schema}}},
            "parameters": {"shared": {"name": "shared", "in": "header", "schema": {"type": "integer"}}},
        },
    }


@pytest.mark.parametrize(
    ("schema", "words", "name", "notes"), [row[1:] for row in SCHEMAS], ids=[row[0] for row in SCHEMAS]
)
def test_schemas_in_words(schema: dict[str, Any], words: str, name: str | None, notes: tuple[str, ...]) -> None:
    member = describe_contract(contract(schema)).shapes[1].members[0]
    assert (member.kind, member.notes) == (Kind(words, name), notes)


def test_a_call_with_everything() -> None:
    described = describe_contract(
        contract(
            {},
            operationId="readX",
            summary="All of it",
            parameters=[{"$ref": "#/components/parameters/shared"}],
            responses={
                "200": {"description": "ok", "content": {"text/csv": {"example": "a,b\n"}}},
                "404": {
                    "description": "no",
                    "headers": {"Retry-After": {}},
                    "content": {"application/problem+json": {"examples": {"not-found": {"value": {"status": 404}}}}},
                },
            },
        )
    )
    (operation,) = described.operations
    assert (operation.id, operation.method, operation.path) == ("readX", "GET", "/x")
    assert [(one.name, one.place, one.required) for one in operation.parameters] == [("shared", "header", False)]
    assert [(one.status, one.bodies[0].examples) for one in operation.answers] == [("200", (("", "a,b\n"),))]
    assert [(one.status, one.headers) for one in operation.failures] == [("404", ("Retry-After",))]
    assert operation.failures[0].bodies[0].examples == (("not-found", '{\n  "status": 404\n}'),)


def test_members_that_exclude_each_other_are_said() -> None:
    schema = {"type": "object", "properties": {}, "oneOf": [{"required": ["text"]}, {"required": ["html"]}]}
    document = contract({})
    document["components"]["schemas"]["Either"] = schema
    assert describe_contract(document).shapes[2].description == "Exactly one of text, html."


def test_the_link_to_a_schema_stands_where_its_name_does() -> None:
    app = Flask(__name__, template_folder=str(Path(__file__).parent.parent / "service" / "page" / "templates"))
    with app.test_request_context():
        reference = describe_contract(contract({"anyOf": [SPAN, {"type": "null"}]}))
        page = render_template("reference.html", reference=reference)
    assert '<a href="#schema-Span">Span</a> or null' in page
