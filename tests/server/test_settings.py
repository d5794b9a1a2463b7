"""Settings as an operator gives them, right and wrong."""

import base64
import re
import stat
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import trustme

from server.errors import Misconfigured
from server.settings import RAYNET_URLS, SECRETS, LogFormat, Settings, load_settings, master_keys, variable

KEY = base64.b64encode(bytes(range(32))).decode()
OTHER_KEY = bytes(range(1, 33)).hex()
CANARY = "canary-7f3a"
PEM = (
    "-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n"
    "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----"
)


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"


def load(data_dir: Path, **values: str) -> Settings:
    return load_settings({"ROS_DATA_DIR": str(data_dir), **values})


def refusal(data_dir: Path, values: Mapping[str, str]) -> Misconfigured:
    with pytest.raises(Misconfigured) as caught:
        load(data_dir, **values)
    return caught.value


def test_nothing_given_means_sqlite_in_the_platform_folder() -> None:
    settings = load_settings({})
    assert settings.data_dir.is_absolute()
    assert settings.data_dir.name == "raynet-outlook-sync"
    assert settings.database_url.get_secret_value() == f"sqlite:///{settings.data_dir}/ros.sqlite3"
    assert settings.is_sqlite


def test_defaults_are_those_of_production(data_dir: Path) -> None:
    settings = load(data_dir)
    assert settings.public_url == "https://ros.vitkovice.cz"
    assert settings.graph_url == "https://graph.microsoft.com"
    assert settings.authority_url == "https://login.microsoftonline.com"
    assert settings.raynet_urls == RAYNET_URLS
    assert len(RAYNET_URLS) == 4
    assert settings.poll_seconds == 15
    assert settings.log_format is LogFormat.TEXT
    assert settings.listen_address == ("127.0.0.1", 8080)


def test_each_setting_can_come_from_the_environment(data_dir: Path, tmp_path: Path) -> None:
    roots = tmp_path / "roots.pem"
    trustme.CA().cert_pem.write_to_path(str(roots))
    settings = load(
        data_dir,
        ROS_DATABASE_URL="postgresql+psycopg2://ros@db/ros",
        ROS_SECRET_KEY=KEY,
        ROS_PUBLIC_URL="https://sync.example.com/",
        ROS_LISTEN="[::1]:0",
        ROS_GRAPH_URL="http://127.0.0.1:9001/",
        ROS_AUTHORITY_URL="https://localhost:9002",
        ROS_CLIENT_ID="5f0c0e6e-0000-4000-8000-000000000001",
        ROS_CLIENT_SECRET="s",
        ROS_RAYNET_URLS="http://127.0.0.1:9003/api/v2/, http://localhost:9004/api/v2",
        ROS_CA_BUNDLE=str(roots),
        ROS_POLL_SECONDS="1",
        ROS_LOG_FORMAT="json",
    )
    assert settings.database_url.get_secret_value() == "postgresql+psycopg2://ros@db/ros"
    assert settings.public_url == "https://sync.example.com"
    assert settings.listen_address == ("::1", 0)
    assert settings.graph_url == "http://127.0.0.1:9001"
    assert settings.authority_url == "https://localhost:9002"
    assert settings.client_id == "5f0c0e6e-0000-4000-8000-000000000001"
    assert settings.client_secret is not None
    assert settings.client_secret.get_secret_value() == "s"
    assert settings.raynet_urls == ("http://127.0.0.1:9003/api/v2", "http://localhost:9004/api/v2")
    assert settings.ca_bundle == roots
    assert settings.poll_seconds == 1
    assert settings.log_format is LogFormat.JSON


@pytest.mark.parametrize("given", ["postgresql://u:p@db/ros", "postgres://u:p@db/ros"])
def test_a_bare_postgresql_address_means_psycopg2(data_dir: Path, given: str) -> None:
    settings = load(data_dir, ROS_DATABASE_URL=given, ROS_SECRET_KEY=KEY)
    assert settings.database_url.get_secret_value() == "postgresql+psycopg2://u:p@db/ros"
    assert not settings.is_sqlite


def test_the_file_of_a_sqlite_database_is_known(data_dir: Path) -> None:
    assert load(data_dir).database_file == data_dir / "ros.sqlite3"
    given = load(data_dir, ROS_DATABASE_URL="sqlite+pysqlite:////srv/x.db?timeout=3")
    assert given.database_file == Path("/srv/x.db")
    assert load(data_dir, ROS_DATABASE_URL="postgresql://db/ros", ROS_SECRET_KEY=KEY).database_file is None


