"""The operator's settings: read from the environment and an optional TOML file, checked once, frozen.

Each setting is a ``ROS_…`` variable or the same name without the prefix, in small letters, in the TOML file that
``ROS_CONFIG`` names; the environment wins. A secret may come as ``…_FILE``, the path of a file that holds it. An empty
value counts as not given. Whatever is wrong raises :class:`Misconfigured` with a ``code`` that has a sentence in the
catalogue and with ``data['setting']``; a value is never echoed where it could be a secret.

Reading has no side effects. The one that exists, making the master key, is :func:`master_keys`.
"""

import base64
import binascii
import difflib
import os
import re
import secrets
import ssl
import tomllib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, Self
from urllib.parse import urlsplit

import platformdirs
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError

from server.errors import Misconfigured

PREFIX: Final = "ROS_"
#: Settings that may also be given as the path of a file that holds them.
SECRETS: Final = ("database_url", "secret_key", "client_secret", "client_certificate")
KEY_FILE_NAME: Final = "secret.key"
MASTER_KEY_BYTES: Final = 32

#: Fact: the regional API bases [spec; eu.raynetcrm.com: doc], raynet-api §1.
RAYNET_URLS: Final = (
    "https://app.raynet.cz/api/v2",
    "https://app.raynetcrm.sk/api/v2",
    "https://app.raynetcrm.com/api/v2",
    "https://eu.raynetcrm.com/api/v2",
)


class LogFormat(StrEnum):
    """How log lines look: for a person at a terminal, or for a collector."""

    TEXT = "text"
    JSON = "json"


# --- checks of single values ------------------------------------------------------------------------------------------


def normal_base_url(text: str) -> str:
    """``text`` as a base address without trailing slash: https, or http on this machine only.

    Raises :class:`PydanticCustomError`. Addresses with credentials, a query or a fragment are refused: a base is a
    place, not a request.
    """
    try:
        parts = urlsplit(text.strip())
        host, _port = parts.hostname, parts.port
    except ValueError:
        raise PydanticCustomError("setting_not_a_url", "not an address") from None
    if not host or parts.scheme not in ("http", "https") or "@" in parts.netloc or parts.query or parts.fragment:
        raise PydanticCustomError("setting_not_a_url", "not an address")
    if parts.scheme == "http" and host not in ("127.0.0.1", "::1", "localhost"):
        raise PydanticCustomError("setting_not_https", "not https")
    return f"{parts.scheme}://{parts.netloc.lower()}{parts.path.rstrip('/')}"


def _several(value: object) -> object:
    return tuple(re.split(r"[\s,]+", value.strip(" \t\r\n,"))) if isinstance(value, str) else value


def _database_url(secret: SecretStr) -> SecretStr:
    """Named drivers only: a bare ``postgresql://`` would mean psycopg 3 to SQLAlchemy 2.1."""
    scheme, separator, rest = secret.get_secret_value().strip().partition("://")
    if scheme in ("postgres", "postgresql"):
        scheme = "postgresql+psycopg2"
    in_memory = scheme.startswith("sqlite") and (rest in ("", "/") or ":memory:" in rest or "mode=memory" in rest)
    if not separator or scheme not in ("postgresql+psycopg2", "sqlite", "sqlite+pysqlite") or in_memory:
        raise PydanticCustomError("setting_database_unsupported", "neither a SQLite file nor PostgreSQL")
    return SecretStr(f"{scheme}://{rest}")


def _listen(text: str) -> str:
    host, _, port = text.strip().rpartition(":")
    bare = host.startswith("[") == host.endswith("]") and (":" not in host or host.startswith("["))
    if not host or not bare or not port.isdecimal() or not 0 <= int(port) <= 65535:
        raise PydanticCustomError("setting_not_an_address", "not host:port")
    return f"{host}:{int(port)}"


def _readable_file(path: Path) -> Path:
    if not path.is_file() or not os.access(path, os.R_OK):
        raise PydanticCustomError("setting_file_unreadable", "not a readable file")
    return path


def _roots(path: Path) -> Path:
    """A readable PEM file with certificates, as all who trust them will read it."""
    try:
        ssl.create_default_context(cafile=_readable_file(path))
    except (ssl.SSLError, OSError):
        raise PydanticCustomError("setting_no_certificates", "not a PEM file with certificates") from None
    return path


def _key_list(secret: SecretStr) -> SecretStr:
    _decoded_keys(secret.get_secret_value())
    return secret


def _decoded_keys(text: str) -> tuple[bytes, ...]:
    keys = tuple(_decoded_key(word) for word in re.split(r"[\s,]+", text.strip(" \t\r\n,")))
    if len(set(keys)) != len(keys):
        raise PydanticCustomError("setting_key_malformed", "the same key twice")
    return keys


def _decoded_key(word: str) -> bytes:
    """32 bytes written as base64 (either alphabet, padding optional) or as 64 hexadecimal digits."""
    if re.fullmatch(r"[0-9A-Fa-f]{64}", word):
        return bytes.fromhex(word)
    with suppress(binascii.Error, ValueError):
        standard = word.replace("-", "+").replace("_", "/").rstrip("=")
        key = base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True)
        if len(key) == MASTER_KEY_BYTES:
            return key
    raise PydanticCustomError("setting_key_malformed", "not 32 bytes")


