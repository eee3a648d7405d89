"""The tools behind the protocol's own SDK (extra ``mcp``): a server for one caller, whatever carries its messages."""

from __future__ import annotations

from typing import Any

import msgspec
from mcp.server.lowlevel import Server
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
    ToolAnnotations,
)
from mcp_types import Tool as ToolOfProtocol

from ...errors import WattdropError
from ...version import __version__
from .callers import Caller
from .tools import TOOLS, Answer, use

INSTRUCTIONS = (
    "Estimates the energy, carbon and water of AI inference, every figure with its source. Find the model with list_models "
    "if an id is not known, then call estimate_impact with token counts and, where known, service and place."
)


def server_for(caller: Caller) -> Server[Any]:
    """A server whose tools work on the caller's behalf."""

    async def list_tools(context: Any, params: PaginatedRequestParams | None) -> ListToolsResult:
        return ListToolsResult(tools=[_described(name) for name in TOOLS])

    async def call_tool(context: Any, params: CallToolRequestParams) -> CallToolResult:
        tool = TOOLS.get(params.name)
        if tool is None:
            raise MCPError(INVALID_PARAMS, f"no such tool: {params.name[:60]}; there are: {', '.join(TOOLS)}")
        try:
            answer = await use(tool, caller, params.arguments or {})
        except WattdropError as error:
            answer = {"error": {"code": error.code, "message": error.message}}
            return _result(answer, is_error=True)
        return _result(answer, is_error=_all_failed(answer))

    return Server(
        "wattdrop",
        title="Wattdrop",
        version=__version__,
        instructions=INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


def _described(name: str) -> ToolOfProtocol:
    tool = TOOLS[name]
    return ToolOfProtocol(
        name=name,
        title=tool.title,
        description=tool.description,
        input_schema=tool.schema,
        annotations=ToolAnnotations(read_only_hint=True, open_world_hint=False),
    )


def _result(answer: Answer, is_error: bool) -> CallToolResult:
    """As data, and as text for assistants that read only that."""
    text = msgspec.json.encode(answer).decode()
    return CallToolResult(
        content=[TextContent(type="text", text=text)], structured_content=answer, is_error=is_error
    )


def _all_failed(answer: Answer) -> bool:
    """Nothing could be computed: the assistant should mend its call."""
    rows = answer.get("rows") or []
    return "error" in answer or (bool(rows) and all("error" in row for row in rows))
