"""``wattdrop validate``: reading tables, what the predictor may see, scores, and what it prints."""

import csv
import json
import math

import pytest
from click.testing import CliRunner

from wattdrop.cli import root
from wattdrop.engine.api import default_catalog
from wattdrop.errors import BadRequest
from wattdrop.validation.activity import given_of, row_of, unknown_models
from wattdrop.validation.measurements import Measurement, measurements, read
from wattdrop.validation.predict import Bounds, Prediction, predict
from wattdrop.validation.report import by_of, report
from wattdrop.validation.scores import scores

ROW = {
    "source": "somebody", "year": "2026", "task": "chat", "model_hf_path": "meta-llama/Llama-3.1-8B-Instruct",
    "model_family": "llama-3", "total_params_b": "8.03", "active_params_b": "8.03", "architecture": "dense",
    "precision": "bf16", "gpu": "H100 SXM 80GB", "gpu_count": "1", "batch_or_concurrency": "64", "input_tokens": "155",
    "output_tokens": "500", "energy_wh_per_request": "0.0165", "latency_s": "11", "avg_power_w": "600",
    "boundary": "gpu_only", "kind": "measured", "quality": "A",
}  # fmt: skip


def one(**cells: str) -> Measurement:
    (found,) = measurements([{**ROW, **cells}])
    return found


def prediction(ratio: float, low: float = 0.5, high: float = 2.0, **cells: str) -> Prediction:
    m = one(energy_wh_per_request="1", **cells)
    return Prediction(m, ratio, math.nan, Bounds(low, high, 0.9, 1.1), "")


def run(*arguments: str):
    return CliRunner().invoke(root, ["validate", *arguments])


def table(path, *rows, columns=None):
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, columns or list(ROW), extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return str(path)


# --- reading ------------------------------------------------------------------------------------------------------


def test_the_shipped_table_is_read_whole_and_all_of_it_is_predicted():
    rows = read()
    assert len(rows) == 2378
    assert not [
        p.reason for p in predict(rows, given_of("batch,hardware,datatype"), default_catalog()) if p.reason
    ]


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"output_tokens": "many"}, "output_tokens is 'many', not a number"),
        ({"output_tokens": "inf"}, "output_tokens is 'inf', not a number"),
        ({"video_resolution": "1280xHD"}, "video_resolution is '1280xHD'; write pixels, such as 1024x768"),
        ({"image_size": "large"}, "image_size is 'large'; write pixels, such as 1024x768"),
        (
            {"output_images": "1e9"},
            "output_images is 1e+09; the energy is that of one request, of at most 100",
        ),
    ],
)
def test_a_cell_that_means_nothing_costs_its_row_alone(cells, said):
    rows = measurements([{**ROW, **cells}, ROW])
    wrong, right = predict(rows, given_of("batch"), default_catalog(), ranges=False)
    assert (wrong.reason, right.reason) == (said, "")


def test_idle_accelerators_of_a_node_are_taken_off():
    m = one(source="Luccioni et al. 2024 (Power Hungry Processing)", idle_gpus="7", avg_power_w="500",
            energy_wh_per_request="0.001")  # fmt: skip
    assert m.energy_wh == pytest.approx(0.001 * (1 - 7 * 56 / 500))
    assert "idle-node" in m.readings


def test_a_reading_rule_fills_gaps_only():
    source = "HF AI Energy Score (Feb 2025)"
    assert one(source=source, task="text-generation", output_tokens="").value("output_tokens") == 10
    assert one(source=source, task="text-generation", output_tokens="33").value("output_tokens") == 33


def test_the_loading_of_weights_is_taken_off_at_the_draw_of_an_idle_accelerator():
    # 3.6 J at 500 - 392 W above the idle accelerators: 33.3 ms recorded, 20 ms of them queries, 13.3 ms of loading at 56 W
    node_wh = 0.001 / (1 - 7 * 56 / 500)
    m = one(source="Luccioni et al. 2024 (Power Hungry Processing)", idle_gpus="7", avg_power_w="500",
            energy_wh_per_request=str(node_wh), latency_s="0.02")  # fmt: skip
    loading_s = 3.6 / 108 - 0.02
    assert m.energy_wh * 3600 == pytest.approx(3.6 - 56 * loading_s)
    assert (m.value("avg_power_w") - 7 * 56) * 0.02 == pytest.approx(m.energy_wh * 3600)


def test_a_reading_may_say_what_a_cell_leaves_out():
    m = one(
        source="HF AI Energy Score (Feb 2025)",
        task="question-answering",
        architecture="encoder",
        input_tokens="11",
    )
    assert m.value("input_tokens") == 170
    assert "questions-with-their-context" in m.readings


