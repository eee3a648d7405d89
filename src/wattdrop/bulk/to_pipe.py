"""A job whose output goes to standard output: written as any other, beside the system's temporary files, then passed on."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from .crew import Crew
from .job import Outcome, run
from .options import Options
from .refused import JobRefused


def run_to_standard_output(given: Sequence[str], options: Options, crew: Crew) -> Outcome:
    """Estimate every row of the files; errors are in the rows, there is no file of them, and nothing to take up again."""
    if options.form in ("parquet", "arrow") and sys.stdout.isatty():
        raise JobRefused(f"{options.form} is not for a terminal: --to csv or --to jsonl is")
    with TemporaryDirectory(prefix="wattdrop-") as folder:
        output = f"{folder}/output.{options.form}"
        outcome = run(given, output, options, crew)
        with Path(output).open("rb") as file:
            shutil.copyfileobj(file, sys.stdout.buffer)
        sys.stdout.buffer.flush()
    outcome.errors = None
    return outcome
