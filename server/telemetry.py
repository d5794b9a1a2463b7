"""Logging set-up: one formatter for our records and everybody else's, and a redactor behind both.

Logs are for developers: a static snake_case event plus fields that are ids, counts, durations and codes. The redactor
is the second line of defence, not a licence: it drops every field whose name is not known to be harmless, masks what
looks like a key, a token or an address, and prints exceptions without their messages, because libraries quote data.
"""

import logging
import re
import sys
import threading
import traceback
from collections.abc import Mapping, MutableMapping
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from functools import lru_cache
from pathlib import PurePath
from types import TracebackType
from typing import Any, Final, TextIO
from uuid import UUID

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from server.errors import RosError
from server.settings import LogFormat, Settings

MASK: Final = "[redacted]"

#: Names that every record has, or that hold codes, counts and places in our code. Anything else needs a safe ending.
_NAMES: Final = frozenset(
    """
    event level logger timestamp code detail scope status method route state kind side type action rule reason outcome
    count of total attempt attempts version port signal revision format database thread where trace dropped
    firm mailbox activity link pass pair intent notice hold conflict subscription webhook worker request
    reads writes matched created changed removed released held errors conflicts mails ambiguous queue
    """.split()
)
_ENDINGS: Final = ("_id", "_ids", "_count", "_seconds", "_ms", "_bytes", "_at", "_until", "_code", "_epoch", "_share")
_IDENTIFIERS: Final = ("_id", "_ids", "firm", "mailbox", "activity", "pair", "pass", "where", "trace")
_NEVER: Final = re.compile(r"token|secret|passw|authoriz|cookie|api_?key|mail(?!box)|subject|title|body|name")

_MAIL: Final = re.compile(r"[^\s@<>\"',;:()]+@[^\s@<>\"',;:()]+")
_JWT: Final = re.compile(r"\beyJ[\w-]{5,}(?:\.[\w-]*){0,2}")
_CREDENTIAL: Final = re.compile(r"(?i)\b(bearer|basic|digest|apikey)\s+\S+")
_NAMED_SECRET: Final = re.compile(
    r"(?i)([\w-]*(?:token|secret|password|passwd|pwd|api[_-]?key|assertion|signature|validationtoken)[\w-]*)"
    r"([\"']?\s*[=:]\s*[\"']?)[^\s\"'&,;]+"
)
_QUERY: Final = re.compile(r"\?[^\s\"']+")
_USERINFO: Final = re.compile(r"(?<=://)[^/\s@]+@")
_LONG: Final = re.compile(r"[A-Za-z0-9+/_=-]{32,}")
#: Braces stand in the templates of addresses: ``/notify/raynet/{path_secret}``.
_PLAIN_VALUE: Final = re.compile(r"[A-Za-z0-9_.:/+={}-]*")
#: What none of the patterns above can find anything in: most values are such, and the look for each pattern costs.
_UNSUSPICIOUS: Final = re.compile(r"(?!.*eyJ)[A-Za-z0-9_./{}-]{0,31}")
_EVENT_NAME: Final = re.compile(r"[a-z][a-z0-9_.]*")
_FIELD_NAME: Final = re.compile(r"[a-z_]{1,40}")

#: Foreign loggers whose arguments are addresses, process ids and revisions, useful and harmless once masked.
_TALKATIVE_BUT_HARMLESS: Final = ("gunicorn.error", "alembic", "schedule")


def configure_logging(settings: Settings, *, stream: TextIO | None = None, level: int = logging.INFO) -> None:
    """Send every record of this process, ours or foreign, through the redactor to ``stream`` (stderr)."""
    target = stream or sys.stderr
    handler = logging.StreamHandler(target)
    handler.setFormatter(formatter(settings.log_format, colours=target.isatty()))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in ("urllib3", "msal", "requests", "schedule", "sqlalchemy", "alembic.runtime"):
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
    logging.captureWarnings(True)
    configure_structlog()
    sys.excepthook = _log_uncaught
    threading.excepthook = _log_uncaught_in_thread


def configure_structlog() -> None:
    """Our records become records of :mod:`logging`; context bound with ``structlog.contextvars`` goes with them."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.filter_by_level,
            _hand_over,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


def _hand_over(logger: WrappedLogger, method: str, fields: EventDict) -> EventDict:
    """Our record for the handlers of :mod:`logging`, without what its own way asks for: who called, and from where."""
    level = logging.ERROR if method == "exception" else getattr(logging, method.upper(), logging.INFO)
    record = logging.LogRecord(logger.name, level, "", 0, fields, None, None)
    # As structlog's formatter knows records of ours.
    record.__dict__.update(_logger=logger, _name=method)
    logger.handle(record)
    raise structlog.DropEvent


class _Formatter(structlog.stdlib.ProcessorFormatter):
    """A plain record of ours, which is nearly each line, goes the short way; what comes out is the same."""

    def __init__(self, render: Processor, **more: Any) -> None:
        super().__init__(**more)
        self._render = render

    def format(self, record: logging.LogRecord) -> str:
        fields: Any = record.msg
        if (
            not (isinstance(fields, dict) and hasattr(record, "_logger"))
            or record.exc_info
            or _ABOUT_ERRORS & fields.keys()
        ):
            return super().format(record)
        at = datetime.now(UTC).isoformat().replace("+00:00", "Z")
        line = fields | {"level": record.levelname.lower(), "logger": record.name, "timestamp": at}
        return str(self._render(None, "", dict(redact(None, "", line))))


_ABOUT_ERRORS: Final = frozenset({"exc_info", "stack_info"})


def formatter(log_format: LogFormat, *, colours: bool = False) -> logging.Formatter:
    """The one formatter; the redactor is the last step before text is made."""
    render: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if log_format is LogFormat.JSON
        else structlog.dev.ConsoleRenderer(colors=colours, pad_event_to=0, sort_keys=True)
    )
    return _Formatter(
        render,
        use_get_message=False,
        pass_foreign_args=True,
        foreign_pre_chain=[_foreign],
        processors=[
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _exception_without_message,
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            redact,
            render,
        ],
    )


# --- the redactor -----------------------------------------------------------------------------------------------------


def redact(_logger: WrappedLogger, _method: str, fields: MutableMapping[str, object]) -> Mapping[str, object]:
    """``fields`` without those that may hold people's data; the names of the dropped ones are kept in ``dropped``."""
    kept: dict[str, object] = {}
    dropped = []
    for name, value in fields.items():
        if _is_harmless(name):
            if type(value) is int or (type(value) is str and _UNSUSPICIOUS.fullmatch(value)):
                kept[name] = value
            else:
                kept[name] = _harmless_event(value) if name == "event" else _harmless_value(name, value)
        else:
            dropped.append(name if _FIELD_NAME.fullmatch(name) else "?")
    if dropped:
        kept["dropped"] = ",".join(sorted(dropped))
    return kept


