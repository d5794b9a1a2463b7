"""Figures over time, as charts want them."""

from datetime import timedelta
from typing import Final

from server.api.rest.access import READ
from server.api.rest.call import Call
from server.api.rest.routes import Routes
from server.api.v1.models import sync as shapes
from server.catalogue.sentences import Sentence
from server.domain.ids import SeatId
from server.domain.series import HOUR, Bucket, chart_span
from server.errors import Invalid
from server.store.admin.series import KEPT_FOR, WHOLE_FIRM

ROUTES: Final = Routes("series")
_USUAL: Final = timedelta(days=1)
#: Beyond what is kept nothing can be shown.
_LONGEST: Final = KEPT_FOR + timedelta(days=2)


@ROUTES.get("/firms/{firm_id}/series", READ, Sentence("Zpoždění a objem v čase", "Lag and volume over time"))
def get_series(call: Call, query: shapes.SeriesQuery) -> shapes.Series:
    end = query.until or call.services.now()
    start = query.since or end - _USUAL
    if start.tzinfo is None or end.tzinfo is None or not timedelta(0) < end - start <= _LONGEST:
        raise Invalid(field="from")
    seat = SeatId(query.user) if query.user is not None else WHOLE_FIRM
    points = call.services.administration.series.points(call.firm, start, end, seat=seat)
    span = points[0].span_seconds if points else chart_span(start, end)
    return shapes.Series(
        metric=query.metric,
        span_seconds=span if seat == WHOLE_FIRM else max(span, HOUR),
        points=tuple(_point(query.metric, one) for one in points),
    )


def _point(metric: str, one: Bucket) -> shapes.SeriesPoint:
    if metric == "volume":
        return shapes.SeriesPoint(at=one.at, to_raynet=one.to_raynet, to_outlook=one.to_outlook)
    return shapes.SeriesPoint(at=one.at, p50=one.percentile(0.5), p95=one.percentile(0.95), max=one.most_seconds)
