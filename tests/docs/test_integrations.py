"""What is in integrations/ is what it says: the collector's configuration is whole, and keeps the names that are read."""

from __future__ import annotations

import re

import yaml
from tests.conftest import ROOT

from wattdrop.adapters.otel.spellings import READ

CONFIGURATION = yaml.safe_load((ROOT / "integrations" / "opentelemetry-collector.yaml").read_text())


def test_every_part_of_the_pipeline_is_configured() -> None:
    pipelines = CONFIGURATION["service"]["pipelines"]
    assert pipelines
    for pipeline in pipelines.values():
        for kind, names in pipeline.items():
            assert set(names) <= CONFIGURATION[kind].keys()


def test_prompts_are_dropped_and_what_is_read_is_kept() -> None:
    (group,) = CONFIGURATION["processors"]["transform/no_prompts"]["trace_statements"]
    patterns = [re.findall(r'"(.+)"', statement)[0] for statement in group["statements"]]

    def dropped(name: str) -> bool:
        return any(re.match(pattern, name) for pattern in patterns)

    assert not [name for name in READ if dropped(name)]
    spoken = ("gen_ai.input.messages", "gen_ai.prompt.0.content", "llm.input_messages.0.message.content", "input.value",
              "langfuse.observation.output", "embedding.embeddings.0.embedding.text")  # fmt: skip
    assert all(map(dropped, spoken))
