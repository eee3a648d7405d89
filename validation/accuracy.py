"""The accuracy of the method on families of models that its constants never saw: measured, printed, written to the docs.

    python validation/accuracy.py             # refit without each family in turn, print the table (some minutes)
    python validation/accuracy.py --write     # the same, and write the results, the page and its plots
    python validation/accuracy.py --page      # only write the page anew from the results (seconds)
    python validation/accuracy.py --also FILE # also score a table that is not shipped; --write keeps its scores only

Every row is predicted through ``wattdrop.estimate`` with constants, spreads of the ranges included, that were fitted
without the row's model family. What the description of a row may contain is said with each table.

The results are files of the package, in ``src/wattdrop/validation/accuracy``: scores, and one prediction a shipped row.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import other_tools
from fit import Problem, fitted_constants, spreads_without, write

from wattdrop.catalog import Catalog, load
from wattdrop.engine import METHOD_VERSION
from wattdrop.engine.api import resolver_of
from wattdrop.validation.measurements import Measurement, read
from wattdrop.validation.predict import Prediction, predict, predictions, prepare
from wattdrop.validation.report import report
from wattdrop.validation.scores import scores
from wattdrop.validation.stored import EVIDENCE, SCORES, comparable, predictions_digest, write_predictions

HERE: Final = Path(__file__).parent

LANGUAGE: Final = frozenset({"chat", "code", "reasoning", "image-text-to-text", "video-text-to-text"})
ENGINES: Final = ("ML.ENERGY v2", "ML.ENERGY v3.0", "chuyishang")
LOOPS: Final = ("ML.ENERGY v1", "HF AI Energy Score", "Luccioni")


class Line(NamedTuple):
    """One line of the table: which rows, under which evidence, and what is asked of them."""

    id: str
    rows: str
    evidence: str
    holds: Callable[[Measurement], bool]
    nearest_batch_64: bool
    before: str  # the best simple model when the target was set
    target: str
    met: Callable[[Mapping[str, Any]], bool]


def _served(m: Measurement) -> bool:
    return m.text("task") in LANGUAGE and m.text("source").startswith(ENGINES)


def _alone(m: Measurement) -> bool:
    return m.text("task") in {"chat", "text-generation"} and m.text("source").startswith(LOOPS)


def _task(*tasks: str) -> Callable[[Measurement], bool]:
    return lambda m: m.text("task") in tasks and m.text("boundary") == "gpu_only"


def _covers(score: Mapping[str, Any]) -> bool:
    return score["coverage_90"] is not None and 0.87 <= score["coverage_90"] <= 0.93


def _within(share: float, factor: float = 99.0) -> Callable[[Mapping[str, Any]], bool]:
    return lambda score: score["within_2x"] >= share and score["median_factor"] <= factor


LINES: Final = (
    Line("text", "language models, batch known", "batch", _served, False, "92 %, 1.31", "95 %, 1.22", _within(0.95, 1.22)),
    Line(
        "text_latency", "language models, batch unknown, latency known", "latency", _served, False, "49 %",
        "range holds 87-93 %, narrower than without", _covers,
    ),
    Line(
        "text_hardware", "language models, batch and latency unknown", "hardware", _served, False, "48 %", "",
        lambda _: True,
    ),
    Line(
        "text_none", "language models, nothing but model, task, tokens", "none", _served, False, "63 %, 1.68",
        "range holds 87-93 %, width <= 10x", lambda s: _covers(s) and s["median_width_90"] <= 10.0,
    ),
    Line(
        "text_usual", "language models, the row nearest batch 64 of each configuration, batch unknown", "hardware",
        _served, True, "94 % with the batch", "92 %", _within(0.92),
    ),
    Line("text_alone", "text generation at batch 1", "batch", _alone, False, "91-98 %", "97 %", _within(0.97)),
    Line("images", "images by diffusion", "batch", _task("text-to-image"), False, "89 %", "95 %", _within(0.95)),
    Line(
        "video", "video by diffusion", "batch", _task("text-to-video", "image-to-video"), False, "75 %", "88 %",
        _within(0.88),
    ),
    *(
        Line(name.replace(" ", "_"), name, "batch", _task(*tasks), False, "23-100 %", "85 %", _within(0.85))
        for name, tasks in {
            "embedding": ("text-embedding",),
            "text classification": ("text-classification",),
            "token classification": ("token-classification",),
            "fill-mask": ("fill-mask",),
            "image classification": ("image-classification",),
            "detection": ("object-detection",),
            "captioning": ("image-to-text",),
            "question answering": ("question-answering",),
            "speech recognition": ("speech-to-text",),
            "summarisation": ("summarization",),
        }.items()
    ),
    Line("sound", "sound by diffusion", "batch", _task("text-to-audio"), False, "", "", lambda _: True),
    Line(
        "servers", "whole servers, MLPerf", "batch", lambda m: m.text("boundary") == "server", False, "38 %", "80 %",
        _within(0.80),
    ),
)  # fmt: skip


class LeftOut:
    """Predictions of every row by constants that never saw its family."""

    def __init__(
        self, measurements: Sequence[Measurement], folds: Mapping[str, Mapping[str, float]], catalog: Catalog
    ) -> None:
        self.catalog, self.folds = catalog, folds
        self.families: dict[str, list[Measurement]] = {}
        for m in measurements:
            if not m.problem:
                self.families.setdefault(m.text("model_family"), []).append(m)
        self._by_evidence: dict[str, list[Prediction]] = {}

    def predictions(self, evidence: str) -> list[Prediction]:
        """The rows that count under one kind of evidence, with ranges."""
        return [p for p in self.every(evidence) if comparable(p.measurement)]

    def every(self, evidence: str) -> list[Prediction]:
        """The same of all rows that could be read."""
        if evidence not in self._by_evidence:
            found: list[Prediction] = []
            for family, rows in self.families.items():
                prepared = prepare(rows, EVIDENCE[evidence], self.catalog)
                found += predictions(prepared, self.catalog, constants=self.folds.get(family, {}))
            self._by_evidence[evidence] = found
        return self._by_evidence[evidence]

    def of(self, line: Line) -> list[Prediction]:
        """The rows of one line of the table."""
        rows = [p for p in self.predictions(line.evidence) if line.holds(p.measurement)]
        return nearest_to_64(rows) if line.nearest_batch_64 else rows


def nearest_to_64(rows: Iterable[Prediction]) -> list[Prediction]:
    """Of each configuration (model, machine, number of accelerators, task, precision) the row nearest batch 64."""
    best: dict[tuple[Any, ...], Prediction] = {}
    for p in rows:
        m = p.measurement
        columns = ("model_hf_path", "gpu", "task", "precision", "source")
        key = (*(m.text(column) for column in columns), m.value("gpu_count"))
        if key not in best or _from_64(m) < _from_64(best[key].measurement):
            best[key] = p
    return list(best.values())


def _from_64(m: Measurement) -> float:
    return abs(float(np.log(m.value("batch_or_concurrency") / 64.0)))


def folds_of(
    measurements: Sequence[Measurement], catalog: Catalog
) -> tuple[dict[str, dict[str, float]], dict[str, float]]:
    """For each family the constants fitted without it, spreads included; and the spreads over all families."""
    problem = Problem(measurements, fitted_constants(catalog), catalog)
    slope = problem.derivatives(problem.start)
    families = np.array([m.text("model_family") for m in problem.measurements])
    folds, errors = {}, np.zeros(len(families))
    for family in sorted(set(families)):
        mine = families == family
        x = problem.without(problem.start, slope, mine)
        folds[str(family)] = problem.values(x)
        errors[mine] = problem.errors(x)[0][mine]
        print(f"  without {family}", file=sys.stderr)
    for family in folds:
        folds[family] |= spreads_without(problem, errors, families != family)
    return folds, spreads_without(problem, errors, families != "")


def table_of(left_out: LeftOut) -> list[dict[str, Any]]:
    """The lines of the table with their scores."""
    found = []
    for line in LINES:
        rows = left_out.of(line)
        if any(not p.reason for p in rows):
            score = scores(rows)
            found.append(
                {"id": line.id, "rows": line.rows, "given": line.evidence, "before": line.before, "target": line.target,
                 "met": line.met(score), **score}
            )  # fmt: skip
    return found


def groups_of(left_out: LeftOut) -> list[dict[str, Any]]:
    """Scores by task and source with everything given."""
    return list(report(left_out.predictions("batch"), ("task", "source"))["groups"])


# --- what the results rest on ---------------------------------------------------------------------------------------


#: The code that predictions, ranges and scores are made by.
CODE: Final = (
    "kernel/**/*.py",
    "resolve/*.py",
    "engine/evaluate.py",
    "engine/facts.py",
    "engine/graph.py",
    "engine/program.py",
    "engine/ranges.py",
    "validation/activity.py",
    "validation/measurements.py",
    "validation/predict.py",
    "validation/readings.py",
    "validation/scores.py",
)


def method_digest(catalog: Catalog) -> str:
    """Hash of all that the results rest on: formulas, constants with their sources, measurements, figures of their models.

    A new model or region leaves it as it is; another constant, source of a constant, formula or reading rule does not.
    """
    from hashlib import sha256

    digest = sha256()
    source = HERE.parent / "src" / "wattdrop"
    for pattern in CODE:
        for path in sorted(source.glob(pattern)):
            digest.update(code_of(path.read_text()).encode())
    for path in sorted((source / "validation" / "measured").iterdir()):
        if path.suffix in {".csv", ".toml"}:
            digest.update(path.read_bytes())
    constants = catalog.constants
    for ix, name in enumerate(constants.ids):
        figure = constants.figure(ix, "value")
        digest.update(
            repr((name, figure, [catalog.source(id) for id in figure.source_ids] if figure else ())).encode()
        )
    for evidence in EVIDENCE.values():
        prepared = prepare(read(), evidence, catalog)
        for resolved in resolver_of(catalog).batch(prepared.rows).resolved:
            digest.update(repr(resolved.setup).encode())
    return digest.hexdigest()


def code_of(text: str) -> str:
    """A module without comments, docstrings and layout, a statement a line with its depth: the same in every Python."""
    import ast
    from io import StringIO
    from tokenize import COMMENT, DEDENT, INDENT, NEWLINE, generate_tokens

    lines = text.splitlines()
    statements: list[tuple[int, int, int]] = []
    depth = first = 0
    for token in generate_tokens(StringIO(text).readline):
        row, column = token.start
        if token.type == COMMENT:
            lines[row - 1] = lines[row - 1][:column]
        elif token.type in (INDENT, DEDENT):
            depth += 1 if token.type == INDENT else -1
        elif token.type == NEWLINE:
            statements.append((depth, first, row))
            first = row
    for part in ast.walk(ast.parse(text)):
        if (
            isinstance(part, ast.Module | ast.ClassDef | ast.FunctionDef)
            and ast.get_docstring(part) is not None
        ):
            first, last = part.body[0].lineno, part.body[0].end_lineno or 0
            lines[first - 1 : last] = [""] * (last - first + 1)
    texts = ((depth, "".join("".join(lines[first:last]).split())) for depth, first, last in statements)
    return "\n".join(f"{depth} {text}" for depth, text in texts if text)


# --- results, printed and written -----------------------------------------------------------------------------------


def measure(catalog: Catalog, also: Path | None, keep_spreads: bool) -> tuple[dict[str, Any], LeftOut]:
    """Refit without each family, predict what was left out, score.

    ``keep_spreads``: put the spreads of the method's error over all families into the data.
    """
    measurements = read()
    folds, spreads = folds_of(measurements, catalog)
    print("  ".join(f"{name} {value:.3g}" for name, value in spreads.items()), file=sys.stderr)
    if keep_spreads:
        write(spreads)
        catalog = load()
    left_out = LeftOut(measurements, folds, catalog)
    results: dict[str, Any] = {
        "method_digest": method_digest(catalog),
        "method_version": METHOD_VERSION,
        "table": table_of(left_out),
        "groups": groups_of(left_out),
        "tasks": report(left_out.predictions("batch"), ("task",))["groups"],
        "accelerators": accelerators(measurements, catalog),
        "in_sample": in_sample(catalog),
    }
    if also is not None:
        shipped = {m.text("row_id") for m in measurements}
        others = [m for m in read(also) if m.text("row_id") not in shipped]
        beside = LeftOut(others, folds, catalog)
        results["not_shipped"] = {"table": table_of(beside), "groups": groups_of(beside)}
    return results, left_out


def in_sample(catalog: Catalog) -> list[dict[str, Any]]:
    """Scores by task of the constants as they are shipped: quick to work out again, so that a test can."""
    rows = [m for m in read() if comparable(m)]
    return list(report(predict(rows, EVIDENCE["batch"], catalog), ("task",))["groups"])


def accelerators(measurements: Sequence[Measurement], catalog: Catalog) -> list[dict[str, Any]]:
    """Scores of each accelerator's rows with constants that never saw that accelerator."""
    problem = Problem(measurements, fitted_constants(catalog), catalog)
    slope = problem.derivatives(problem.start)
    gpus = np.array([m.text("gpu") for m in problem.measurements])
    found = []
    for gpu in sorted(set(gpus)):
        x = problem.without(problem.start, slope, gpus == gpu)
        rows = [p for p, mine in zip(problem.predictions(x), gpus == gpu, strict=True) if mine]
        found.append({"gpu": str(gpu), **scores(rows)})
        print(f"  without {gpu}", file=sys.stderr)
    return found


