"""``GET /model``, ``/node``, ``/gpu``: what a client may filter, and the cap of 100."""

from __future__ import annotations

import re

import pytest
from tests.conftest import Service


@pytest.mark.parametrize(("path", "name"), [("/model", "models"), ("/node", "nodes"), ("/gpu", "gpus")])
def test_lists_hold_at_most_100(service: Service, path: str, name: str) -> None:
    answer = service.get(path).json()
    assert answer.keys() == {name}
    assert 90 < len(answer[name]) <= 100
    ids = [one["id"] for one in answer[name]]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("family", ["llama", "Llama", "Family.llama"])
def test_models_of_a_family(service: Service, family: str) -> None:
    models = service.get("/model", params={"family": family}).json()["models"]
    families = [model["family"] for model in models]
    assert families.count("llama") > len(families) / 2  # a family includes those built on it
    assert "gpt" not in families


def test_the_family_is_compared_by_letters_and_digits(service: Service) -> None:
    spellings = ("stable-diffusion", "stablediffusion", "Family.stable_diffusion")
    answers = [service.get("/model", params={"family": family}).json() for family in spellings]
    assert answers[0]["models"]
    assert answers[0] == answers[1] == answers[2]


def test_an_unknown_family_has_no_models(service: Service) -> None:
    assert service.get("/model", params={"family": "nonesuch"}).json() == {"models": []}


def test_node_ids_keep_the_contracts_pattern(service: Service) -> None:
    for node in service.get("/node").json()["nodes"]:
        assert re.fullmatch(r"[a-z0-9-]{3,64}", node["id"]), node["id"]


def test_nodes_by_cloud_instance_gpu_and_service(service: Service) -> None:
    def ids(**filters: str) -> set[str]:
        return {node["id"] for node in service.get("/node", params=filters).json()["nodes"]}

    assert ids(cloud="aws", instance="p4d.24xlarge") == {"aws-p4d-24xlarge"}
    assert "aws-p4d-24xlarge" in ids(gpu="a100_40gb", cloud="aws")
    assert ids(service="aws-bedrock")
    assert ids(service="no-such-service") == set()
    assert ids(custom="true") == set()
    assert ids(custom="false") == ids()


def test_a_filter_that_is_no_boolean_is_refused(service: Service) -> None:
    response = service.get("/node", params={"custom": "perhaps"})
    assert response.status_code == 400
    assert response.json()["details"] == {"field": "custom"}


def test_what_people_use_comes_first(service: Service) -> None:
    models = [model["id"] for model in service.get("/model").json()["models"]]
    assert {"gpt_4o", "llama_v31_8b", "stable_diffusion_xl_base_1_0", "whisper_large_v3"} <= set(models)
    gpus = [gpu["id"] for gpu in service.get("/gpu").json()["gpus"]]
    assert {"h100_sxm_80gb", "a100_sxm_40gb", "l40s"} <= set(gpus[:20])
