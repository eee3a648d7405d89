"""The tools: their names, what an assistant reads about them, and what they do. Nothing here knows the protocol."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, NamedTuple

import msgspec

from ...engine.api import estimate_checked
from ...engine.explained import explained
from ...errors import BadRequest, Forbidden, RowError, TooLarge
from ...schema import parse_rows
from .callers import Caller
from .listings import models_found, nodes_found
from .schemas import ROW, listing_schema

Answer = dict[str, Any]
Arguments = Mapping[str, Any]


class Tool(NamedTuple):
    """One tool."""

    name: str
    title: str
    description: str
    schema: dict[str, Any]
    scope: str
    use: Callable[[Caller, Arguments], Awaitable[Answer]]


async def use(tool: Tool, caller: Caller, arguments: Arguments) -> Answer:
    """What a tool answers. Raises ``WattdropError`` where it cannot."""
    if not caller.may(tool.scope):
        raise Forbidden(f"this key lacks the scope {tool.scope}")
    unknown = sorted(arguments.keys() - tool.schema["properties"].keys())
    if unknown:
        known = ", ".join(tool.schema["properties"])
        raise BadRequest(f"{unknown[0]}: no such argument; {tool.name} takes: {known}", field=unknown[0])
    return await tool.use(caller, arguments)


async def _estimate_impact(caller: Caller, arguments: Arguments) -> Answer:
    values = _rows(arguments.get("rows"), "rows")
    if len(values) > caller.most_rows:
        raise TooLarge(f"{len(values)} rows, at most {caller.most_rows} in one call", field="rows")
    result = await caller.estimate(parse_rows(values))
    answer: Answer = msgspec.to_builtins(result.response(ranges=_switch(arguments, "ranges")))
    return {**answer, "method_version": result.method_version, "catalog_digest": result.catalog_digest}


async def _explain_impact(caller: Caller, arguments: Arguments) -> Answer:
    values = _rows(arguments.get("row"), "row")
    if len(values) != 1:
        raise BadRequest(f"row: expected one row, got {len(values)}", field="row")
    result = estimate_checked(parse_rows(values), caller.catalog)
    (row,) = result.rows
    if row.error is not None:
        return {"error": _error(row.error)}
    whole = await asyncio.to_thread(explained, result, 0, False)  # others need not wait for it
    wanted = arguments.get("step") or ""
    if wanted:
        steps = [step for step in whole["steps"] if str(wanted) in step["name"]]
    else:  # all in full are some hundred kilobytes
        shown = ("name", "value", "unit", "formula")
        steps = [{name: step[name] for name in shown} for step in whole["steps"] if step["value"]]
    return {
        **{name: whole[name] for name in ("results", "choices", "method_version", "catalog_digest")},
        "steps": steps,
        "sources": [f"{source['id']}: {source['citation']}" for source in whole["sources"]],
    }


async def _list_models(caller: Caller, arguments: Arguments) -> Answer:
    return models_found(caller.catalog, **_texts(arguments, "search", "family"), limit=_limit(arguments))


async def _list_nodes(caller: Caller, arguments: Arguments) -> Answer:
    return nodes_found(caller.catalog, **_texts(arguments, "search", "cloud", "gpu"), limit=_limit(arguments))


TOOLS: Final = {
    tool.name: tool
    for tool in (
        Tool(
            "estimate_impact",
            "Estimate energy, carbon and water",
            "Energy, greenhouse gas emissions and water of AI inference requests. Answers one entry per row, in order: "
            "total_impact with usage_energy_wh [Wh], usage_emissions_gco2e [gCO2e], usage_water_ml [mL] and the embodied "
            "part of the hardware, or an error that says what to change; and sums over the rows. These are estimates: "
            "pass ranges=true for 50 % and 90 % ranges, and say so when reporting them.",
            {
                "type": "object",
                "properties": {
                    "rows": {"type": "array", "items": ROW},
                    "ranges": {"type": "boolean", "description": "Also ranges and what makes them wide."},
                },
                "required": ["rows"],
            },
            "impact",
            _estimate_impact,
        ),
        Tool(
            "explain_impact",
            "Explain an estimate",
            "How one row's numbers come about: what was chosen or assumed for it, every step with value, unit and formula, "
            "and the sources. With step, only steps whose name holds that text, with all their inputs.",
            {
                "type": "object",
                "properties": {
                    "row": ROW,
                    "step": {"type": "string", "description": "Such as energy, grid or water."},
                },
                "required": ["row"],
            },
            "impact",
            _explain_impact,
        ),
        Tool(
            "list_models",
            "Find models",
            "Models of the catalog whose id, name, alias or family holds every word of search.",
            listing_schema(search="Words, such as: llama 70b.", family="Such as gpt, claude or llama."),
            "read",
            _list_models,
        ),
        Tool(
            "list_nodes",
            "Find hardware nodes",
            "Nodes (cloud instances with accelerators) of the catalog whose id, cloud or accelerator holds every word of "
            "search.",
            listing_schema(search="Words, such as: p5 48xlarge.", cloud="Such as aws.", gpu="Such as h100."),
            "read",
            _list_nodes,
        ),
    )
}


def _rows(value: Any, name: str) -> list[Any]:
    """Rows as assistants write them: a list, one row, or either as JSON text."""
    if isinstance(value, str):
        try:
            value = msgspec.json.decode(value)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            raise BadRequest(f"{name}: expected rows, got text that is not JSON", field=name) from None
    if isinstance(value, dict):
        return [value]
    if isinstance(value, list):
        return value
    raise BadRequest(
        f'{name}: expected a row, such as {{"model_id": "gpt-4o", "output_tokens": 500}}', field=name
    )


def _texts(arguments: Arguments, *names: str) -> dict[str, str]:
    for name in names:
        if not isinstance(arguments.get(name) or "", str):
            raise BadRequest(f"{name}: expected text", field=name)
    return {name: arguments.get(name) or "" for name in names}


def _switch(arguments: Arguments, name: str) -> bool:
    value = arguments.get(name)
    if value is not None and not isinstance(value, bool):
        raise BadRequest(f"{name}: expected true or false", field=name)
    return bool(value)


def _limit(arguments: Arguments) -> int:
    limit = arguments.get("limit")
    if limit is None:
        return 20
    if isinstance(limit, bool) or not isinstance(limit, int) or not 1 <= limit <= 100:
        raise BadRequest("limit: expected a whole number from 1 to 100", field="limit")
    return limit


def _error(error: RowError) -> dict[str, Any]:
    return {name: value for name, value in error._asdict().items() if value}