def test_an_empty_value_counts_as_not_given(data_dir: Path) -> None:
    assert load(data_dir, ROS_CLIENT_SECRET="", ROS_POLL_SECONDS=" ").poll_seconds == 15


def test_foreign_variables_with_our_prefix_are_left_alone(data_dir: Path) -> None:
    assert load(data_dir, ROS_DISTRO="humble").poll_seconds == 15


# --- the TOML file ----------------------------------------------------------------------------------------------------


def test_a_toml_file_gives_settings_and_the_environment_wins(tmp_path: Path) -> None:
    config = tmp_path / "ros.toml"
    config.write_text(
        'data_dir = "here"\npoll_seconds = 20\nlog_format = "json"\nraynet_urls = ["https://app.raynet.cz/api/v2/"]'
    )
    settings = load_settings({"ROS_CONFIG": str(config), "ROS_POLL_SECONDS": "30"})
    assert settings.data_dir == tmp_path / "here"
    assert settings.poll_seconds == 30
    assert settings.log_format is LogFormat.JSON
    assert settings.raynet_urls == ("https://app.raynet.cz/api/v2",)


def test_a_toml_file_may_use_the_names_of_the_environment(tmp_path: Path) -> None:
    config = tmp_path / "ros.toml"
    config.write_text("ROS_POLL_SECONDS = 20")
    assert load_settings({"ROS_CONFIG": str(config)}).poll_seconds == 20


def test_a_secret_file_in_toml_lies_beside_it(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f"{KEY}\n")
    (tmp_path / "ros.toml").write_text('secret_key_file = "key"')
    assert master_keys(load_settings({"ROS_CONFIG": str(tmp_path / "ros.toml")})) == (bytes(range(32)),)


def test_a_name_in_toml_that_is_like_none_is_told_without_a_guess(tmp_path: Path) -> None:
    (tmp_path / "ros.toml").write_text("[xyz]\nq = 1")
    assert refusal(tmp_path, {"ROS_CONFIG": str(tmp_path / "ros.toml")}).code == "setting_unknown_at_all"


def test_a_slip_of_the_pen_in_toml_is_named_with_what_was_meant(tmp_path: Path) -> None:
    (tmp_path / "ros.toml").write_text("pol_seconds = 20")
    error = refusal(tmp_path, {"ROS_CONFIG": str(tmp_path / "ros.toml")})
    assert (error.code, error.data["setting"], error.data["suggestion"]) == (
        "setting_unknown",
        "pol_seconds",
        "poll_seconds",
    )


@pytest.mark.parametrize(
    ("content", "code"), [(None, "settings_file_unreadable"), ("poll_seconds =", "settings_file_malformed")]
)
def test_a_toml_file_that_cannot_be_used_is_an_error(tmp_path: Path, content: str | None, code: str) -> None:
    config = tmp_path / "ros.toml"
    if content is not None:
        config.write_text(content)
    error = refusal(tmp_path, {"ROS_CONFIG": str(config)})
    assert (error.code, error.data["setting"]) == (code, "ROS_CONFIG")


def test_a_table_in_toml_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "ros.toml").write_text("[listen]\nport = 1")
    assert refusal(tmp_path, {"ROS_CONFIG": str(tmp_path / "ros.toml")}).data["setting"] == "ROS_LISTEN"


# --- secrets ----------------------------------------------------------------------------------------------------------


