"""The column cache never changes an answer: stale, damaged, foreign or impossible, the text decides."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from wattdrop.catalog import cache
from wattdrop.catalog import load as load_catalog
from wattdrop.catalog.loading import _loaded
from wattdrop.errors import CatalogError

if TYPE_CHECKING:
    from conftest import DataFolder
    from wattdrop.catalog import Catalog


def params_of_llama(catalog: Catalog) -> float:
    return catalog.models.number(catalog.models.row("llama_v31_8b"), "total_params_billions")


def load_anew(folder: DataFolder) -> Catalog:
    """As a new process would: nothing remembered but what is on disk."""
    _loaded.clear()
    return folder.load()


def parts_of(cache_folder: Path) -> list[Path]:
    return [path for path in cache_folder.glob("catalog-*/*") if path.name != "complete"]


def test_the_second_load_reads_no_text(folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    first = folder.load()
    monkeypatch.setattr("wattdrop.catalog.loading.data_texts", lambda path: pytest.fail("read the text"))
    second = load_anew(folder)
    assert (second.digest, params_of_llama(second)) == (first.digest, 8.03)
    assert [*second.models.names()] == [*first.models.names()]
    assert [*second.models.figures(1)] == [*first.models.figures(1)]


def test_loading_again_in_one_process_gives_the_same_object(folder: DataFolder) -> None:
    assert folder.load() is folder.load()


def test_an_edit_is_seen(folder: DataFolder) -> None:
    folder.load()
    folder.replace("models/meta.toml", "8.03", "8.04")
    assert params_of_llama(load_anew(folder)) == 8.04


def test_a_removed_file_is_seen(folder: DataFolder) -> None:
    (folder.path / "models/more.toml").write_text('[[model]]\nid = "more"\nname = "more"\nsource = "card"\n')
    assert folder.load().models.find("more") is not None
    (folder.path / "models/more.toml").unlink()
    assert load_anew(folder).models.find("more") is None


def test_touching_a_file_keeps_the_columns(folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Same content under a new time, as in a fresh checkout: hashed again, not parsed again."""
    folder.load()
    os.utime(folder.path / "tasks.toml", (1, 1))
    monkeypatch.setattr("wattdrop.catalog.loading.build", lambda texts: pytest.fail("parsed the text"))
    assert params_of_llama(load_anew(folder)) == 8.03


@pytest.mark.parametrize("damage", [b"", b"wattdrop", b"\x00" * 2000, b"not a cache file at all" * 20])
def test_damaged_parts_are_built_again(folder: DataFolder, cache_of_its_own: Path, damage: bytes) -> None:
    folder.load()
    for part in parts_of(cache_of_its_own):
        part.write_bytes(damage)
    assert params_of_llama(load_anew(folder)) == 8.03
    assert params_of_llama(load_anew(folder)) == 8.03


def test_one_flipped_byte_is_noticed(folder: DataFolder, cache_of_its_own: Path) -> None:
    folder.load()
    path = next(part for part in parts_of(cache_of_its_own) if part.name == "models")
    data = bytearray(path.read_bytes())
    data[-20] ^= 1
    path.write_bytes(data)
    assert cache.read(str(path)) is None
    assert params_of_llama(load_anew(folder)) == 8.03


def test_a_missing_part_is_built_again(folder: DataFolder, cache_of_its_own: Path) -> None:
    folder.load()
    for part in parts_of(cache_of_its_own):
        part.unlink()
    assert params_of_llama(load_anew(folder)) == 8.03


def test_data_that_changes_under_an_open_catalog_is_an_error_not_a_mixture(
    folder: DataFolder, cache_of_its_own: Path
) -> None:
    folder.load()
    catalog = load_anew(folder)
    for part in parts_of(cache_of_its_own):
        part.unlink()
    folder.replace("models/meta.toml", "8.03", "8.04")
    with pytest.raises(CatalogError, match="changed while in use; load the catalog again"):
        params_of_llama(catalog)


@pytest.mark.skipif(sys.platform == "win32", reason="no file modes")
def test_a_file_that_others_may_write_is_not_trusted(folder: DataFolder, cache_of_its_own: Path) -> None:
    folder.load()
    path = str(parts_of(cache_of_its_own)[0])
    assert cache.read(path) is not None
    Path(path).chmod(0o666)
    assert cache.read(path) is None


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="no users")
def test_a_file_of_another_user_is_not_trusted(
    folder: DataFolder, cache_of_its_own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.load()
    path = str(parts_of(cache_of_its_own)[0])
    monkeypatch.setattr(os, "getuid", lambda: os.geteuid() + 1)
    assert cache.read(path) is None


def test_a_place_that_cannot_be_written_only_costs_time(
    folder: DataFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a file").write_text("no folder")
    monkeypatch.setenv("WATTDROP_CACHE_DIR", str(tmp_path / "a file"))
    assert params_of_llama(load_anew(folder)) == 8.03


def test_nothing_temporary_stays_behind(folder: DataFolder, cache_of_its_own: Path) -> None:
    folder.load()
    assert not [*cache_of_its_own.rglob("*.tmp")]


def test_old_generations_are_removed(folder: DataFolder, cache_of_its_own: Path) -> None:
    for power in range(401, 401 + 2 * cache._KEPT_GENERATIONS):
        folder.replace("gpus/nvidia.toml", str(power - 1), str(power))
        folder.load()
    assert 1 < len([*cache_of_its_own.glob("catalog-*")]) <= cache._KEPT_GENERATIONS


def test_what_another_checkout_uses_stays(folder: DataFolder, tmp_path: Path, cache_of_its_own: Path) -> None:
    other = type(folder)(tmp_path / "other")
    other.replace("gpus/nvidia.toml", "400", "399")
    other.load()
    (of_other,) = cache_of_its_own.glob("catalog-*")
    written = (of_other / "complete").stat().st_ino
    for power in range(401, 401 + 2 * cache._KEPT_GENERATIONS):
        folder.replace("gpus/nvidia.toml", str(power - 1), str(power))
        folder.load()
        load_anew(other)
    assert (of_other / "complete").stat().st_ino == written


def test_processes_that_start_together_agree(folder: DataFolder) -> None:
    code = (
        "import sys; from wattdrop.catalog import load; c = load(sys.argv[1])\n"
        "print(c.digest, len(c.models), c.models.find('o1'))"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", code, str(folder.path)], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    answers = {process.communicate(timeout=60)[0] for process in started}
    assert answers == {f"{folder.load().digest} 3 2\n"}


def test_a_warm_start_imports_nothing_heavy(folder: DataFolder) -> None:
    folder.load()
    code = (
        "import sys; from wattdrop.catalog import load; c = load(sys.argv[1])\n"
        "c.models.find('o1'), c.nodes.find('aws:p4d.24xlarge'), c.zone_of('US'), c.services.find('bedrock')\n"
        "print(*sorted({'numpy', 'tomllib', 'csv', 'difflib', 'hashlib', 'pathlib', 'dataclasses'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", code, str(folder.path)], capture_output=True, text=True, env=_paths()
    )
    assert (done.stdout, done.stderr) == ("\n", "")


def _paths() -> dict[str, str]:
    """Where to find the package without site, whose own imports would hide ours."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


def test_no_data_folder_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="no such data folder"):
        load_catalog(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(CatalogError, match="no data files"):
        load_catalog(tmp_path / "empty")
