"""Tools for assistants that speak the Model Context Protocol (MCP): at ``/mcp``, and locally by ``wattdrop mcp``."""
