"""Where the value of a setting comes from: a flag, the environment, the settings file or the default."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from ..errors import SettingError

CONFIG_VARIABLE: Final = "WATTDROP_CONFIG"
"""Names the settings file: TOML, one line a setting, such as ``max_rows = 4000``."""

#: Variables with our prefix that belong to every command, not to the service.
OTHER_VARIABLES: Final = frozenset({CONFIG_VARIABLE, "WATTDROP_CACHE_DIR"})


class Texts(dict[str, str]):
    """The value of every setting as text, with the origin of each."""

    def __init__(self, config: str) -> None:
        super().__init__()
        self.config = config
        self.origins: dict[str, str] = {}

    def spoken(self, name: str) -> str:
        """How the user wrote the setting, for messages about its value."""
        if self.origins[name] == "flag":
            return "--" + name.replace("_", "-")
        return f"{name} in {self.config}" if self.origins[name] == "file" else f"WATTDROP_{name.upper()}"


def collect(
    defaults: Mapping[str, str], environment: Mapping[str, str], flags: Mapping[str, str | None]
) -> Texts:
    """The first of flag, environment, file and default that says something."""
    config = environment.get(CONFIG_VARIABLE, "")
    texts = Texts(config)
    file = _read(Path(config).expanduser(), defaults) if config else {}
    for name, default in defaults.items():
        for origin, value in (
            ("flag", flags.get(name)),
            ("environment", environment.get(f"WATTDROP_{name.upper()}")),
            ("file", file.get(name)),
            ("default", default),
        ):
            if value or origin == "default":
                texts[name], texts.origins[name] = value or "", origin
                break
    return texts


def unknown_variables(names: Mapping[str, str], environment: Mapping[str, str]) -> dict[str, str]:
    """Variables with our prefix that nothing reads, each with the nearest that something does, if any is near."""
    known = {f"WATTDROP_{name.upper()}" for name in names} | OTHER_VARIABLES
    strange = [name for name in environment if name.startswith("WATTDROP_") and name not in known]
    return {name: "".join(get_close_matches(name, known, n=1)) for name in sorted(strange)}


def _read(path: Path, known: Mapping[str, str]) -> dict[str, str]:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingError(
            f"{CONFIG_VARIABLE}: cannot read {path}: {error}; it holds lines such as max_rows = 1000"
        ) from None
    for name, value in table.items():
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"; did you mean {near[0]}?" if near else "; see them with: wattdrop settings"
            raise SettingError(f"{name} in {path}: no such setting{hint}", field=name)
        if not isinstance(value, str | int | float):
            kind = type(value).__name__  # never the value, which may be a secret
            raise SettingError(f"{name} in {path}: expected a text or a number, got a {kind}", field=name)
    return {name: _text(value) for name, value in table.items()}


def _text(value: str | float | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
