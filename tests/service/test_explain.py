"""``/v1/explain``, ``/sources`` and ``/quantities``."""

import asyncio
import math
from typing import Any

import httpx
import pytest
from tests.conftest import Service

from wattdrop.kernel.ops import FLOATS

ROW = {"model_id": "llama_v31_8b", "output_tokens": 500, "country": "FR"}


def explanation(service: Service, **row: object) -> dict:
    answer = service.request("POST", "/v1/explain", json={"rows": [row or ROW]})
    assert answer.status_code == 200
    return answer.json()["rows"][0]


def test_query_parameters_and_a_body_are_explained_alike(service: Service) -> None:
    asked = service.get("/v1/explain", params={name: str(value) for name, value in ROW.items()})
    assert asked.json()["rows"][0] == explanation(service)


def test_the_answer_carries_the_served_numbers_versions_and_headers(service: Service) -> None:
    served = service.request("POST", "/v1/impact", json={"rows": [ROW]})
    answer = service.request("POST", "/v1/explain", json={"rows": [ROW]})
    found = answer.json()["rows"][0]
    assert found["results"]["total_energy_wh"] == served.json()["total_energy_wh"]
    assert answer.headers["x-wattdrop-method-version"] == found["method_version"]
    assert answer.headers["x-wattdrop-catalog-digest"] == found["catalog_digest"]


def test_the_steps_recompute_to_the_served_number(service: Service) -> None:
    found = explanation(service)
    operations = {
        name: getattr(FLOATS, name) for name in ("mn", "mx", "where", "pick", "is_given", "sqrt", "ceil")
    }
    for step in found["steps"]:
        values = {
            one["name"]: math.nan if one.get("value") is None else one["value"] for one in step["inputs"]
        }
        again = eval(step["formula"], {"__builtins__": {}}, {**operations, **values})
        served = (
            math.nan if step["value"] is None else step["value"]
        )  # null: nothing that it rests on is given
        assert again == served or (math.isnan(again) and math.isnan(served)), step["name"]


def test_every_input_has_a_basis_and_its_sources_in_full(service: Service) -> None:
    found = explanation(service)
    known = {source["id"]: source for source in found["sources"]}
    for step in found["steps"]:
        for one in step["inputs"]:
            assert one["origin"] == "step" or one["basis"]
            assert set(one["source_ids"]) <= set(known)
    assert all(source["citation"].startswith(source["producer"]) for source in known.values())


def test_steps_have_ranges_and_the_energy_its_causes(service: Service) -> None:
    found = explanation(service)
    (total,) = (step for step in found["steps"] if step["name"] == "total_energy_wh")
    low, high = total["range_90"]
    assert low < total["value"] < high
    assert {"occupancy", "method"} <= {cause["cause"] for cause in found["causes"]}


def test_others_need_not_wait_for_an_explanation(service: Service) -> None:
    async def both() -> list[str]:
        answered: list[str] = []
        headers = {"Authorization": f"Bearer {service.key}"}
        transport = httpx.ASGITransport(app=service.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://x", headers=headers) as client:

            async def ask(method: str, path: str, **options: Any) -> None:
                await client.request(method, path, **options)
                answered.append(path)

            explain = ask("POST", "/v1/explain", json={"rows": [{**ROW, "country": "NO"}]})
            await asyncio.gather(explain, ask("GET", "/gpu"))
        return answered

    assert asyncio.run(both()) == ["/gpu", "/v1/explain"]


def test_a_row_with_an_error_says_so_and_stops_no_other(service: Service) -> None:
    rows = [{"model_id": "nonesuch-model-xyz", "output_tokens": 5}, ROW]
    answer = service.request("POST", "/v1/explain", json={"rows": rows}).json()
    assert answer["has_errors"] is True
    assert answer["rows"][0]["error"]["code"] == "unknown_model"
    assert "steps" in answer["rows"][1]


@pytest.mark.parametrize(("params", "field"), [({}, "model_id"), ({"nonesuch": "1"}, "nonesuch")])
def test_requests_that_describe_nothing_are_refused_with_the_field(
    service: Service, params: dict, field: str
) -> None:
    answer = service.get("/v1/explain", params=params)
    body = answer.json()
    error = body if answer.status_code >= 400 else body["rows"][0]["error"]
    assert field in str(error)


def test_more_than_ten_rows_are_too_many(service: Service) -> None:
    assert service.request("POST", "/v1/explain", json={"rows": [ROW] * 11}).status_code >= 400


def test_sources_are_listed_filtered_and_looked_up(service: Service) -> None:
    every = service.get("/sources").json()["sources"]
    papers = service.get("/sources", params={"kind": "paper"}).json()["sources"]
    assert len(every) > 190 and 0 < len(papers) < len(every)
    (one,) = service.get("/sources", params={"id": "fit-text"}).json()["sources"]
    assert one["citation"].endswith(".")
    assert service.get("/sources", params={"id": "nonesuch"}).status_code == 404
    unknown = service.get("/sources", params={"kind": "papers"})
    assert (unknown.status_code, unknown.json()["details"]["field"]) == (400, "kind")


def test_quantities_say_unit_meaning_and_stage(service: Service) -> None:
    (one,) = service.get("/quantities", params={"id": "facility_energy_wh"}).json()["quantities"]
    assert one["unit"] == "Wh" and one["stage"] == "facility" and one["meaning"]
    every = service.get("/quantities").json()["quantities"]
    assert all(quantity["meaning"] for quantity in every)


def test_ranges_come_with_impact_only_when_asked_for(service: Service) -> None:
    plain = service.request("POST", "/v1/impact", json={"rows": [ROW]}).json()
    ranged = service.request("POST", "/v1/impact?ranges=true", json={"rows": [ROW]}).json()
    energy = ranged["rows"][0].pop("ranges")["usage_energy_wh"]
    total = ranged.pop("total_ranges")["usage_energy_wh"]
    assert ranged == plain
    assert energy["low_90"] < energy["low_50"] < energy["central"] < energy["high_50"] < energy["high_90"]
    assert total == pytest.approx(energy)
