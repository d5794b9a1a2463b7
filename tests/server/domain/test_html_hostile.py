"""Bodies made to cost time: the longest that there are, of nothing but mark-up."""

import time

import pytest

from server.domain.body_splice import has_foreign, outlook_plain, splice
from server.domain.html import html_to_plain, rich_from_html, rich_from_plain
from server.domain.html_tokens import MOST_TAGS, bounded

LONGEST = 3_000_000
#: CPU time of one reading of an ordinary body of a few thousand tags, as often as a hostile one may cost.
MOST_ORDINARY_BODIES = 150
PIECES = ["<div>", "<div>a", "<p>x</p>", "<b>", "<ul><li>", "<table><tr><td>a", "</b>", "<b><i>x", "<ol><li>x", "<a>x"]


def hostile(piece: str) -> str:
    return piece * (LONGEST // len(piece))


def cost(html: str) -> float:
    began = time.process_time()
    rich_from_html(html)
    outlook_plain(html)
    has_foreign(html)
    return time.process_time() - began


@pytest.mark.parametrize("piece", PIECES)
def test_three_megabytes_of_mark_up_cost_a_bounded_time(piece: str) -> None:
    ordinary = min(cost("<p>Dobrý den, <b>posílám</b> zápis.</p>" * 250) for _ in range(3))

    # A sweep of the garbage collector over all that a test process holds may fall into one of them.
    assert min(cost(hostile(piece)) for _ in range(2)) < MOST_ORDINARY_BODIES * ordinary


def test_what_is_left_unread_is_never_written_over() -> None:
    html = "<p>začátek</p>" + hostile("<p>x</p>")

    assert outlook_plain(html).truncated
    assert rich_from_html(html).truncated
    assert outlook_plain(html).plain.startswith("začátek\n")
    assert has_foreign(html)
    assert splice(html, rich_from_plain("nový text")) == html


def test_a_body_within_the_bound_is_read_whole() -> None:
    html = "<b>x</b>" * (MOST_TAGS // 2)

    assert bounded(html) == (html, False)
    assert html_to_plain(html) == "x" * (MOST_TAGS // 2)
    shown, is_cut = bounded(html + "<b>x</b>")
    assert is_cut
    assert shown == html