def masked(text: str) -> str:
    """``text`` without anything that looks like an address, a key, a token or a query string."""
    text = _USERINFO.sub("", text)
    text = _QUERY.sub(f"?{MASK}", text)
    text = _CREDENTIAL.sub(MASK, text)
    text = _NAMED_SECRET.sub(rf"\1\2{MASK}", text)
    text = _JWT.sub(MASK, text)
    return _MAIL.sub(MASK, text)


@lru_cache(maxsize=1024)
def _is_harmless(name: str) -> bool:
    return name in _NAMES or (name.endswith(_ENDINGS) and not _NEVER.search(name))


def _harmless_event(value: object) -> str:
    """A static event name as it is; a foreign sentence masked, long runs of letters too."""
    text = str(value)
    return text if _EVENT_NAME.fullmatch(text) else _LONG.sub(MASK, masked(text))


def _harmless_value(name: str, value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Enum):
        return _harmless_value(name, value.value)
    if isinstance(value, list | tuple | set | frozenset):
        return [_harmless_value(name, member) for member in value]
    if isinstance(value, str | UUID | PurePath):
        return _harmless_text(name, str(value))
    if isinstance(value, Mapping):
        return {key: _harmless_value(name, member) for key, member in value.items() if _is_harmless(str(key))}
    return type(value).__name__


def _harmless_text(name: str, text: str) -> str:
    """An identifier may be long (Graph's are); any other text is short, one word and plain, or it is masked."""
    if name in ("timestamp", "level", "logger", "dropped", "trace") or _UNSUSPICIOUS.fullmatch(text):
        return text
    text = masked(text)
    if name.endswith(_IDENTIFIERS):
        return text if _PLAIN_VALUE.fullmatch(text.replace(MASK, "")) else MASK
    if len(text) > 60 or not _PLAIN_VALUE.fullmatch(text.replace(MASK, "")):
        return MASK
    return _LONG.sub(MASK, text) if not _is_uuid(text) else text


def _is_uuid(text: str) -> bool:
    return re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[0-9a-f]{32}", text) is not None


# --- foreign records and exceptions -----------------------------------------------------------------------------------


def _foreign(_logger: WrappedLogger, _method: str, fields: EventDict) -> EventDict:
    """A library's sentence; its arguments are left out unless they are numbers or the library is known as harmless."""
    record: logging.LogRecord = fields["_record"]
    arguments = fields.pop("positional_args", None)
    if isinstance(arguments, tuple) and arguments:
        harmless = record.name.startswith(_TALKATIVE_BUT_HARMLESS)
        shown = tuple(value if isinstance(value, int | float) or harmless else "…" for value in arguments)
        with suppress(TypeError, ValueError):
            fields["event"] = str(fields["event"]) % shown
    return fields


def _exception_without_message(_logger: WrappedLogger, _method: str, fields: EventDict) -> EventDict:
    """``exc_info`` as the chain of exception types with their codes and places, without the messages."""
    record: logging.LogRecord | None = fields.get("_record")
    given = fields.pop("exc_info", None) or (record.exc_info if record is not None else None)
    if record is not None:
        # What a handler or another formatter may already have rendered, message and all.
        record.exc_info = None
        record.exc_text = None
    fields.pop("stack_info", None)
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        fields["trace"] = described(error)
    return fields


def described(error: BaseException) -> str:
    """The chain of ``error``, newest first: type, code if it is one of ours, and where; never a message.

    >>> described(ValueError("Jan Novák"))
    'ValueError'
    """
    parts = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        kind = type(current)
        name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
        code = f"({current.code})" if isinstance(current, RosError) else ""
        frames = traceback.extract_tb(current.__traceback__)[-8:]
        places = " < ".join(f"{_place(frame.filename)}:{frame.lineno} {frame.name}" for frame in reversed(frames))
        parts.append(f"{name}{code}" + (f" at {places}" if places else ""))
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return " | from ".join(parts)


def _place(filename: str) -> str:
    """The last three parts of a path: enough to find it, without telling where it is installed."""
    return "/".join(PurePath(filename).parts[-3:])


def _log_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    structlog.get_logger("server").error("uncaught", exc_info=(kind, error, trace))


def _log_uncaught_in_thread(arguments: threading.ExceptHookArgs) -> None:
    if arguments.exc_value is not None:
        structlog.get_logger("server").error("uncaught_in_thread", exc_info=arguments.exc_value)
