"""A firm's rules: each with its value, what is allowed and what it does."""

from typing import Any, Final

from server.api.rest.access import CHANGE, READ
from server.api.rest.call import Call
from server.api.rest.routes import Routes, Versioned
from server.api.rest.shapes import Words
from server.api.v1.models import rules as shapes
from server.catalogue import rules as texts
from server.catalogue.sentences import Sentence
from server.domain.rules import RULE_NAMES, Rules, limits_of
from server.domain.state import Firm

ROUTES: Final = Routes("rules")
_PATH: Final = "/firms/{firm_id}/rules"


@ROUTES.get(_PATH, READ, Sentence("Pravidla firmy", "A firm's rules"))
def get_rules(call: Call) -> Versioned[shapes.Rules]:
    return _shown(call.services.administration.firms.get(call.firm))


@ROUTES.put(_PATH, CHANGE, Sentence("Změnit pravidla firmy", "Change a firm's rules"), "invalid_rule")
def put_rules(call: Call, body: shapes.RulesPut) -> Versioned[shapes.Rules]:
    changes = {name: _text(value) for name, value in body.given().items()}
    firms = call.services.administration.firms
    return _shown(firms.set_rules(call.firm, changes, actor=call.actor, revision=call.revision))


def _text(value: Any) -> str:
    """As the command line gives it."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return ",".join(value) if isinstance(value, tuple) else str(value)


def _shown(firm: Firm) -> Versioned[shapes.Rules]:
    return Versioned(shapes.Rules(items=tuple(_rule(name, firm.rules) for name in RULE_NAMES)), version=firm.revision)


def _rule(name: str, rules: Rules) -> shapes.Rule:
    value, default = getattr(rules, name), getattr(Rules(), name)
    choices = texts.CHOICES.get(name)
    least, most = limits_of(name)
    unit = texts.UNITS.get(name)
    return shapes.Rule(
        name=name,
        kind=_kind(value),
        value=_plain(value),
        default=_plain(default),
        allowed=tuple(shapes.Choice(value=one, text=Words.of(text)) for one, text in choices.items())
        if choices is not None
        else None,
        least=least,
        most=most,
        unit=Words.of(unit) if unit is not None else None,
        title=Words.of(texts.TITLES[name]),
        text=Words.of(texts.TEXTS[name]),
    )


def _kind(value: object) -> Any:
    if isinstance(value, bool):
        return "switch"
    if isinstance(value, int):
        return "number"
    return "choices" if isinstance(value, tuple) else "choice"


def _plain(value: Any) -> shapes.RuleValue:
    """An enum's member by its value."""
    if isinstance(value, bool | int):
        return value
    return tuple(one.value for one in value) if isinstance(value, tuple) else str(value.value)
