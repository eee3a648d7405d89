"""``wattdrop compare``: a table for people, the API's answer for programs, and wrong usage."""

from __future__ import annotations

import json

import pytest
from tests.cli.test_commands import wattdrop

WORK = ("--input-tokens", "1000", "--output-tokens", "500")


def test_the_least_stands_first_and_each_is_held_against_it() -> None:
    result = wattdrop("compare", "--vary", "model=llama_v31_405b,llama_v31_8b", *WORK)
    assert result.exit_code == 0, result.output
    header, least, most = result.stdout.splitlines()
    assert "energy [" in header
    assert least.startswith("llama_v31_8b ") and least.endswith("the least")
    assert most.startswith("llama_v31_405b ") and most.endswith("clearly more")
    assert max(map(len, result.stdout.splitlines())) <= 100


def test_places_and_hours_are_varied_by_the_names_of_flags() -> None:
    places = wattdrop("compare", "--vary", "country=PL,FR", "--metric", "carbon", "--model", "gpt-4o", *WORK)
    assert "carbon [" in places.stdout and places.stdout.splitlines()[1].startswith("FR ")
    hours = ("2025-06-15T19:00:00Z", "2025-06-15T12:00:00Z")
    found = wattdrop(
        "compare", "--vary", f"at={','.join(hours)}", "--model", "gpt-4o", "--country", "DE", *WORK
    )
    assert "the same" in found.stdout  # of the energy


def test_the_json_is_the_answer_of_the_api() -> None:
    result = wattdrop("compare", "--vary", "model=gpt-4o,llama_v31_8b", "--format", "json", *WORK)
    rows = json.loads(result.stdout)["rows"]
    assert [row["label"] for row in rows] == ["gpt-4o", "llama_v31_8b"]
    assert rows[0]["compared"]["usage_energy_wh"]["to"] == 1


def test_a_wrong_value_is_told_and_spoils_no_other() -> None:
    result = wattdrop("compare", "--vary", "model=nonesuch,gpt-4o,llama_v31_8b", *WORK)
    assert result.exit_code == 1
    assert len(result.stdout.splitlines()) == 3
    assert "nonesuch: unknown model" in result.stderr
    assert wattdrop("compare", "--vary", "model=nonesuch,nonesuch-2").stdout == "nothing to compare\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--vary", "colour=red,blue"), "no such flag of a request"),
        (("--vary", "model=gpt-4o,gpt-4o"), "give 2 to 24 different values, got 1"),
        (("--vary", "model=a,b", "--model", "gpt-4o"), "leave one of them out"),
        ((), "--vary"),
    ],
)
def test_wrong_usage_is_said(arguments: tuple[str, ...], said: str) -> None:
    result = wattdrop("compare", *arguments)
    assert result.exit_code == 2
    assert said in result.stderr
