"""CSV as spreadsheets write it, above all those of countries whose decimal mark is a comma; with and without Arrow."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.bulk.made import read, wattdrop

import wattdrop as package
from wattdrop.schema.texts import fields_of_texts

ROWS = [{"model_id": "gpt-4o", "output_tokens": 500}, {"model_id": "gpt-4o", "output_tokens": 1000}]
BULK = pytest.mark.parametrize("flags", [(), ("--bulk",)], ids=["at once", "in parts"])


def energy_wh(row: dict[str, object]) -> float:
    return float(str(row.get("total_energy_wh") or row["usage_energy_wh"]))


def estimated(folder: Path, text: str, *flags: str, exit_code: int = 0) -> list[dict[str, object]]:
    (folder / "calls.csv").write_text(text, encoding="utf-8", newline="")
    result = wattdrop("estimate", folder / "calls.csv", "-o", folder / "out.csv", *flags)
    assert result.exit_code == exit_code, result.output
    return read(folder / "out.csv")


@BULK
@pytest.mark.parametrize(
    "head",
    ["sep=;\r\n", '"sep=;"\r\n', "SEP=;\n", "\r\nsep=;\r\n\r\n", "\ufeffsep=;\r\n", ""],
)
def test_the_line_that_tells_excel_what_separates_is_none_of_names(
    tmp_path: Path, flags: tuple[str, ...], head: str
) -> None:
    text = head + "model_id;output_tokens\r\n" + "".join(f"gpt-4o;{n}\r\n" for n in (500, 1000))
    found = [energy_wh(row) for row in estimated(tmp_path, text, *flags)]
    assert found == pytest.approx([row.metrics().usage_energy_wh for row in package.estimate(ROWS)])


@BULK
@pytest.mark.parametrize("mark", [",", ";", "|", "\t"])
def test_cells_are_separated_by_what_makes_most_names(
    tmp_path: Path, flags: tuple[str, ...], mark: str
) -> None:
    text = f'model_id{mark}output_tokens\ngpt-4o{mark}"500"\n'
    assert energy_wh(estimated(tmp_path, text, *flags)[0]) > 0.0


@BULK
def test_a_point_in_a_count_is_doubtful_where_semicolons_separate(
    tmp_path: Path, flags: tuple[str, ...]
) -> None:
    """1.000 tokens were computed as one."""
    text = "model_id;output_tokens;input_audio_seconds\ngpt-4o;1.000;\ngpt-4o;12.000.000;\nwhisper-large-v3;;1.500\n"
    rows = estimated(tmp_path, text, *flags, exit_code=1)
    assert [row.get("error_code") for row in rows] == ["invalid_value", "invalid_value", None]
    assert '"1.000" is a thousand times as much' in str(rows[0]["error_message"])


@BULK
def test_elsewhere_a_point_is_a_decimal_mark(tmp_path: Path, flags: tuple[str, ...]) -> None:
    rows = estimated(tmp_path, "model_id,output_tokens\ngpt-4o,500.000\n", *flags)
    assert energy_wh(rows[0]) > 0.5


@BULK
def test_a_cost_that_is_no_number_is_not_lost(tmp_path: Path, flags: tuple[str, ...]) -> None:
    text = "model_id;output_tokens;request_cost\ngpt-4o;500;0,05\ngpt-4o;500;\ngpt-4o;500;0.05\n"
    rows = estimated(tmp_path, text, *flags, exit_code=1)
    assert [row.get("error_field") for row in rows] == ["request_cost", None, None]


def test_of_several_files_the_one_with_a_name_twice_is_named(tmp_path: Path) -> None:
    (tmp_path / "good.csv").write_text("model_id,output_tokens\ngpt-4o,500\n")
    (tmp_path / "bad.csv").write_text("model_id,output_tokens,output_tokens\ngpt-4o,500,600\n")
    result = wattdrop("estimate", tmp_path / "good.csv", tmp_path / "bad.csv", "-o", tmp_path / "out/")
    assert result.exit_code == 2 and "bad.csv: two columns are called output_tokens" in result.stderr


def test_a_workbook_is_no_csv(tmp_path: Path) -> None:
    """Without line ends it was taken for a header, and there was "nothing to estimate"."""
    (tmp_path / "calls.xlsx").write_bytes(b"PK\x03\x04 and so on")
    result = wattdrop("estimate", tmp_path / "calls.xlsx")
    assert result.exit_code == 2 and "calls.xlsx is a workbook" in result.stderr


def test_of_several_files_the_one_that_is_not_utf_8_is_named(tmp_path: Path) -> None:
    (tmp_path / "good.csv").write_text("model_id,output_tokens\ngpt-4o,500\n")
    (tmp_path / "bad.csv").write_bytes("model_id;équipe\ngpt-4o;Été\n".encode("cp1252"))
    result = wattdrop("estimate", tmp_path / "good.csv", tmp_path / "bad.csv", "-o", tmp_path / "out/")
    assert result.exit_code == 2 and "bad.csv: this is not UTF-8 text" in result.stderr


@pytest.mark.parametrize(
    "cell", ["0.05", "0,05", "1e12", "1.1e12", "-1e13", "1e400", "nan", " 5 ", "+5", "5.", "1_0", "٣", "0x10"]
)
def test_a_cost_is_refused_in_a_large_file_where_its_row_alone_is(cell: str, tmp_path: Path) -> None:
    (alone,) = package.estimate([fields_of_texts({"model_id": "gpt-4o", "request_cost": cell})]).rows
    (tmp_path / "in.csv").write_text(f'model_id,request_cost\ngpt-4o,"{cell}"\ngpt-4o,abc\n')
    wattdrop("estimate", tmp_path / "in.csv", "-o", tmp_path / "out.csv", "--bulk")
    first, second = read(tmp_path / "out.csv")
    assert second["error_code"]
    assert first.get("error_code") == (alone.error and alone.error.code)