def _pem(secret: SecretStr) -> SecretStr:
    """The PEM text itself; given the path of a PEM file, its content."""
    text = secret.get_secret_value()
    if "-----BEGIN" not in text:
        try:
            text = Path(text).expanduser().read_text(encoding="ascii")
        except (OSError, ValueError):
            raise PydanticCustomError("setting_file_unreadable", "not a readable file") from None
    if "PRIVATE KEY-----" not in text or "BEGIN CERTIFICATE-----" not in text:
        raise PydanticCustomError("setting_certificate_incomplete", "certificate or key is missing")
    return SecretStr(text)


def _no_blank(text: str) -> str:
    if not text or any(character.isspace() for character in text):
        raise PydanticCustomError("setting_malformed", "blank")
    return text


BaseUrl = Annotated[str, AfterValidator(normal_base_url)]


# --- the settings -----------------------------------------------------------------------------------------------------


class Settings(BaseModel):
    """Everything an operator can set; field ``x`` is the variable ``ROS_X``."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    #: Where the embedded database and the generated key live; absolute.
    data_dir: Path
    #: SQLAlchemy address, driver named: ``postgresql+psycopg2://…`` or ``sqlite:///…``. May hold a password.
    database_url: Annotated[SecretStr, AfterValidator(_database_url)]
    #: Master keys for stored secrets, the newest first, separated by commas; None: generated (SQLite only).
    secret_key: Annotated[SecretStr, AfterValidator(_key_list)] | None = None
    #: How the outside reaches this server; no trailing slash.
    public_url: BaseUrl = "https://ros.vitkovice.cz"
    #: ``host:port`` of ``ros serve``.
    listen: Annotated[str, AfterValidator(_listen)] = "127.0.0.1:8080"
    graph_url: BaseUrl = "https://graph.microsoft.com"
    authority_url: BaseUrl = "https://login.microsoftonline.com"
    client_id: Annotated[str, AfterValidator(_no_blank)] | None = None
    client_secret: SecretStr | None = None
    #: Last day of the secret, as Entra ID shows it: announced ahead. A certificate tells its own.
    client_secret_expires: date | None = None
    #: PEM text: certificate and private key.
    client_certificate: Annotated[SecretStr, AfterValidator(_pem)] | None = None
    #: The only Raynet bases that an administrator can choose; no trailing slashes.
    raynet_urls: Annotated[tuple[BaseUrl, ...], BeforeValidator(_several), Field(min_length=1)] = RAYNET_URLS
    #: Roots trusted beside the public ones.
    ca_bundle: Annotated[Path, AfterValidator(_roots)] | None = None
    #: Floor of change detection without push, in seconds.
    poll_seconds: Annotated[int, Field(ge=1, le=86_400)] = 15
    log_format: LogFormat = LogFormat.TEXT

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if not self.is_sqlite and self.secret_key is None:
            raise _wrong("secret_key", "setting_key_required")
        if self.client_secret is not None and self.client_certificate is not None:
            raise _wrong("client_certificate", "setting_two_credentials", other=variable("client_secret"))
        if self.client_id is None and (self.client_secret is not None or self.client_certificate is not None):
            raise _wrong("client_id", "setting_missing")
        if len(set(self.raynet_urls)) != len(self.raynet_urls):
            raise _wrong("raynet_urls", "setting_twice_in_list")
        return self

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.get_secret_value().startswith("sqlite")

    @property
    def database_file(self) -> Path | None:
        """Where the SQLite database lies; None on PostgreSQL."""
        if not self.is_sqlite:
            return None
        path = self.database_url.get_secret_value().partition(":///")[2].partition("?")[0]
        return Path(path).absolute()

    @property
    def listen_address(self) -> tuple[str, int]:
        """Host (an IPv6 one without brackets) and port of ``ros serve``."""
        host, _, port = self.listen.rpartition(":")
        return host.strip("[]"), int(port)

    @property
    def key_file(self) -> Path:
        """Where the generated master key lives."""
        return self.data_dir / KEY_FILE_NAME


def variable(field: str) -> str:
    """The environment's name of a setting."""
    return PREFIX + field.upper()


def load_settings(environ: Mapping[str, str]) -> Settings:
    """The settings of ``environ`` and of the TOML file it names. Raises :class:`Misconfigured`; changes nothing."""
    values = _from_environment(environ)
    config = environ.get("ROS_CONFIG", "").strip()
    if config:
        values = _from_toml(Path(config).expanduser()) | values
    given_dir = values.get("data_dir") or platformdirs.user_data_path("raynet-outlook-sync", appauthor=False)
    data_dir = Path(str(given_dir)).expanduser().absolute()
    values["data_dir"] = data_dir
    values.setdefault("database_url", f"sqlite:///{data_dir / 'ros.sqlite3'}")
    try:
        return Settings.model_validate(values)
    except ValidationError as problem:
        # The chain is cut: pydantic's own report may quote what was given.
        raise _misconfigured(problem) from None


