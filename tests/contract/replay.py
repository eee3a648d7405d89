"""A provider that answers from a file: the SDKs that the published client instruments talk to it over real HTTP.

A file of ``answers/`` is an answer as it goes over the wire: a status line, headers, an empty line, the body. Where each
shape is from is said in ``answers/README.md``. Pictures and sounds are made here, so that no binary file is kept.
"""

from __future__ import annotations

import io
import threading
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

ANSWERS = Path(__file__).parent / "answers"
SOUND_S = 2.0


class Replay:
    """Gives the chosen answer to whatever is asked, and remembers what was."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.asked: list[str] = []
        self._head: tuple[int, list[tuple[str, str]]] = (500, [])
        self._body = b""

    def answer_with(self, name: str) -> None:
        """From now on, with the file of this name; ``picture`` and ``sound`` stand for made bodies."""
        self.asked.clear()
        if name in MADE:
            media_type, body = MADE[name]
            self._head, self._body = (200, [("Content-Type", media_type), *COMPUTE_HEADERS]), body
            return
        head, _, body = (ANSWERS / name).read_bytes().partition(b"\n\n")
        status, *headers = head.decode().splitlines()
        pairs = [(key, value.strip()) for key, _, value in (line.partition(":") for line in headers)]
        self._head, self._body = (int(status.split()[1]), pairs), body

    def send(self, handler: BaseHTTPRequestHandler) -> None:
        self.asked.append(f"{handler.command} {handler.path}")
        handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        status, headers = self._head
        handler.send_response(status)
        for name, value in (*headers, ("Content-Length", str(len(self._body)))):
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(self._body)


@contextmanager
def replaying() -> Iterator[Replay]:
    """A provider on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            replay.send(self)

        def log_message(self, *_: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: Any) -> None:
            """Clients that hang up in the middle are none of these tests' business."""

    server = Server(("127.0.0.1", 0), Handler)
    replay = Replay(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield replay
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def picture(width: int = 640, height: int = 480) -> bytes:
    """A PNG."""
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(out, "PNG")
    return out.getvalue()


def sound(seconds: float = SOUND_S, rate_hz: int = 8000) -> bytes:
    """Silence as a WAV."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((1, 2, rate_hz, 0, "NONE", ""))
        file.writeframes(bytes(2 * int(seconds * rate_hz)))
    return out.getvalue()


def compressed_sound(seconds: float = SOUND_S) -> bytes:
    """Silence as an MP3: MPEG 1 layer III frames of 128 kbit/s at 44.1 kHz, 417 bytes and 1152 samples each."""
    frame = b"\xff\xfb\x90\x64".ljust(417, b"\0")
    return frame * round(seconds * 44100 / 1152)


#: What the Hugging Face inference API says of its own work beside a binary answer.
COMPUTE_HEADERS = [("x-compute-type", "cache"), ("x-compute-time", "0.713"), ("x-compute-characters", "24")]
MADE = {
    "picture": ("image/png", picture(1024, 768)),
    "sound.mp3": ("audio/mpeg", compressed_sound()),
    "sound.wav": ("audio/wav", sound()),
}