def test_a_secret_can_come_from_a_file(data_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s3\n")
    settings = load(data_dir, ROS_CLIENT_ID="x", ROS_CLIENT_SECRET_FILE=str(tmp_path / "secret"))
    assert settings.client_secret is not None
    assert settings.client_secret.get_secret_value() == "s3"


@pytest.mark.parametrize("field", SECRETS)
def test_a_secret_given_both_ways_is_refused(data_dir: Path, tmp_path: Path, field: str) -> None:
    (tmp_path / "file").write_text("x")
    name = variable(field)
    assert refusal(data_dir, {name: "x", f"{name}_FILE": str(tmp_path / "file")}).code == "setting_given_twice"


@pytest.mark.parametrize(("content", "code"), [(None, "setting_file_unreadable"), (" \n", "setting_file_empty")])
def test_an_unusable_secret_file_is_named(data_dir: Path, tmp_path: Path, content: str | None, code: str) -> None:
    if content is not None:
        (tmp_path / "file").write_text(content)
    error = refusal(data_dir, {"ROS_SECRET_KEY_FILE": str(tmp_path / "file")})
    assert (error.code, error.data["setting"]) == (code, "ROS_SECRET_KEY_FILE")


def test_a_certificate_may_be_text_or_a_path(data_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "client.pem").write_text(PEM)
    for value in (PEM, str(tmp_path / "client.pem")):
        settings = load(data_dir, ROS_CLIENT_ID="x", ROS_CLIENT_CERTIFICATE=value)
        assert settings.client_certificate is not None
        assert settings.client_certificate.get_secret_value() == PEM


@pytest.mark.parametrize(
    "wrong",
    [
        {"ROS_SECRET_KEY": CANARY},
        {"ROS_DATABASE_URL": f"mysql://root:{CANARY}@db/x"},
        {"ROS_DATABASE_URL": f"postgresql://u:{CANARY}@db/x"},
        {"ROS_CLIENT_SECRET": CANARY},
        {"ROS_CLIENT_ID": "x", "ROS_CLIENT_CERTIFICATE": f"-----BEGIN {CANARY}"},
        {"ROS_GRAPH_URL": f"https://user:{CANARY}@graph.microsoft.com"},
        {"ROS_RAYNET_URLS": f"https://app.raynet.cz/api/v2?key={CANARY}"},
    ],
)
def test_no_value_that_could_be_a_secret_is_echoed(data_dir: Path, wrong: dict[str, str]) -> None:
    error = refusal(data_dir, wrong)
    shown = f"{error!r} {error} {error.data} {error.__cause__!r}"
    assert CANARY not in shown
    assert error.__suppress_context__
    assert error.__cause__ is None, "the report of the library is cut off"


def test_settings_can_be_printed_without_showing_secrets(data_dir: Path) -> None:
    settings = load(
        data_dir,
        ROS_DATABASE_URL=f"postgresql://u:{CANARY}@db/x",
        ROS_SECRET_KEY=KEY,
        ROS_CLIENT_ID="x",
        ROS_CLIENT_SECRET=CANARY,
    )
    shown = f"{settings!r} {settings} {settings.model_dump_json()}"
    assert CANARY not in shown
    assert KEY not in shown


# --- the master key ---------------------------------------------------------------------------------------------------


def test_reading_settings_changes_nothing_on_disk(data_dir: Path) -> None:
    load(data_dir)
    assert not data_dir.exists()


def test_a_key_is_made_once_with_mode_600_and_found_again(data_dir: Path) -> None:
    settings = load(data_dir)
    (key,) = master_keys(settings)
    assert len(key) == 32
    assert stat.S_IMODE(settings.key_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(data_dir.stat().st_mode) == 0o700
    assert master_keys(load(data_dir)) == (key,)
    assert [path.name for path in data_dir.iterdir()] == ["secret.key"]


def test_processes_that_start_together_get_the_same_key(data_dir: Path) -> None:
    settings = load(data_dir)
    with ThreadPoolExecutor(16) as pool:
        keys = set(pool.map(lambda _: master_keys(settings), range(64)))
    assert len(keys) == 1


def test_a_given_key_wins_and_nothing_is_generated(data_dir: Path) -> None:
    assert master_keys(load(data_dir, ROS_SECRET_KEY=KEY)) == (bytes(range(32)),)
    assert not data_dir.exists()


def test_several_keys_keep_their_order_for_rotation(data_dir: Path) -> None:
    settings = load(data_dir, ROS_SECRET_KEY=f"{OTHER_KEY},{KEY}")
    assert master_keys(settings) == (bytes(range(1, 33)), bytes(range(32)))


@pytest.mark.parametrize(
    "written", [KEY, KEY.rstrip("="), base64.urlsafe_b64encode(b"\xfb\xff" * 16).decode(), "AB" * 32, f" {KEY}\n"]
)
def test_a_key_may_be_base64_or_hexadecimal(data_dir: Path, written: str) -> None:
    (key,) = master_keys(load(data_dir, ROS_SECRET_KEY=written))
    assert len(key) == 32


@pytest.mark.parametrize("written", ["short", "A" * 43 + "!", KEY + "AAAA", f"{KEY},{KEY}", "příliš žluťoučký"])
def test_a_key_that_is_none_is_refused(data_dir: Path, written: str) -> None:
    error = refusal(data_dir, {"ROS_SECRET_KEY": written})
    assert (error.code, error.data["setting"]) == ("setting_key_malformed", "ROS_SECRET_KEY")


def test_a_damaged_key_file_is_an_error_and_is_not_replaced(data_dir: Path) -> None:
    data_dir.mkdir()
    (data_dir / "secret.key").write_text("damaged")
    with pytest.raises(Misconfigured) as caught:
        master_keys(load(data_dir))
    assert caught.value.code == "setting_key_malformed"
    assert (data_dir / "secret.key").read_text() == "damaged"


def test_a_data_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Misconfigured) as caught:
        master_keys(load(tmp_path / "file" / "data"))
    assert (caught.value.code, caught.value.data["setting"]) == ("setting_key_file_unusable", "ROS_DATA_DIR")


# --- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "setting", "code"),
    [
        ({"ROS_POLL_SECONDS": "0"}, "ROS_POLL_SECONDS", "setting_not_seconds"),
        ({"ROS_POLL_SECONDS": "often"}, "ROS_POLL_SECONDS", "setting_not_seconds"),
        ({"ROS_POLL_SECONDS": "1.5"}, "ROS_POLL_SECONDS", "setting_not_seconds"),
        ({"ROS_LOG_FORMAT": "xml"}, "ROS_LOG_FORMAT", "setting_not_one_of"),
        ({"ROS_LISTEN": "8080"}, "ROS_LISTEN", "setting_not_an_address"),
        ({"ROS_LISTEN": "::1:8080"}, "ROS_LISTEN", "setting_not_an_address"),
        ({"ROS_LISTEN": "host:70000"}, "ROS_LISTEN", "setting_not_an_address"),
        ({"ROS_PUBLIC_URL": "ros.vitkovice.cz"}, "ROS_PUBLIC_URL", "setting_not_a_url"),
        ({"ROS_PUBLIC_URL": "http://ros.vitkovice.cz"}, "ROS_PUBLIC_URL", "setting_not_https"),
        ({"ROS_GRAPH_URL": "https://graph.microsoft.com/?x=1"}, "ROS_GRAPH_URL", "setting_not_a_url"),
        ({"ROS_GRAPH_URL": "https://[half"}, "ROS_GRAPH_URL", "setting_not_a_url"),
        ({"ROS_AUTHORITY_URL": "file:///etc/passwd"}, "ROS_AUTHORITY_URL", "setting_not_a_url"),
        ({"ROS_RAYNET_URLS": "https://app.raynet.cz/api/v2,nonsense"}, "ROS_RAYNET_URLS", "setting_not_a_url"),
        ({"ROS_RAYNET_URLS": "https://a.cz/x, https://a.cz/x/"}, "ROS_RAYNET_URLS", "setting_twice_in_list"),
        ({"ROS_CA_BUNDLE": "/nowhere/roots.pem"}, "ROS_CA_BUNDLE", "setting_file_unreadable"),
        ({"ROS_CA_BUNDLE": __file__}, "ROS_CA_BUNDLE", "setting_no_certificates"),
        ({"ROS_DATABASE_URL": "mysql://db/x"}, "ROS_DATABASE_URL", "setting_database_unsupported"),
        ({"ROS_DATABASE_URL": "postgresql+psycopg://db/x"}, "ROS_DATABASE_URL", "setting_database_unsupported"),
        ({"ROS_DATABASE_URL": "sqlite://"}, "ROS_DATABASE_URL", "setting_database_unsupported"),
        ({"ROS_DATABASE_URL": "sqlite:///:memory:"}, "ROS_DATABASE_URL", "setting_database_unsupported"),
        ({"ROS_DATABASE_URL": "postgresql://db/x"}, "ROS_SECRET_KEY", "setting_key_required"),
        ({"ROS_CLIENT_SECRET": "x"}, "ROS_CLIENT_ID", "setting_missing"),
        ({"ROS_CLIENT_ID": "a b"}, "ROS_CLIENT_ID", "setting_malformed"),
        (
            {"ROS_CLIENT_ID": "x", "ROS_CLIENT_SECRET": "x", "ROS_CLIENT_CERTIFICATE": PEM},
            "ROS_CLIENT_CERTIFICATE",
            "setting_two_credentials",
        ),
        (
            {"ROS_CLIENT_ID": "x", "ROS_CLIENT_CERTIFICATE": "-----BEGIN CERTIFICATE-----"},
            "ROS_CLIENT_CERTIFICATE",
            "setting_certificate_incomplete",
        ),
        (
            {"ROS_CLIENT_ID": "x", "ROS_CLIENT_CERTIFICATE": "/nowhere"},
            "ROS_CLIENT_CERTIFICATE",
            "setting_file_unreadable",
        ),
    ],
)
def test_a_wrong_setting_is_named(data_dir: Path, values: dict[str, str], setting: str, code: str) -> None:
    error = refusal(data_dir, values)
    assert (error.data["setting"], error.code) == (setting, code)


def test_every_setting_of_the_readme_exists_and_every_setting_is_in_the_readme() -> None:
    readme = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^\| `(ROS_\w+)`", readme, re.MULTILINE))
    assert named == {variable(field) for field in Settings.model_fields} | {"ROS_CONFIG", "ROS_LANG"}
