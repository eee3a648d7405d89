"""A handler that reads the body and answers a constant, on the framework and server of the service: the base of requests.

It prints its port, then serves until it is killed.
"""

from __future__ import annotations

import asyncio
from typing import Any

import falcon.asgi
import uvicorn


class Empty:
    """Does nothing with what it gets."""

    async def on_post(self, request: Any, response: Any) -> None:
        """Read and answer."""
        await request.stream.read()
        response.content_type = "application/json"
        response.data = b'{"rows":[]}'


async def serve() -> None:
    app: Any = falcon.asgi.App()
    app.add_route("/v1/impact", Empty())
    server = uvicorn.Server(uvicorn.Config(app, port=0, access_log=False, log_level="error"))
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    print(server.servers[0].sockets[0].getsockname()[1], flush=True)
    await task


if __name__ == "__main__":
    try:
        import uvloop
    except ImportError:
        asyncio.run(serve())
    else:
        uvloop.run(serve())
