"""Our own description against the published contract: takes all that it takes, answers nothing that it does not know."""

from __future__ import annotations

import re
from typing import Any

import pytest
from tests.contract.compatibility import Comparison, operations
from tests.contract.conftest import contract
from tests.description import description

#: Operations of the contract that the service does not have yet.
UNSERVED: set[tuple[str, str]] = set()

#: Where we differ on purpose: the finding, as a pattern, and why no client of the contract is hurt.
DIFFERENCES = {
    r"(create|update|add)\w+ request \w+\.[\w\[\]]+: (maximum|minimum|exclusiveMinimum|pattern|maxLength|minLength)":
        "where the contract leaves a bound open: negative amounts, control characters, texts of over 2,000 letters: 400",
    r"\w+ answer 20[01] (Model|GPU)\.\w+: unknown to theirs":
        "later additions of the public API, with ?extended=true only",
    r"((create|get|update|delete|list|add|remove)(Model|Node|GPU)\w*|reload) answer (4\d\d|default): unknown to theirs":
        "an Error as the contract has it, at a status that any HTTP server answers with",
    r"getImpact answer 200 (ModeledRow\.ranges|ImpactResponse\.total_ranges): unknown to theirs":
        "sent with ?ranges=true only",
    r"getImpact request (ImpactRow\.\w+|Task): maxLength":
        "longer than 2,000 characters is an error of the row, inside a 200",
    r"getImpact request ImpactRow\.(request|processing)_duration_ms: (minimum|maximum)":
        "negative, or over four months, is no time",
    r"getImpact request ImpactRow\.request_cost: (minimum|maximum)": "a million millions of any currency is no cost",
    r"getImpact request ImpactRow\.output_video_resolution: (minimum|maximum)": "a video has 1 to 20,000 lines",
    r"getImpact request Image: pattern": "theirs lets 0x0 through, which is no image",
    r"calculateImpactBigQuery answer 200 ImpactBigQueryResponse\.replies: maxItems":
        "as many as calls, and BigQuery may send more",
    r"calculateImpactBigQuery answer 200 ImpactBigQueryResponse\.errorMessage: missing":
        "failures have a status of their own",
    r"listNodes answer (400|406|429|default): unknown to theirs": "they say so for /model and /gpu, and mean it",
}  # fmt: skip


def findings() -> list[str]:
    ours, theirs = operations(description()), operations(contract())
    comparison = Comparison(description(), contract())
    shared = [key for key in theirs if key in ours]
    return [finding for key in shared for finding in comparison.findings(ours[key], theirs[key])]


def test_every_operation_of_the_contract_is_served_or_known_to_be_missing() -> None:
    missing = set(operations(contract())) - set(operations(description()))
    assert missing == UNSERVED, (
        f"new: {missing - UNSERVED}; served by now, take off the list: {UNSERVED - missing}"
    )


def test_no_client_of_the_contract_trips_over_ours() -> None:
    assert [one for one in findings() if not any(re.fullmatch(known, one) for known in DIFFERENCES)] == []


@pytest.mark.parametrize("known", DIFFERENCES)
def test_no_difference_is_stale(known: str) -> None:
    assert any(re.fullmatch(known, one) for one in findings())


def test_what_the_contract_calls_an_error_is_one_in_ours() -> None:
    schemas = description()["components"]["schemas"]
    assert schemas["Error"]["additionalProperties"] is False
    assert schemas["Error"]["required"] == ["message"]


# --- The comparison itself: it must see what it is there to see. -----------------------------------------------------


