"""Models against physics and against what their developers publish."""

from __future__ import annotations

import math

import pytest

from wattdrop.catalog import Catalog, load
from wattdrop.schema.enums import FAMILIES


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load()


@pytest.mark.parametrize(
    ("model", "total_billions", "active_billions", "layers", "kv_heads", "head_dim"),
    [  # developers' configurations and reports
        ("llama_v31_8b", 8.03, 8.03, 32, 8, 128),
        ("llama_v31_405b", 405.85, 405.85, 126, 8, 128),
        ("llama_v4_maverick", 401.65, 17.17, 48, 8, 128),
        ("mixtral_8x7b", 46.7, 12.88, 32, 8, 128),
        ("qwen3_235b_a22b", 235.09, 22.19, 94, 4, 128),
        ("deepseek_v3", 671.03, 37, 61, 128, 128),
        ("gpt_oss_120b", 116.83, 5.13, 36, 8, 64),
        ("gemma_3_27b", 27.43, 27.43, 62, 16, 128),
    ],
)
def test_published_shapes(
    catalog: Catalog,
    model: str,
    total_billions: float,
    active_billions: float,
    layers: float,
    kv_heads: float,
    head_dim: float,
) -> None:
    ix = catalog.models.row(model)
    number = catalog.models.number
    assert number(ix, "total_params_billions") == pytest.approx(total_billions, rel=0.001)
    assert number(ix, "active_params_billions") == pytest.approx(active_billions, rel=0.001)
    assert (number(ix, "num_layers"), number(ix, "num_kv_heads"), number(ix, "head_dim")) == (
        layers,
        kv_heads,
        head_dim,
    )


def test_experts_fit_into_the_model(catalog: Catalog) -> None:
    models = catalog.models
    for ix, id in enumerate(models.ids):
        experts = models.number(ix, "number_of_experts") * models.number(ix, "params_per_expert_billions")
        if not math.isnan(experts):
            assert experts <= models.number(ix, "total_params_billions") * 1.01, id


def test_kv_heads_divide_query_heads(catalog: Catalog) -> None:
    models = catalog.models
    for ix, id in enumerate(models.ids):
        heads, kv_heads = models.number(ix, "num_attention_heads"), models.number(ix, "num_kv_heads")
        if not (math.isnan(heads) or math.isnan(kv_heads)):
            assert heads % kv_heads == 0, id


def test_text_encoder_and_denoiser_fit_into_the_model(catalog: Catalog) -> None:
    """Hosted video models once had 5 billion filled in, beside totals of 4."""
    models = catalog.models
    for ix, id in enumerate(models.ids):
        parts = models.number(ix, "text_encoder_params_billions") + models.number(
            ix, "active_params_billions"
        )
        if not math.isnan(parts):
            assert parts <= models.number(ix, "total_params_billions") * 1.03 + 0.02, id


def test_sizes_written_as_width_x_height(catalog: Catalog) -> None:
    models = catalog.models
    for ix, id in enumerate(models.ids):
        for field in ("native_resolution", "default_resolution"):
            size = models.text(ix, field)
            assert not size or (
                all(side.isdigit() for side in size.split("x", 1)) and size.count("x") == 1
            ), id


def test_quantisation_scales_are_no_weights(catalog: Catalog) -> None:
    """Kimi K2.5 is Kimi K2 with a vision tower of 0.4 billion; its 4-bit checkpoint counts 1,058.59."""
    k2, k25 = (
        catalog.models.number(catalog.models.row(id), "total_params_billions")
        for id in ("kimi_k2", "kimi_k25")
    )
    assert 0.3 < k25 - k2 < 0.6


def test_undisclosed_sizes_have_a_range_and_are_assumed(catalog: Catalog) -> None:
    ix = catalog.models.row("claude_sonnet_4")
    size = catalog.models.figure(ix, "total_params_billions")
    assert size is not None
    assert (size.value, size.low, size.high, size.basis) == (440, 264, 748, "assumed")
    assert catalog.models.text(ix, "params_disclosed") == "false"


def test_derived_columns_name_their_rule(catalog: Catalog) -> None:
    ix = catalog.models.row("mixtral_8x7b")
    expert = catalog.models.figure(ix, "params_per_expert_billions")
    assert expert is not None
    assert (expert.source_ids, expert.basis) == (("rule-params-per-expert",), "derived")


@pytest.mark.parametrize("family", FAMILIES)
def test_families_of_the_contract_have_models(catalog: Catalog, family: str) -> None:
    assert catalog.models_of_family(family)


def test_the_quick_start_finds_its_models(catalog: Catalog) -> None:
    assert [catalog.models.ids[ix] for ix in catalog.models_named("stablediffusion", "SD-XL 1.0-base")] == [
        "stable_diffusion_xl_base_1_0"
    ]
    assert [catalog.models.ids[ix] for ix in catalog.models_named("llama", "LLaMA v3.1 8B")] == [
        "llama_v31_8b"
    ]
    assert catalog.models.ids[catalog.models.find("openai/whisper-large-v3") or 0] == "whisper_large_v3" or (
        catalog.model_of_path("openai/whisper-large-v3") == catalog.models.find("whisper_large_v3")
    )


def test_a_chat_model_that_sees_is_a_chat_model(catalog: Catalog) -> None:
    """As `image-to-text` every text request would be charged an image."""
    for id in ("gemma_3_27b", "llama_v4_scout", "qwen25_vl_72b"):
        assert catalog.models.text(catalog.models.row(id), "task") == "chat"
