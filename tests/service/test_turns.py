"""Large requests take turns: quick ones on the event loop in steps, others on a thread."""

import asyncio
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.service.in_process import serving

from wattdrop.engine.api import estimate_checked
from wattdrop.service import impacts
from wattdrop.service.turns import Turn, Turns

SIZE = 100_000


def _quick() -> str:
    return threading.current_thread().name


def _slow() -> str:
    until = time.thread_time() + 0.02
    while time.thread_time() < until:
        pass
    return _quick()


def _noted(done: list[str], name: str) -> None:
    done.append(name)
    until = time.thread_time() + 0.002
    while time.thread_time() < until:
        pass


async def _step(
    turns: Turns, work: Callable[[], str], key_id: int = 1, size_bytes: int = SIZE, is_long: bool = False
) -> bool:
    """Whether a request of one step was answered on a thread."""
    async with turns.turn(key_id, size_bytes, is_long) as turn:
        return await turn.step(work) != threading.current_thread().name


def test_a_key_is_answered_on_the_loop_while_its_requests_are_quick() -> None:
    async def run() -> list[bool]:
        turns = Turns()
        works = (_quick, _quick, _slow, _quick, _quick)
        return [await _step(turns, work) for work in works]

    # The first is not known; the slow one was expected to be quick; what comes after it is not.
    assert asyncio.run(run()) == [True, False, False, True, False]


def test_what_is_not_like_what_was_quick_goes_to_the_thread() -> None:
    async def run() -> list[bool]:
        turns = Turns()
        await _step(turns, _quick)
        return [
            await _step(turns, _quick, key_id=2),
            await _step(turns, _quick, size_bytes=2 * SIZE + 1),
            await _step(turns, _slow, is_long=True),
            await _step(turns, _quick),  # what takes long by its nature says nothing of the others
        ]

    assert asyncio.run(run()) == [True, True, True, False]


def test_others_have_the_loop_between_steps_and_large_requests_wait_for_each_other() -> None:
    done: list[str] = []

    async def large(turns: Turns, name: str) -> None:
        async with turns.turn(1, SIZE) as turn:
            for number in range(3):
                await turn.step(_noted, done, f"{name}{number}")

    async def small() -> None:
        for _ in range(3):
            done.append("small")
            await asyncio.sleep(0)

    async def run() -> None:
        turns = Turns()
        await _step(turns, _quick)
        await asyncio.gather(large(turns, "a"), large(turns, "b"), small())

    asyncio.run(run())
    assert [one for one in done if one != "small"] == ["a0", "a1", "a2", "b0", "b1", "b2"]
    assert done.index("a2") > 2 + done.index("small")


def test_a_step_that_fails_gives_the_turn_away() -> None:
    async def run() -> bool:
        turns = Turns()
        for _ in range(2):
            with pytest.raises(ZeroDivisionError):
                async with turns.turn(1, SIZE) as turn:
                    await _fail(turn)
        return await _step(turns, _quick)

    assert asyncio.run(run())  # nothing is learnt of one that fails


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


async def _fail(turn: Turn) -> None:
    await turn.step(lambda: 1 // 0)
