"""What the service answers and stores for long: requests of 1,000 rows at full speed, then until all is in the database.

    python benchmarks/sustained.py [--seconds 30] [--workers 1] [--workers 2] [--rows table] [--database sqlite] [--ids]

Answers do not wait for the database: what it does not take as fast as rows are answered waits in the journal. So rows a
second that are answered for some seconds say nothing about a day; rows a second until the journal is empty again do. Each
option may be given again; without any, everything is measured. PostgreSQL is the one that the tests start. With ``--write``
the table goes to docs/reference/benchmarks-service.md. The clients run on the machine that they measure, and take little.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import psutil

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.feed import CONNECTIONS
from benchmarks.pages import put
from tests.service.processes import Running, running, wait_until
from tests.store import postgresql

from benchmarks import load
from wattdrop.store import Store, key_secret, open_store

STORES = {"table": "database", "files": "segments"}
WATCH_S = 0.1
HEAD = (
    "| database | rows in | rows have names | workers | rows/s answered | rows/s stored | answering, CPU a row "
    "| ledger, CPU a row | PostgreSQL's own | most in the journal | most memory of a worker |\n"
    "|---|---|---|---|---|---|---|---|---|---|---|"
)


class Seen(NamedTuple):
    """What one run saw."""

    answered: int
    stored: int
    feed_s: float
    all_s: float
    answering_s: float
    ledger_s: float
    database_s: float
    journal_bytes: int
    worker_bytes: int

    def cells(self) -> str:
        """As cells of the table."""
        spent = (self.answering_s, self.ledger_s, self.database_s)
        costs = [f"{1e6 * seconds / self.answered:.1f} µs" if seconds else "" for seconds in spent]
        dropped = "" if self.stored == self.answered else f" ({self.answered - self.stored:,} rows were not)"
        return (
            f"{self.answered / self.feed_s:,.0f} | {self.stored / self.all_s:,.0f}{dropped} | {' | '.join(costs)} "
            f"| {self.journal_bytes / 1e6:,.0f} MB | {self.worker_bytes / 1e6:,.0f} MB"
        )


class Watched:
    """A server, its database, and what they use."""

    def __init__(self, server: Running, folder: Path, store: Store, postgres: psutil.Process | None) -> None:
        self._server = server
        self._key = store.keys.create("benchmark")
        self._journal = folder / "journal"
        self._database = store.database
        self._postgres = postgres
        self._processes = [psutil.Process(server.process.pid), *server.workers()]
        self.journal_bytes = 0
        self.worker_bytes = 0

    def stored(self) -> int:
        """Rows that are in the sums, which change with the rows."""
        ((count,),) = self._database.query("SELECT COALESCE(SUM(row_count), 0) FROM usage_sum")
        return int(count)

    def look(self) -> None:
        """Note the most of what is there now."""
        with suppress(FileNotFoundError):  # moved meanwhile
            sizes = [path.stat().st_size for path in self._journal.glob("*.journal")]
            self.journal_bytes = max(self.journal_bytes, sum(sizes))
        self.worker_bytes = max(self.worker_bytes, *(one.memory_info().rss for one in self._processes))

    def threads(self) -> dict[tuple[int, int], float]:
        """CPU seconds of each thread so far."""
        return {
            (one.pid, thread.id): thread.user_time + thread.system_time
            for one in self._processes
            for thread in one.threads()
        }

    def database_s(self) -> float:
        """CPU seconds of the server of the database, which is nothing of ours."""
        if self._postgres is None:
            return 0.0
        every = [self._postgres, *self._postgres.children(recursive=True)]
        return sum(sum(one.cpu_times()[:2]) for one in every)

    def feed(self, seconds: float, workers: int, ids: bool) -> tuple[int, int, float]:
        """Send for so long, with a process of clients a worker. Gives rows answered, how many are stored, and seconds."""
        command = [
            sys.executable,
            str(Path(__file__).with_name("feed.py")),
            self._server.url,
            self._key,
        ]
        clients = [
            subprocess.Popen(
                [*command, str(seconds), *(["--ids"] if ids else [])], stdout=subprocess.PIPE, text=True
            )
            for _ in range(workers)
        ]
        while any(one.poll() is None for one in clients):
            self.look()
            time.sleep(WATCH_S)
        answered, stored, spent = zip(
            *(map(float, one.communicate()[0].split()) for one in clients), strict=True
        )
        return int(sum(answered)), int(sum(stored)), max(spent)

    def wait_for(self, rows: int) -> None:
        """Until so many rows are in the database."""
        while self.stored() < rows:
            self.look()
            time.sleep(WATCH_S)


def seen(watched: Watched, seconds: float, workers: int, ids: bool) -> Seen:
    """Warm up, send, and wait until all is in the database."""
    watched.wait_for(watched.feed(2, workers, ids)[1])
    before, threads, database_s = watched.stored(), watched.threads(), watched.database_s()
    answered, stored, feed_s = watched.feed(seconds, workers, ids)
    if not answered:
        raise SystemExit("nothing was answered")
    fed, fed_at = watched.threads(), time.monotonic()
    watched.wait_for(before + stored)
    end, ended_at = watched.threads(), time.monotonic()
    # Once nothing comes in any more, only the ledger's thread of a process works.
    ledger_s = 0.0
    for process in {process for process, _ in end}:
        busiest = max((one for one in end if one[0] == process), key=lambda one: end[one] - fed.get(one, 0.0))
        ledger_s += end[busiest] - threads.get(busiest, 0.0)
    all_s = sum(end.values()) - sum(spent for one, spent in threads.items() if one in end)
    return Seen(
        answered, stored, feed_s, ended_at - fed_at + feed_s, all_s - ledger_s, ledger_s, watched.database_s() - database_s,
        watched.journal_bytes, watched.worker_bytes,
    )  # fmt: skip


@contextmanager
def service(
    rows: str, workers: int, postgres: postgresql.Server | None, journal_bytes: str = ""
) -> Iterator[Watched]:
    """A server with its own folder and database, ready."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = postgres.new_database() if postgres else ""
        environment = {
            "WATTDROP_LEDGER_STORE": STORES[rows],
            **({"WATTDROP_DATABASE_URL": url} if url else {}),
            **({"WATTDROP_LEDGER_JOURNAL_BYTES": journal_bytes} if journal_bytes else {}),
        }
        server = stack.enter_context(running(folder, "--workers", str(workers), **environment))
        if workers > 1:
            wait_until(lambda: len(server.ready_workers()) == workers, "no workers")
        store = open_store(url or folder / "wattdrop.db", key_secret("", folder / "key-secret"))
        stack.callback(store.close)
        yield Watched(server, folder, store, psutil.Process(postgres.pid) if postgres else None)


