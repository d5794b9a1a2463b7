"""Switches of the simulated Entra ID for behaviour that differs between tenants or that Microsoft leaves open."""

from dataclasses import dataclass


@dataclass(slots=True, kw_only=True)
class EntraSwitches:
    """All times in seconds of the simulated clock."""

    #: A granted or removed role appears in new tokens only after this delay. Fact: [inferred], graph-calendar §3.
    role_spread_seconds: float = 0.0
    #: Fact: lifetime is chosen at random in 60-90 min [doc?], graph-calendar §2. Equal bounds make it exact.
    token_lifetime_min_seconds: int = 3600
    token_lifetime_max_seconds: int = 5400
    #: Answer ``refresh_in`` with tokens that live longer than two hours or, if set, with all of them.
    refresh_in_seconds: int | None = None
    #: Audience of app-only tokens: the URL or Graph's GUID, both are seen. Fact: [seen], graph-calendar §2.
    graph_audience: str = "https://graph.microsoft.com"
    authorization_code_seconds: int = 600
    refresh_token_seconds: int = 90 * 86400
    #: Identical token requests in five minutes before 50196 (loop detected); None switches the detector off.
    loop_limit: int | None = None
