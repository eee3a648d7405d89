"""``GET /v1/equivalents``: how much of something everyday is as much energy, carbon or water, with who says so."""

from __future__ import annotations

import math
import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Final

import msgspec
from falcon.asgi import Request, Response

from ..errors import BadRequest
from ..schema.choices import EquivalentsResponse
from .answers import send
from .bodies import check_accept
from .description import Example, Parameter, operation
from .description.operation import json_answer

_FIGURES: Final = Path(__file__).with_name("equivalents.toml")
_MOST: Final = 1e18
"""More than mankind has ever used, and far from what a number cannot hold."""
_AMOUNT: Final = {"type": "number", "minimum": 0, "maximum": _MOST}
_METRICS: Final = {
    "usage_energy_wh": Parameter("usage_energy_wh", "Energy. [Wh]", _AMOUNT, example=0.8),
    "usage_emissions_gco2e": Parameter("usage_emissions_gco2e", "Emissions. [gCO2e]", _AMOUNT, example=0.3),
    "usage_water_ml": Parameter("usage_water_ml", "Water. [ml]", _AMOUNT, example=1.5),
}


class EquivalentsResource:
    """Divides by published figures; nothing is a customer's own, so no key is needed."""

    @operation(
        "listEquivalents",
        "Evidence",
        "Everyday equivalents of an impact",
        text="Each with the document that its figure is from.",
        parameters=tuple(_METRICS.values()),
        answers={200: json_answer("The equivalents.", EquivalentsResponse)},
        errors=(400, 406),
        examples=(Example("light", "Of some energy", query={"usage_energy_wh": "0.8"}),),
    )
    async def on_get(self, request: Request, response: Response) -> None:
        """List them."""
        check_accept(request)
        amounts = {name: _amount(name, text) for name in _METRICS if (text := request.get_param(name))}
        found = [
            {**shown(one), "value": amounts[one["metric"]] / one["amount_per_unit"]}
            for one in figures()
            if one["metric"] in amounts
        ]
        send(response, msgspec.json.encode({"equivalents": found}))


@cache
def figures() -> list[dict[str, Any]]:
    """The figures of the file."""
    read: list[dict[str, Any]] = tomllib.loads(_FIGURES.read_text(encoding="utf-8"))["equivalent"]
    return read


def shown(figure: dict[str, Any]) -> dict[str, Any]:
    """What is said of a figure: everything but the divisor, which its note has in the units of its document."""
    return {name: value for name, value in figure.items() if name != "amount_per_unit"}


def _amount(name: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value <= _MOST:
        raise BadRequest(f"{name}: expected a number from 0 to {_MOST:g}, got {text[:40]!r}", field=name)
    return value