def master_keys(settings: Settings) -> tuple[bytes, ...]:
    """The master keys, 32 bytes each: the first encrypts, all decrypt.

    Where none is set and the database is SQLite, the one in ``settings.key_file`` is used; on first use it is made,
    with mode 600. Safe to call from several processes at once: one of them wins, all get its key. Raises
    :class:`Misconfigured` when the file cannot be made or read.
    """
    if settings.secret_key is not None:
        return _decoded_keys(settings.secret_key.get_secret_value())
    try:
        if not settings.key_file.exists():
            _make_key_file(settings.key_file)
        return _decoded_keys(settings.key_file.read_text(encoding="ascii"))
    except (OSError, UnicodeDecodeError):
        raise Misconfigured("setting_key_file_unusable", setting="ROS_DATA_DIR", path=str(settings.key_file)) from None
    except PydanticCustomError as problem:
        raise Misconfigured(problem.type, setting="ROS_SECRET_KEY", path=str(settings.key_file)) from None


# --- reading ----------------------------------------------------------------------------------------------------------


def _from_environment(environ: Mapping[str, str]) -> dict[str, object]:
    """Only names that we know: other ``ROS_`` variables may belong to somebody else."""
    given = {field: environ.get(variable(field), "").strip() for field in Settings.model_fields}
    files = {field: environ.get(f"{variable(field)}_FILE", "").strip() for field in SECRETS}
    return _with_files({k: v for k, v in given.items() if v}, {k: v for k, v in files.items() if v}, Path())


def _from_toml(path: Path) -> dict[str, object]:
    """Only names that we know: the file is ours, so another name is a slip of the pen."""
    try:
        with path.open("rb") as file:
            document = tomllib.load(file)
    except OSError:
        raise Misconfigured("settings_file_unreadable", setting="ROS_CONFIG", path=str(path)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise Misconfigured("settings_file_malformed", setting="ROS_CONFIG", path=str(path)) from None
    known = [*Settings.model_fields, *(f"{field}_file" for field in SECRETS)]
    given: dict[str, object] = {}
    for name, value in document.items():
        field = name.lower().removeprefix(PREFIX.lower())
        if field not in known:
            near = difflib.get_close_matches(field, known, n=1)
            code = "setting_unknown" if near else "setting_unknown_at_all"
            raise Misconfigured(code, setting=name, path=str(path), suggestion=near[0] if near else None)
        if field in given:
            raise Misconfigured("setting_given_twice", setting=variable(field), other=name)
        given[field] = value
    files = {field: str(given.pop(f"{field}_file")) for field in SECRETS if f"{field}_file" in given}
    for field in ("data_dir", "ca_bundle"):
        if field in given:
            given[field] = path.parent / Path(str(given[field])).expanduser()
    return _with_files(given, files, path.parent)


def _with_files(given: Mapping[str, object], files: Mapping[str, str], beside: Path) -> dict[str, object]:
    """``given`` with the content of the named files; a setting given both ways is refused, not guessed."""
    values = dict(given)
    for field, name in files.items():
        if field in values:
            raise Misconfigured("setting_given_twice", setting=variable(field), other=f"{variable(field)}_FILE")
        try:
            content = (beside / Path(name).expanduser()).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            raise Misconfigured("setting_file_unreadable", setting=f"{variable(field)}_FILE") from None
        if not content:
            raise Misconfigured("setting_file_empty", setting=f"{variable(field)}_FILE")
        values[field] = content
    return values


def _make_key_file(path: Path) -> None:
    """A new key under its final name at once and whole, or somebody else's that came first."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(base64.urlsafe_b64encode(secrets.token_bytes(MASTER_KEY_BYTES)) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()


# --- errors -----------------------------------------------------------------------------------------------------------


class _CrossFieldError(ValueError):
    """Carries the finished error out of pydantic's validation."""

    def __init__(self, finished: Misconfigured) -> None:
        self.finished = finished
        super().__init__(finished.code)


def _wrong(field: str, code: str, **data: str) -> _CrossFieldError:
    return _CrossFieldError(Misconfigured(code, setting=variable(field), **data))


def _misconfigured(problem: ValidationError) -> Misconfigured:
    first = problem.errors(include_url=False, include_input=False)[0]
    cause = first.get("ctx", {}).get("error")
    if isinstance(cause, _CrossFieldError):
        return cause.finished
    setting = variable(str(first["loc"][0]))
    code = str(first["type"])
    if code.startswith("setting_"):
        return Misconfigured(code, setting=setting)
    if setting == "ROS_POLL_SECONDS":
        return Misconfigured("setting_not_seconds", setting=setting)
    if code == "enum":
        return Misconfigured("setting_not_one_of", setting=setting, allowed=_listed(LogFormat))
    return Misconfigured("setting_malformed", setting=setting)


def _listed(values: Iterable[str]) -> str:
    return ", ".join(str(value) for value in values)
