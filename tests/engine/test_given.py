"""What ``estimate`` and ``estimate_table`` take, and what they say of the rest."""

from __future__ import annotations

import pickle
from types import MappingProxyType
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

import wattdrop
from wattdrop.errors import CatalogError

ROW = {"model_id": "gpt-4o", "output_tokens": 500}


def energy_wh(rows: Any) -> float:
    return wattdrop.estimate(rows).total("energy_wh")


def test_rows_may_be_any_mappings_from_anywhere() -> None:
    assert (
        energy_wh([MappingProxyType(ROW)]) == energy_wh(iter([ROW])) == energy_wh((ROW,)) == energy_wh([ROW])
    )


@pytest.mark.parametrize("one", [ROW, wattdrop.ImpactRow(**ROW), "gpt-4o", b"gpt-4o", pd.Series(ROW)])
def test_one_row_is_no_list_of_rows(one: Any) -> None:
    """The keys of a dict were taken for rows, which failed, and the total was 0 without a word."""
    with pytest.raises(TypeError, match=r"estimate\(\[row\]\)"):
        wattdrop.estimate(one)


@pytest.mark.parametrize(
    ("field", "value"),
    [("output_tokens", -5), ("output_tokens", "many"), ("country", "Germany"), ("utc_datetime", "yesterday")],
)
def test_a_row_made_in_python_is_checked_as_any_other(field: str, value: Any) -> None:
    made = {**ROW, field: value}
    error = wattdrop.estimate([wattdrop.ImpactRow(**made)]).rows[0].error
    assert error is not None and error == wattdrop.estimate([made]).rows[0].error


def test_a_row_made_in_python_may_be_spelled_in_other_ways() -> None:
    made = {**ROW, "country": "de", "utc_datetime": "2026-03-01 10:00"}
    typed, plain = wattdrop.estimate([wattdrop.ImpactRow(**made)]), wattdrop.estimate([made])
    assert typed.total("emissions_gco2e") == plain.total("emissions_gco2e")


def test_data_frames_are_tables() -> None:
    frame = pd.DataFrame([ROW, ROW], index=["a", "b"])
    table = pa.Table.from_pylist([ROW, ROW])
    expected = wattdrop.estimate_table(table)
    for given in (frame, table.to_batches()[0], table.to_reader()):
        assert wattdrop.estimate_table(given).equals(expected)
    assert wattdrop.estimate(frame).equals(expected)


@pytest.mark.parametrize("other", [[ROW], {"model_id": ["gpt-4o"]}, None, 5])
def test_what_is_no_table_is_said(other: Any) -> None:
    with pytest.raises(TypeError, match="expected an Arrow table or a data frame, got a"):
        wattdrop.estimate_table(other)


def test_a_name_that_is_none_is_said_with_those_that_are() -> None:
    result = wattdrop.estimate([ROW])
    with pytest.raises(ValueError, match="there are energy_wh, emissions_gco2e"):
        result.total("total_energy_wh")  # type: ignore[arg-type]
    for ask in (result.rows[0].value, result.rows[0].range):
        with pytest.raises(ValueError, match="no 'facility_energy'; nearest: facility_energy_wh"):
            ask("facility_energy")


def test_what_can_be_sent_to_another_process_is_said() -> None:
    result = wattdrop.estimate([ROW])
    with pytest.raises(TypeError, match=r"RowResult.metrics\(\) and response\(\) travel"):
        pickle.dumps(result)
    numbers = (result.rows[0].metrics(), result.response())
    assert pickle.loads(pickle.dumps(numbers)) == numbers
    assert repr(result) == "<Estimate of 1 rows, 0 with errors>"


@pytest.mark.parametrize("table", [False, True])
def test_more_reasoning_than_output_is_no_part_of_it(table: bool) -> None:
    row = {"model_id": "grok-4", "output_tokens": 2, "reasoning_tokens": 317}
    if table:
        message = wattdrop.estimate_table(pa.Table.from_pylist([row])).column("error_message")[0].as_py()
    else:
        error = wattdrop.estimate([row]).rows[0].error
        assert error is not None and (error.code, error.field) == ("contradicting_fields", "reasoning_tokens")
        message = error.message
    assert "reasoning_tokens (317) is part of output_tokens (2)" in message


def test_a_day_alone_is_told_what_it_lacks() -> None:
    error = wattdrop.estimate([{**ROW, "utc_datetime": "2026-03-01"}]).rows[0].error
    assert error is not None and "send 2026-03-01T12:00:00Z" in error.message
    table = pa.table({"model_id": ["gpt-4o"], "utc_datetime": pa.array([20513], pa.date32())})
    assert "send 2026-03-01T12:00:00Z" in wattdrop.estimate_table(table).column("error_message")[0].as_py()


@pytest.mark.parametrize(
    ("models", "means"),
    [
        ([{"id": "ours", "total_params_billions": -3}], "-3 is outside the plausible"),
        ([{"id": "ours", "total_params_billions": float("nan")}], "nan is outside the plausible"),
        (["ours"], "expected a list of mappings with an id each, got 'ours'"),
        ({"id": "ours"}, "expected a list of mappings with an id each, got 'id'"),
    ],
)
def test_a_model_of_ones_own_that_cannot_be_is_refused_before_it_is_estimated(
    models: Any, means: str
) -> None:
    with pytest.raises(CatalogError, match=means):
        wattdrop.load().overlay(models=models)


@pytest.mark.parametrize("where", [{}, {"node_id": "aws:p5.48xlarge"}])
def test_a_model_of_ones_own_without_a_size_has_no_numbers(where: dict[str, str]) -> None:
    """On a named machine they were not a number, without one the call failed."""
    catalog = wattdrop.load().overlay(models=[{"id": "ours"}])
    error = wattdrop.estimate([{"model_id": "ours", "output_tokens": 5, **where}], catalog).rows[0].error
    assert error is not None and "the model ours has no total_params_billions" in error.message


def test_a_datacenter_of_ones_own_needs_more_than_its_machines_do() -> None:
    """A PUE of 0.5 halved every row."""
    with pytest.raises(CatalogError, match=r"d: pue: 0\.5 is outside the plausible 1 to 3"):
        wattdrop.load().overlay(datacenters=[{"id": "d", "pue": 0.5}])
