"""What a person reads in HTML, and the small HTML both systems keep."""

from __future__ import annotations

import time

import nh3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.domain.html import EMPTY, RichText, html_to_plain, plain_to_html, rich_from_html, rich_from_plain
from server.domain.html_tokens import attributes, tokens
from server.domain.text import plain_form, utf16_length
from tests.server.domain.test_html_pieces import any_html, any_text

LAWS = settings(max_examples=150, deadline=None, derandomize=True, database=None)

WORD_LIST = (
    "<p class=MsoListParagraph style='text-indent:-18.0pt;mso-list:l0 level{level} lfo1'><![if !supportLists]>"
    "<span style='mso-list:Ignore'>{mark}<span style='font:7.0pt \"Times New Roman\"'>&nbsp;&nbsp; </span></span>"
    "<![endif]>{text}<o:p></o:p></p>"
)


def word_item(text: str, mark: str, level: int = 1) -> str:
    return WORD_LIST.format(text=text, mark=mark, level=level)


@pytest.mark.parametrize(
    "html",
    [
        "<p>a</p><p>b</p>",
        "<div>a</div><div>b</div>",
        "a<br>b",
        "a<br/>\r\nb<br>",
        "a</br>b",
        "<div>a<div>b</div></div>",
        "<p>a<p>b",
        "<span><b>a</b></span><br><font size=2>b</font>",
        "<p class=MsoNormal>a<o:p></o:p></p>\n<p class=MsoNormal>b<o:p></o:p></p>",
        "<pre>\na\nb</pre>",
        "<html><head><title>t</title><style>p{}</style></head><body><p>a</p><script>x()</script><p>b</p></body></html>",
        "<!-- converted from text --><div class=PlainText>a<br>\r\nb</div>",
        "<!--[if mso]><p>no</p><![endif]--><![if !mso]><p>a</p><![endif]><p>b</p>",
        "<p>a</p><p style='display:none'>hidden<p>b</p>",
        "<div>a<div style='mso-hide : all'><div>no</div>no</div></div>b",
        "<p>a</p><svg><text>no</text></svg><select><option>no</select><p>b</p>",
        "<p>a</p><p hidden>no</p><input hidden>b",
        "a<br>b<script>never closed",
        "a<br>b<!-- never closed",
        "a<br>b<p title='never closed",
        "a<br>b<",
        "<ul></ul>a<br>b</ul></b></i></p></div></a></pre>",
    ],
)
def test_markups_that_look_equal_are_equal(html: str) -> None:
    shown = html_to_plain(html)
    assert shown in ("a\nb", "a\nb<")
    assert (shown == "a\nb<") == html.endswith("<")


