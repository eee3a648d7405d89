"""Gathers what a connection is given to send, so that the head and the body of an answer are one packet and not two."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any, Final

#: More than this is not worth holding back, and whoever writes much in one turn must learn when it is not taken.
_MOST_HELD_BYTES: Final = 16_384


class Gathering(asyncio.Transport):
    """A transport that holds what is written until more follows, an answer is complete, or the loop's next turn."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._transport = transport
        self._loop = loop
        self._held: Any = None
        self.is_closing = transport.is_closing  # type: ignore[method-assign]
        self.pause_reading = transport.pause_reading  # type: ignore[method-assign]
        self.resume_reading = transport.resume_reading  # type: ignore[method-assign]
        self.get_extra_info = transport.get_extra_info  # type: ignore[method-assign]

    def write(self, data: Any) -> None:
        """Send these bytes, soon."""
        held = self._held
        if held is not None:
            self._held = None
            self._transport.writelines((held, data))
        elif len(data) > _MOST_HELD_BYTES:
            self._transport.write(data)
        else:
            self._held = data
            self._loop.call_soon(self.flush)

    def writelines(self, list_of_data: Iterable[Any]) -> None:
        """The same of several."""
        for data in list_of_data:
            self.write(data)

    def get_write_buffer_size(self) -> int:
        """Bytes that were not taken yet."""
        return len(self._held or b"") + self._transport.get_write_buffer_size()

    def close(self) -> None:
        """Send what is held, and close."""
        self.flush()
        self._transport.close()

    def abort(self) -> None:
        """Close at once."""
        self._held = None
        self._transport.abort()

    def flush(self) -> None:
        """Send what is held."""
        held = self._held
        if held is not None:
            self._held = None
            self._transport.write(held)