def main() -> None:
    import accuracy_page

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true", help="write the results, the page and its plots")
    parser.add_argument("--page", action="store_true", help="only write the page anew from the results")
    parser.add_argument("--also", type=Path, help="another table, scored beside the shipped one")
    asked = parser.parse_args()
    catalog = load()
    if asked.page:
        results = json.loads(SCORES.read_text())
        if results["method_digest"] != method_digest(catalog):
            sys.exit(
                "the method, its constants or the measurements changed since the results: run with --write"
            )
    else:
        results, left_out = measure(catalog, asked.also, asked.write)
        catalog = left_out.catalog
        if asked.write:
            if asked.also is None and SCORES.exists():
                results["not_shipped"] = json.loads(SCORES.read_text()).get("not_shipped")
            for evidence in EVIDENCE:
                write_predictions(evidence, left_out.every(evidence))
            results["predictions_digest"] = predictions_digest()
            accuracy_page.draw(left_out)
    print(accuracy_page.table_text(results["table"]))
    if asked.write or asked.page:
        keep(results)
        accuracy_page.write(json.loads(SCORES.read_text()), catalog)


def keep(results: Mapping[str, Any]) -> None:
    """Write the scores, and beside them those of other tools, which rest on their files and on the measurements alone."""
    SCORES.write_text(json.dumps({**rounded(results), "peers": peers()}, indent=1) + "\n")


def peers() -> list[dict[str, Any]]:
    """Scores of other tools."""
    found: list[dict[str, Any]] = rounded(other_tools.scored(read()), 6)
    return found


def rounded(value: Any, digits: int = 4) -> Any:
    """Scores with few digits: what another machine's last bit cannot move."""
    if isinstance(value, float):
        return float(f"{value:.{digits}g}")
    if isinstance(value, dict):
        return {key: rounded(part, digits) for key, part in value.items()}
    return [rounded(part, digits) for part in value] if isinstance(value, list) else value


if __name__ == "__main__":
    main()
