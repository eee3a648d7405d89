"""Each operation as a line of curl and as Python, ready to paste once the key is filled in. Tests run every one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote, urlencode

from .operation import JSON, Example, Operation

#: Where ``make run`` listens; the page puts its own address in its place.
ADDRESS: Final = "http://127.0.0.1:8000"
KEY: Final = "YOUR_KEY"


def samples(operation: Operation, path: str, method: str) -> list[dict[str, str]]:
    """Code for the first example of an operation."""
    example = operation.examples[0] if operation.examples else Example("plain", "")
    media_type = next(iter(operation.body), JSON)
    headers = {**({"Authorization": f"Bearer {KEY}"} if operation.scope else {}), **example.headers}
    url = ADDRESS + filled(path, example)
    return [
        {"lang": "Shell", "label": "curl", "source": _curl(method, url, headers, example.body, media_type)},
        {
            "lang": "Python",
            "label": "Python",
            "source": _python(method, url, headers, example.body, media_type),
        },
    ]


def filled(path: str, example: Example) -> str:
    """The path with the example's parameters."""
    for name, value in example.path.items():
        path = path.replace("{" + name + "}", quote(value, safe=""))
    return path + ("?" + urlencode(example.query) if example.query else "")


def _curl(method: str, url: str, headers: Mapping[str, str], body: Any, media_type: str) -> str:
    parts = [f"curl -s {_quoted(url) if '?' in url else url}"]
    if method not in ("get", "post") or (method == "post" and body is None):
        parts[0] = f"curl -s -X {method.upper()} {_quoted(url) if '?' in url else url}"
    parts += [f"-H '{name}: {value}'" for name, value in headers.items()]
    if body is not None:
        parts.append(f"-H 'Content-Type: {media_type}'")
        text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
        parts.append(f"--data-binary {_quoted(text)}" if isinstance(body, str) else f"-d {_quoted(text)}")
    return " \\\n  ".join(parts)


def _python(method: str, url: str, headers: Mapping[str, str], body: Any, media_type: str) -> str:
    lines = ["import httpx", "", f"response = httpx.{method}(", f"    {json.dumps(url)},"]
    if isinstance(body, str):
        headers = {**headers, "Content-Type": media_type}
    if headers:
        lines.append(f"    headers={json.dumps(headers)},")
    if isinstance(body, str):
        lines.append(f"    content={json.dumps(body)},")
    elif body is not None:
        lines.append(f"    json={_literal(body, '    ')},")
    return "\n".join([*lines, ")", "response.raise_for_status()", "print(response.text)"])


def _literal(value: Any, indent: str) -> str:
    """A value as Python, as a formatter would write it."""
    inner = indent + "    "
    if isinstance(value, dict) and value:
        lines = [f"{inner}{json.dumps(name)}: {_literal(part, inner)}," for name, part in value.items()]
        return "\n".join(["{", *lines, indent + "}"])
    if isinstance(value, list) and any(isinstance(part, dict | list) for part in value):
        return "\n".join(["[", *(f"{inner}{_literal(part, inner)}," for part in value), indent + "]"])
    if isinstance(value, list):
        return "[" + ", ".join(_literal(part, inner) for part in value) + "]"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
