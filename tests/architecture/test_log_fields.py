"""Every field that our code logs reaches the log: the redactor drops what it does not know, silently for the author."""

import ast
from collections.abc import Iterator

from structlog.testing import capture_logs

from server.domain.ids import FirmId
from server.flow import Note
from server.sync.driver import Driver, Ports
from server.telemetry import redact
from tests.architecture.tree import modules

LEVELS = frozenset({"debug", "info", "warning", "error", "critical", "exception"})
#: Taken by structlog itself.
OWN = frozenset({"exc_info"})


def logged_fields(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and name of each field of a record: keywords of a logger's call, pairs of a :class:`Note`."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(attr=level, value=logger), keywords=keywords) if level in LEVELS:
                if ast.unparse(logger).lower().endswith("_log"):
                    yield from ((node.lineno, one.arg) for one in keywords if one.arg is not None)
            case ast.Call(func=ast.Name(id="Note"), args=[_, ast.Tuple(elts=pairs), *_]):
                for pair in pairs:
                    assert isinstance(pair, ast.Tuple)
                    assert isinstance(pair.elts[0], ast.Constant)
                    yield node.lineno, str(pair.elts[0].value)


def test_no_field_of_ours_is_dropped_or_takes_the_place_of_the_event() -> None:
    found = [
        (module, line, name)
        for module, tree in modules("server")
        for line, name in logged_fields(tree)
        if name not in OWN
    ]
    assert len(found) > 15, "the search finds our records no more"
    lost = [one for one in found if one[2] == "event" or "dropped" in redact(None, "", {one[2]: 1})]
    assert lost == []


def test_a_note_of_a_flow_becomes_a_record() -> None:
    ports = Ports(
        raynet=print, graph=print, store=print, raynet_ops=frozenset(), graph_ops=frozenset(), may_write=lambda *_: True
    )
    with capture_logs() as records:
        driver = Driver(ports, threads=1)
        driver.perform(Note("orphan_removed", (("event_id", "AAkALg="), ("firm", FirmId(1))), "warning"))
        driver.close()
    assert records == [{"event": "orphan_removed", "event_id": "AAkALg=", "firm": 1, "log_level": "warning"}]