def compared(change: Any) -> list[str]:
    """Findings between two documents that are alike but for a change of ours."""

    def document() -> dict[str, Any]:
        answer = {"type": "object", "additionalProperties": False, "required": ["id"],
                  "properties": {"id": {"type": "string", "pattern": "^[a-z]+$"}, "n": {"type": "number", "maximum": 5},
                                 "kind": {"type": "string", "enum": ["a", "b"]}}}  # fmt: skip
        row = {"type": "object", "additionalProperties": False,
               "properties": {"x": {"type": "integer", "minimum": 0, "maximum": 9}, "y": {"type": "string"}}}  # fmt: skip
        return {
            "paths": {
                "/a": {
                    "post": {
                        "operationId": "a",
                        "security": [{"bearerAuth": []}],
                        "parameters": [{"name": "q", "in": "query", "schema": {"type": "string"}}],
                        "requestBody": {
                            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Row"}}}
                        },
                        "responses": {
                            "200": {
                                "content": {
                                    "application/json": {"schema": {"$ref": "#/components/schemas/Answer"}}
                                }
                            }
                        },
                    }
                }
            },
            "components": {"schemas": {"Row": row, "Answer": answer}},
        }

    ours, theirs = document(), document()
    change(ours["paths"]["/a"]["post"], ours["components"]["schemas"])
    (key,) = operations(theirs)
    return list(Comparison(ours, theirs).findings(operations(ours)[key], operations(theirs)[key]))


def test_equal_descriptions_have_no_findings() -> None:
    assert compared(lambda operation, schemas: None) == []


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        (lambda o, s: o.update(operationId="b"), "a: is called b"),
        (lambda o, s: o["parameters"].clear(), "a parameter q: missing"),
        (lambda o, s: o["parameters"][0]["schema"].update(type="boolean"), "a parameter q : type"),
        (lambda o, s: o["parameters"].append({"name": "r", "in": "query", "required": True}), "a parameter r: required"),
        (lambda o, s: o.update(security=[{"other": []}]), "a security: bearerAuth is not taken"),
        (lambda o, s: s["Row"]["properties"].pop("x"), "a request Row.x: missing"),
        (lambda o, s: s["Row"]["properties"]["x"].update(maximum=8), "a request Row.x: maximum"),
        (lambda o, s: s["Row"]["properties"]["x"].update(type="string"), "a request Row.x: type"),
        (lambda o, s: s["Row"].update(required=["x"]), "a request Row.x: required"),
        (lambda o, s: s["Row"]["properties"]["y"].update(enum=["a"]), "a request Row.y: enum"),
        (lambda o, s: o["responses"].update({"202": {}}), "a answer 202: unknown to theirs"),
        (lambda o, s: o["responses"].pop("200"), "a answer 200: missing"),
        (lambda o, s: s["Answer"]["properties"].update(more={}), "a answer 200 Answer.more: unknown to theirs"),
        (lambda o, s: s["Answer"].update(required=[]), "a answer 200 Answer.id: may be absent"),
        (lambda o, s: s["Answer"]["properties"]["id"].pop("pattern"), "a answer 200 Answer.id: pattern"),
        (lambda o, s: s["Answer"]["properties"]["n"].pop("maximum"), "a answer 200 Answer.n: maximum"),
        (lambda o, s: s["Answer"]["properties"]["n"].update(type=["number", "null"]), "a answer 200 Answer.n: type"),
        (lambda o, s: s["Answer"]["properties"]["kind"]["enum"].append("c"), "a answer 200 Answer.kind: enum"),
        (lambda o, s: s["Answer"]["properties"].pop("kind"), "a answer 200 Answer.kind: missing"),
    ],
)  # fmt: skip
def test_the_comparison_sees(change: Any, finding: str) -> None:
    assert finding in compared(change)


def test_more_is_no_finding() -> None:
    def widen(operation: Any, schemas: Any) -> None:
        schemas["Row"]["properties"]["x"].update(maximum=99, type=["integer", "null"])
        schemas["Row"]["properties"]["z"] = {"type": "string"}
        schemas["Answer"]["properties"]["n"]["maximum"] = 4
        operation["security"] = [{"apiKey": []}, {"bearerAuth": ["impact"]}]

    assert compared(widen) == []