def table(given: argparse.Namespace) -> Iterator[str]:
    """The lines of the table, as they are measured."""
    yield HEAD
    for name in given.database or ("sqlite", "postgresql"):
        with ExitStack() as stack:
            postgres = stack.enter_context(postgresql.started(to_stop=True)) if name == "postgresql" else None
            for rows in given.rows or STORES:
                for ids in (True,) if given.ids else (False, True):
                    for workers in given.workers or (1, 2):
                        with service(rows, workers, postgres, given.journal_bytes) as watched:
                            cells = seen(watched, given.seconds, workers, ids).cells()
                        named = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[name]
                        yield f"| {named} | {rows} | {'yes' if ids else 'no'} | {workers} | {cells} |"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=30, help="for how long rows are sent")
    parser.add_argument("--workers", type=int, action="append")
    parser.add_argument("--rows", choices=STORES, action="append")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), action="append")
    parser.add_argument(
        "--journal-bytes", default="", help="limit of the journal: large requests wait at half of it"
    )
    parser.add_argument("--ids", action="store_true", help="only rows that have names of their own")
    parser.add_argument("--write", action="store_true", help=f"put the table into {load.PAGE.name}")
    given = parser.parse_args(arguments)
    busy = ", ".join(f"{one:.1f}" for one in psutil.getloadavg())
    head = f"{load.where()}; load average before {busy}; {given.seconds:g} s a run, {CONNECTIONS} connections a worker."
    print(head, "", sep="\n", flush=True)
    lines = []
    for line in table(given):
        lines.append(line)
        print(line, flush=True)
    if given.write:
        put(load.PAGE, {"sustained": f"{head}\n\n" + "\n".join(lines)})


if __name__ == "__main__":
    main()
