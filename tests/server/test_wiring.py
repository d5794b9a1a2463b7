"""Opening the store: the folder it makes, and what it says where it cannot make one."""

import stat
from pathlib import Path

import pytest

from server.errors import Misconfigured
from server.settings import Settings
from server.wiring import open_store


def _settings(folder: Path) -> Settings:
    return Settings(data_dir=folder, database_url=f"sqlite:///{folder / 'ros.sqlite3'}")  # type: ignore[arg-type]


def test_a_new_data_folder_is_its_owners_alone(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    open_store(_settings(folder), ready=False).close()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_data_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Misconfigured) as raised:
        open_store(_settings(tmp_path / "file" / "data"), ready=False)
    assert raised.value.data["setting"] == "ROS_DATA_DIR"
