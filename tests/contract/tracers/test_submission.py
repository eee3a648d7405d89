"""The published client's own way to send a row: at once or in the background, in traces, with what the caller told it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from scope3ai.api.types import ImpactRow
from tests.contract.answered import METRICS
from tests.service.processes import PATIENCE_S


def row(**more: Any) -> ImpactRow:
    return ImpactRow(**{"model_id": "gpt-4o", "input_tokens": 100, "output_tokens": 500, **more})


@pytest.fixture
def at_once(scope3: Any) -> Iterator[Any]:
    scope3.sync_mode = True
    yield scope3
    scope3.sync_mode = False


def test_in_the_background(scope3: Any) -> None:
    impact = scope3.submit_impact(row()).wait_impact(PATIENCE_S)
    assert all(getattr(impact.total_impact, metric) > 0 for metric in METRICS)


def test_in_the_background_and_awaited(scope3: Any, loop: asyncio.Runner) -> None:
    async def submit() -> Any:
        context = await scope3.asubmit_impact(row())
        return await context.await_impact(PATIENCE_S)

    assert loop.run(submit()).total_impact.usage_energy_wh > 0


def test_at_once(at_once: Any, loop: asyncio.Runner) -> None:
    assert at_once.submit_impact(row()).impact.total_impact.usage_energy_wh > 0
    assert loop.run(at_once.asubmit_impact(row())).impact.total_impact.usage_energy_wh > 0


def test_a_row_that_fails_ends_the_wait(scope3: Any) -> None:
    """Anything but a 200 would make ``wait_impact()`` wait for ever."""
    impact = scope3.submit_impact(row(model_id="no-such-model")).wait_impact(PATIENCE_S)
    assert impact.error.code == "unknown_model"
    assert all(getattr(impact.total_impact, metric) == 0 for metric in METRICS)


def test_a_row_that_fails_breaks_no_call(at_once: Any) -> None:
    assert at_once.submit_impact(row(model_id="no-such-model")).impact.error.code == "unknown_model"


def test_a_trace_adds_up(scope3: Any) -> None:
    """The published client adds each row twice, whatever the server answers; so its totals are twice ours."""
    with scope3.trace(keep_traces=True, session_id="session", client_id="client") as trace:
        sent = [scope3.submit_impact(row()), scope3.submit_impact(row(output_tokens=50))]
        for context in sent:
            context.wait_impact(PATIENCE_S)
        scope3._worker.flush(PATIENCE_S)
        total = trace.impact(PATIENCE_S)
    energies_wh = [context.impact.total_impact.usage_energy_wh for context in sent]
    assert total.total_energy_wh == pytest.approx(2 * sum(energies_wh))
    assert {context.request.trace_id for context in sent} == {trace.trace_id}
    assert sent[0].request.session_id == "session"
    assert sent[0].request.client_id == "client"
    assert sent[0].request.application_id == "default"


def test_what_is_known_of_the_caller_changes_no_number(scope3: Any) -> None:
    plain = scope3.submit_impact(row()).wait_impact(PATIENCE_S)
    with scope3.trace(client_id="client", project_id="project", session_id="session"):
        told = scope3.submit_impact(row()).wait_impact(PATIENCE_S)
    assert told == plain