@pytest.mark.parametrize(
    ("html", "plain"),
    [
        (None, ""),
        ("", ""),
        ("<p>a</p><p>&nbsp;</p><p>b</p>", "a\n\nb"),
        ("<div>a</div><div><br></div><div>b</div>", "a\n\nb"),
        ("a<br><br><br><br>b", "a\n\nb"),
        ("a <b> b</b>  c", "a b c"),
        ("a&nbsp;&nbsp;b", "a  b"),
        ("&lt;b&gt; &amp;amp; &euro; &#8364; &#x20ac; &copy", "<b> &amp; € € € ©"),
        ("&#0;&#xd800;&#99999999999;&#xffffffff;", "\ufffd\ufffd\ufffd\ufffd"),
        ("1 < 2 <3 </3 x> y", "1 < 2 <3 y"),
        ("zero\u200bwidth\ufeff, nul\x00, half\ud800", "zerowidth, nul, half"),
        ("<b>e</b>&#x301;", "é"),
        # lists
        ("<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
        ("<ol><li>a<li>b</ol>c", "1. a\n2. b\nc"),
        ("x<ul><li><p>a</p><p>more</p></li><li></li><li><br></li><li>&nbsp;<br>b</ul>", "x\n- a\n  more\n- b"),
        ("<ul><li>a<ol><li>b</li></ol></li><li>c</li></ul>", "- a\n  1. b\n- c"),
        ("<li>a</li>", "a"),
        (word_item("a", "·") + word_item("b", "o", 2), "- a\n  - b"),
        (word_item("a", "1.") + word_item("b", "2)"), "1. a\n2. b"),
        (word_item("a", "b)") + "<p>plain</p>", "b) a\nplain"),
        ("<p style='mso-list:l0 level1'><span style='mso-list:Ignore'>1.</p><p>a</p>", "a"),
        ("<p style='mso-list:l0 level1'><p>a</p>", "a"),
        ("<p style='mso-list:l0 level1'><span style='mso-list:Ignore'>1.<p></span>a</p>", "a"),
        # links
        ("<a href='https://x.cz/a?b=1&amp;c=2'>text</a>", "text"),
        ("<a href='https://x.cz'><img src=x> </a>", "https://x.cz"),
        ("<a href='https://x.cz'><a>next</a>", "https://x.cznext"),
        ("<a name=here></a>a", "a"),
        ("<a href='javascript:alert(1)'></a>a", "a"),
        # tables
        ("<table><tr><td>a</td> <td> b<td></td></tr><tr><th>c</table>d", "a | b\nc\nd"),
        ("<pre>a  b\tc\r\n  d</pre>", "a  b    c\n  d"),
        ("x<pre>\na\n\nb</pre><pre><b>c</b>\n</pre>d", "x\na\n\nb\nc\nd"),
    ],
)
def test_html_is_read_as_a_person_reads_it(html: str | None, plain: str) -> None:
    assert html_to_plain(html) == plain


@pytest.mark.parametrize(
    ("source", "kept"),
    [
        ("<h1>A</h1><strong>b</strong><em>c</em>", "<p>A</p><p><b>b</b><i>c</i></p>"),
        ("<b><i>x</i></b>", "<p><b><i>x</i></b></p>"),
        ("<ul><li>a<ul><li>b</ul><li>c</ul>", "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>"),
        ("<ol><li>a<br>b<li>c</ol>", "<ol><li>a<div>b</div></li><li>c</li></ol>"),
        ("<ol><li>a</ol><ol><li>b</ol>", "<ol><li>a</li></ol><ol><li>b</li></ol>"),
        ("<ol><li>a</ol><ul><li>b</ul>", "<ol><li>a</li></ol><ul><li>b</li></ul>"),
        ("<ul><ul><li>deep</ul></ul>", "<p>&nbsp;&nbsp;- deep</p>"),
        (word_item("a", "4."), "<p>4. a</p>"),
        ("a<br><br>b", "<p>a</p><p>&nbsp;</p><p>b</p>"),
        ("<ul><li>a</ul><br>b", "<ul><li>a</li></ul><p>&nbsp;</p><p>b</p>"),
        ("<a href='HTTPS://x.cz/?a=\"1'>t</a>", '<p><a href="HTTPS://x.cz/?a=&quot;1">t</a></p>'),
        ("<a href='mailto:a@b.cz'>t</a>", '<p><a href="mailto:a@b.cz">t</a></p>'),
        ("<a href=' java\nscript:x'>t</a><a href='data:text/html,x'>u</a><a href='file:///c'>v</a>", "<p>tuv</p>"),
        (f"<a href='https://x.cz/{'y' * 3000}'>t</a>", "<p>t</p>"),
        ("<p onclick=x() style='color:red'>t<img src='https://track.er/1.gif'></p>", "<p>t</p>"),
        ("&lt;script&gt;", "<p>&lt;script&gt;</p>"),
        ("&nbsp;", ""),
    ],
)
def test_only_what_both_systems_keep_is_kept(source: str, kept: str) -> None:
    rich = rich_from_html(source)
    assert rich.html == kept
    assert html_to_plain(kept) == rich.plain


def test_plain_text_becomes_a_paragraph_per_line() -> None:
    assert plain_to_html("a & b\n\n  c  d") == "<p>a &amp; b</p><p>&nbsp;</p><p>&nbsp;&nbsp;c&nbsp; d</p>"
    assert plain_to_html("") == ""


def test_only_the_plain_text_decides_whether_two_are_equal() -> None:
    one, other = rich_from_html("<p>a</p><p><b>b</b></p>"), rich_from_plain("a\nb")
    assert one.html != other.html
    assert one == other
    assert hash(one) == hash(other)
    assert one != rich_from_plain("a b")
    assert (
        rich_from_html(None)
        == rich_from_plain(None)
        == rich_from_html("<p></p>")
        == EMPTY
        == RichText(plain="", html="")
    )


def test_a_long_description_is_cut_and_says_so() -> None:
    long = "<b>" + "x" * 7999 + " \U0001f600</b>"
    rich = rich_from_html(long)
    assert rich.plain == "x" * 7999
    assert rich.html == f"<p>{rich.plain}</p>"
    assert rich.truncated
    assert not rich_from_html(long, 8002).truncated
    assert not rich_from_html(long, None).truncated
    assert rich_from_plain("x" * 8001) == rich_from_plain("x" * 8000)
    assert rich_from_plain("x" * 8001, None).plain == "x" * 8001


@LAWS
@given(any_text)
def test_plain_text_survives_the_way_through_html(text: str) -> None:
    assert html_to_plain(plain_to_html(text)) == plain_form(text)


@LAWS
@given(any_html)
def test_rich_text_shows_its_own_plain_text_in_both_forms(html: str) -> None:
    rich = rich_from_html(html)
    assert plain_form(rich.plain) == rich.plain
    assert html_to_plain(rich.html) == rich.plain
    assert rich_from_html(rich.html) == rich


@LAWS
@given(any_html, st.integers(1, 12))
def test_a_cut_text_is_a_beginning_and_stays_as_it_is(html: str, limit: int) -> None:
    whole, rich = rich_from_html(html, None), rich_from_html(html, limit)
    assert whole.plain.startswith(rich.plain)
    assert utf16_length(rich.plain) <= limit
    assert rich.truncated == (rich.plain != whole.plain)
    assert rich_from_html(rich.html, limit) == rich


@LAWS
@given(any_html)
def test_an_independent_sanitiser_finds_nothing_to_remove(html: str) -> None:
    kept = rich_from_html(html).html
    cleaned = nh3.clean(
        kept,
        tags={"p", "br", "b", "i", "ul", "ol", "li", "a", "div"},
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel=None,
    )
    assert html_to_plain(cleaned) == html_to_plain(kept)
    assert cleaned.count("<") == kept.count("<")


@LAWS
@given(any_html)
def test_every_byte_belongs_to_one_token(html: str) -> None:
    found = list(tokens(html))
    assert "".join(html[token.start : token.end] for token in found) == html
    assert all(token.start < token.end for token in found)


@pytest.mark.parametrize(
    ("tag", "found"),
    [
        ("<a HREF='x&amp;y' b=1 c d = \"e f\" b=2>", {"href": "x&y", "b": "1", "c": "", "d": "e f"}),
        ('<a href="never closed>', {"href": '"never'} | {"closed": ""}),
        ("no tag", {"no": "", "tag": ""}),
    ],
)
def test_attributes_are_read_like_a_browser_reads_them(tag: str, found: dict[str, str]) -> None:
    assert attributes(tag) == found


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece",
    [
        "<div>",
        "<p>text</p>\n",
        "<",
        "&",
        "&#",
        "<!--",
        '<a href="',
        "<a b='\"",
        "<ul><li>x",
        "<style>",
        "<br>",
        "<pre>\n",
        "9",
    ],
)
def test_no_markup_takes_more_than_linear_time(piece: str) -> None:
    html = "&#" + piece * (150_000 // len(piece))
    started = time.process_time()
    rich_from_html(html)
    assert time.process_time() - started < 5


@pytest.mark.slow
def test_twenty_four_thousand_levels_are_read() -> None:
    html = "<div><b><ul><li>" * 6_000 + "x" + "</li></ul></b></div>" * 6_000
    assert html_to_plain(html) == " ".join(["-", "x"])