@pytest.mark.parametrize(
    ("model", "task", "tokens"),
    [
        ("gpt2", "question-answering", 65),
        ("bigscience/bloom-560m", "text-classification", 45),
        ("bigscience/bloomz-560m", "text-classification", 1),
        ("google/flan-t5-base", "question-answering", 2),
    ],
)
def test_base_models_write_to_the_limit_and_others_a_word(model, task, tokens):
    m = one(source="Luccioni et al. 2024", task=task, model_hf_path=model, output_tokens="")
    assert m.value("output_tokens") == tokens


def test_one_accelerator_of_a_server_works_where_queries_come_one_at_a_time():
    cells = {
        "source": "MLPerf Inference v2.1 Power",
        "boundary": "server",
        "gpu": "A100 PCIe 80GB",
        "gpu_count": "8",
    }
    alone = one(**cells, engine="TensorRT / vendor stack (SingleStream scenario)")
    full = one(**cells, engine="TensorRT / vendor stack (Offline scenario)")
    rows = [row_of(m, given_of("hardware"), default_catalog(), "gpt2") for m in (alone, full)]
    assert [row["utilization_rate"] for row in rows] == [1 / 8, 1.0]
    assert all("gpu_count" not in row for row in rows)  # a server's accelerators are replicas, not one


@pytest.mark.parametrize(
    ("cells", "architecture", "resolution"),
    [
        ({"total_params_b": "1.07"}, "diffusion-unet", "512x512"),
        ({"total_params_b": "1.07", "image_size": "768x768"}, "diffusion-unet", "768x768"),
        ({"total_params_b": "0.6", "image_size": "1024x1024"}, "diffusion-dit", "1024x1024"),
        ({"total_params_b": "8.1"}, "diffusion-dit", None),
    ],
)
def test_an_unknown_image_model_is_taken_for_what_its_size_says(cells, architecture, resolution):
    m = one(task="text-to-image", architecture="diffusion", model_hf_path="nobody/knows-this", **cells)
    (built,) = unknown_models([m], default_catalog()).values()
    assert (built["architecture"], built.get("native_resolution")) == (architecture, resolution)


def test_energy_per_token_stands_in_for_energy_per_request():
    m = one(energy_wh_per_request="", energy_j_per_output_token="0.72")
    assert m.energy_wh == pytest.approx(0.72 * 500 / 3600)


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"kind": "estimate"}, "not a measurement"),
        ({"boundary": "planet"}, "boundary"),
        ({"energy_wh_per_request": "0", "energy_j_per_output_token": ""}, "energy"),
        ({"energy_wh_per_request": "inf"}, "energy"),
        ({"batch_or_concurrency": "many"}, "batch_or_concurrency is 'many'"),
        ({"model_hf_path": ""}, "model_hf_path"),
        ({"gpu": "Abacus 9000"}, "Abacus 9000"),
        ({"model_hf_path": "nobody/unknown-model-xyz", "total_params_b": ""}, "unknown-model-xyz"),
        ({"precision": "int77"}, "int77"),
    ],
)
def test_rows_that_cannot_be_predicted_are_kept_with_the_reason(cells, reason):
    given = given_of("batch,hardware,datatype")
    good, bad = predict(measurements([ROW, {**ROW, **cells}]), given, default_catalog())
    assert not good.reason
    assert reason in bad.reason
    found = report([good, bad])
    assert found["overall"]["n"] == 1 and found["overall"]["unpredicted"] == 1
    assert found["unpredicted"][0]["row"] == 2


@pytest.mark.parametrize("architecture", ["dense", "moe", "hybrid-ssm"])
def test_a_model_that_is_not_in_the_catalog_is_built_from_the_row(architecture):
    known, unknown = predict(
        measurements([ROW, {**ROW, "model_hf_path": "nobody/new-8b", "architecture": architecture}]),
        given_of("batch,hardware,datatype"),
        default_catalog(),
    )
    assert not unknown.reason
    assert 0.4 < unknown.energy_wh / known.energy_wh < 2.5


def test_files_that_are_no_table_are_refused(tmp_path):
    for name, text in (("empty", ""), ("other", "a,b\n1,2\n"), ("binary", "\x00\xff")):
        path = tmp_path / name
        path.write_bytes(text.encode("latin-1"))
        with pytest.raises(BadRequest):
            read(path)


# --- what the predictor may see -----------------------------------------------------------------------------------


