"""What is computed at once, on the event loop, and what beside it."""

import threading
from pathlib import Path
from typing import Any

import pytest
from tests.service.in_process import serving

from wattdrop.engine.api import estimate_checked
from wattdrop.service import impacts


def test_only_what_is_short_is_answered_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[bool] = []

    def noted(*given: Any) -> Any:
        threads.append(threading.current_thread() is not threading.main_thread())
        return estimate_checked(*given)

    row = {"model_id": "llama_v31_8b", "output_tokens": 500}
    with serving(tmp_path) as service:
        monkeypatch.setattr(impacts, "estimate_checked", noted)
        for rows, query in (
            (1, "?ranges=true"),
            (100, ""),
            (20, "?ranges=true"),
            (20, "?debug=true"),
            (500, ""),
        ):
            body = {"rows": [row] * rows}
            assert service.request("POST", f"/v1/impact{query}", json=body).status_code == 200
    assert threads == [False, False, True, True, True]
