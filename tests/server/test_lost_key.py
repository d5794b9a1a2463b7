"""A database whose generated key has vanished is refused with a sentence, not given a new key."""

from pathlib import Path

import pytest

from server.errors import Misconfigured
from server.settings import load_settings
from server.store.migrate import migrate
from server.wiring import open_store


def test_a_lost_key_is_named_and_no_new_one_is_made(tmp_path: Path) -> None:
    settings = load_settings({"ROS_DATA_DIR": str(tmp_path / "data")})
    database = open_store(settings, ready=False)
    migrate(database)
    database.close()
    assert settings.database_file is not None
    assert settings.database_file.stat().st_mode & 0o077 == 0
    settings.key_file.unlink()
    with pytest.raises(Misconfigured) as refused:
        open_store(settings)
    assert refused.value.code == "setting_key_file_lost"
    assert not settings.key_file.exists()