def test_evidence_is_sent_only_where_it_is_given():
    catalog = default_catalog()
    nothing = row_of(one(), given_of("none"), catalog, "m")
    assert not {"gpu_id", "gpu_count", "datatype", "batch_size", "processing_duration_ms"} & set(nothing)
    assert nothing["input_tokens"] == 155 and nothing["output_tokens"] == 500
    everything = row_of(one(), given_of("batch,latency,hardware,datatype"), catalog, "m")
    assert everything["gpu_id"] == "h100_sxm_80gb" and everything["batch_size"] == 64
    assert everything["processing_duration_ms"] == 11000 and everything["datatype"] == "bf16"


@pytest.mark.parametrize("wrong", ["", "weather", "batch,weather"])
def test_unknown_evidence_is_named(wrong):
    with pytest.raises(BadRequest, match=r"batch, latency, hardware, datatype"):
        given_of(wrong)


def test_unknown_groups_are_named():
    with pytest.raises(BadRequest, match="weather"):
        by_of("task,weather")


# --- scores -------------------------------------------------------------------------------------------------------


def test_scores_by_hand():
    found = scores([prediction(0.5), prediction(1.0), prediction(1.4), prediction(4.0, low=1.5, high=9.0)])
    assert found["n"] == 4 and found["unpredicted"] == 0
    assert found["within_2x"] == 0.75 and found["within_1_5x"] == 0.5
    logs = [math.log(x) for x in (0.5, 1.0, 1.4, 4.0)]
    assert found["median_factor"] == pytest.approx(math.exp((math.log(1.4) + math.log(2)) / 2))
    assert found["bias"] == pytest.approx(math.exp(math.log(1.4) / 2))
    assert found["mape"] == pytest.approx((0.5 + 0.0 + 0.4 + 3.0) / 4)
    assert found["rmsle"] == pytest.approx(math.sqrt(sum(x * x for x in logs) / 4))
    assert found["coverage_90"] == 0.75 and found["coverage_50"] == 1.0
    assert found["median_width_90"] == pytest.approx(4.0)


def test_means_over_models_do_not_let_a_long_sweep_dominate():
    sweep = [prediction(1.0, model_hf_path="a/a")] * 9
    found = scores([*sweep, prediction(3.0, model_hf_path="b/b")])
    assert found["within_2x"] == 0.9
    assert found["mean_over_models"]["within_2x"] == 0.5
    assert found["models"] == 2


# --- the command --------------------------------------------------------------------------------------------------


def test_json_has_the_documented_shape(tmp_path):
    path = table(tmp_path / "mine.csv", ROW, {**ROW, "gpu": "Abacus 9000"}, {**ROW, "task": "code"})
    found = json.loads(run("--measurements", path, "--by", "task,gpu", "--json").output)
    assert found["overall"]["n"] == 2 and found["overall"]["unpredicted"] == 1
    assert found["groups"][0]["by"].keys() == {"task", "gpu"}
    assert found["unpredicted"] == [{"row": 2, "row_id": "", "reason": found["unpredicted"][0]["reason"]}]
    names = {"n", "unpredicted", "median_factor", "bias", "within_2x", "within_1_5x", "mape", "rmsle", "coverage_90",
             "coverage_50", "median_width_90", "mean_over_models"}  # fmt: skip
    assert names <= found["overall"].keys()


def test_columns_may_be_missing_unknown_or_preceded_by_a_mark(tmp_path):
    columns = ["task", "model_hf_path", "output_tokens", "energy_wh_per_request", "weather"]
    path = table(tmp_path / "few.csv", {**ROW, "weather": "rain"}, columns=columns)
    marked = tmp_path / "marked.csv"
    marked.write_bytes(b"\xef\xbb\xbf" + (tmp_path / "few.csv").read_bytes())
    for file in (path, str(marked)):
        assert json.loads(run("--measurements", file, "--json").output)["overall"]["n"] == 1


@pytest.mark.parametrize("form", ["png", "svg", "html"])
def test_plots_are_written(tmp_path, form):
    out = tmp_path / f"plot.{form}"
    result = run(
        "--measurements", table(tmp_path / "m.csv", ROW, {**ROW, "task": "code"}), "--plot", str(out)
    )
    assert result.exit_code == 0, result.output
    head = out.read_bytes()[:400]
    assert {"png": b"PNG", "svg": b"<?xml", "html": b"<!doctype html>"}[form] in head


def test_plots_of_other_kinds_are_refused(tmp_path):
    result = run("--measurements", table(tmp_path / "m.csv", ROW), "--plot", str(tmp_path / "plot.gif"))
    assert result.exit_code == 2 and ".png, .svg, .html" in result.output


def test_the_table_names_rows_that_were_not_predicted(tmp_path):
    result = run("--measurements", table(tmp_path / "m.csv", ROW, {**ROW, "gpu": "Abacus 9000"}))
    assert "row 2 not predicted" in result.output and "Abacus 9000" in result.output
