"""openapi.yaml is in step with the code, its examples hold, and generated calls find nothing it does not say."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
import schemathesis
import yaml
from hypothesis import HealthCheck, settings
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from schemathesis.specs.openapi.checks import negative_data_rejection

from service import create_app
from service.contract import build_contract, write_contract
from service.settings import Settings
from tests.fake_extractor import FakeExtractor

ROOT = Path(__file__).parent.parent
APP = create_app(Settings(), FakeExtractor())
CONTRACT = build_contract()


def test_openapi_yaml_is_in_step() -> None:
    assert (ROOT / "openapi.yaml").read_text(encoding="utf-8") == write_contract(), "run `make openapi`"


def test_openapi_yaml_is_valid_openapi() -> None:
    document = yaml.safe_load((ROOT / "openapi.yaml").read_text(encoding="utf-8"))
    assert document["openapi"] == "3.1.0"
    validate(document)


def test_every_route_is_described() -> None:
    described = {(path, method.upper()) for path, methods in CONTRACT["paths"].items() for method in methods}
    routes = {
        (rule.rule.replace("<", "{").replace(">", "}"), method)
        for rule in APP.url_map.iter_rules()
        if not rule.endpoint.startswith("page.")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert described == routes


def _examples() -> list[tuple[str, Any, Any]]:
    """Where, schema and value of every example in the contract."""
    found = []
    for path, methods in CONTRACT["paths"].items():
        for operation in methods.values():
            bodies = {"request": operation.get("requestBody", {}).get("content", {})}
            bodies |= {status: answer.get("content", {}) for status, answer in operation["responses"].items()}
            for place, content in bodies.items():
                for media_type, body in content.items():
                    where = f"{path} {place} {media_type}"
                    values = [example["value"] for example in body.get("examples", {}).values()]
                    found += [
                        (where, body["schema"], value)
                        for value in [*values, *([body["example"]] if "example" in body else [])]
                    ]
                    assert values or "example" in body, f"no example: {where}"
    return found


@pytest.mark.parametrize(("schema", "value"), [row[1:] for row in _examples()], ids=[row[0] for row in _examples()])
def test_examples_hold(schema: Any, value: Any) -> None:
    Draft202012Validator({**schema, "components": CONTRACT["components"]}).validate(value)


def test_the_examples_of_requests_are_answered() -> None:
    client = APP.test_client()
    for media_type, body in CONTRACT["paths"]["/v1/quotes"]["post"]["requestBody"]["content"].items():
        for value in [example["value"] for example in body.get("examples", {}).values()] or [body["example"]]:
            if media_type == "application/json":
                answer = client.post("/v1/quotes", json=value)
            else:
                answer = client.post("/v1/quotes", data=value, content_type=media_type)
            assert answer.get_json()["quotes"][0]["spans"][0]["text"] == "The bridge will open on Monday,"


# `make fuzz` asks for 10,000 inputs in all; here a few of each kind do.
EXAMPLES = 10 if "ONRECORD_FUZZ_EXAMPLES" not in os.environ else 500


@schemathesis.serializer("application/x-ndjson")
def _ndjson(context: Any, value: Any) -> bytes:
    """The generated string as it is; anything else as a line of JSON."""
    return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else json.dumps(value, default=str).encode()


# A schema cannot say that a page has an article in it, so 422 is right for some bodies that fit it.
CONFIG = schemathesis.Config.from_dict(
    {
        "checks": {"positive_data_acceptance": {"expected-statuses": ["2xx", "413", "422", "429", "503"]}},
    }
)
# The operations that need no archive; without one the others have but one answer.
READING = ["readQuotes", "readBatch", "health", "readiness", "metrics", "contract"]
schema = schemathesis.openapi.from_wsgi("/openapi.json", APP, config=CONFIG).include(operation_id=READING)


@pytest.mark.fuzz
@schema.parametrize()
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
def test_generated_calls(case: schemathesis.Case) -> None:
    """Every check of schemathesis, but one where it means nothing: of a text there is no wrong type to reject."""
    texts = case.media_type != "application/json"
    case.call_and_validate(excluded_checks=[negative_data_rejection] if texts else [])
