"""Outlook bodies: what is ours, what is foreign, and rewriting one without touching the other."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings

from server.domain.body_map import map_body
from server.domain.body_splice import has_foreign, outlook_plain, splice
from server.domain.html import EMPTY, RichText, rich_from_html, rich_from_plain
from tests.server.domain.test_html_pieces import any_html, any_text

LAWS = settings(max_examples=150, deadline=None, derandomize=True, database=None)

LINE = "_" * 80
JOIN = "https://teams.microsoft.com/l/meetup-join/19%3ameeting_abc%40thread.v2/0?context=%7b%7d"
NEW = rich_from_html("<p>new <b>text</b></p>")

TEAMS_2021_CS = (
    f'<br><div style="width:100%;height:20px"><span style="white-space:nowrap;opacity:.36">{LINE}</span></div>'
    '<div class="me-email-text" lang="cs-CZ">'
    '<div><span style="font-size:24px">Schůzka přes Microsoft Teams</span></div>'
    "<div><b>Připojte se na počítači nebo v mobilní aplikaci</b></div>"
    f'<a class="me-email-headline" href="{JOIN}">Připojit se kliknutím sem</a>'
    '<div><a href="https://aka.ms/x">Další informace</a> | <a href="https://teams.microsoft.com/meetingOptions/?x">'
    f"Možnosti schůzky</a></div></div><div><span>{LINE}</span></div>"
)
TEAMS_2024_EN = (
    f"<div><span>{LINE}</span></div>"
    '<div class="me-email-text" lang="en-US"><div><span class="me-email-text">Microsoft Teams</span>'
    '<a id="meet_invite_block.action.help" class="me-email-link" href="https://aka.ms/JoinTeamsMeeting">Help?</a></div>'
    f'<div><a id="meet_invite_block.action.join_link" href="{JOIN}">Join the meeting now</a></div>'
    f"<div>Meeting ID: <span>123 456</span></div></div><div><span>{LINE}</span></div>"
)
TEAMS_THROUGH_WORD = (
    f"<p class=MsoNormal><span style='color:#5F5F5F'>{LINE}</span><o:p></o:p></p>\r\n"
    "<p class=MsoNormal>Schůzka v aplikaci Microsoft Teams<o:p></o:p></p>\r\n"
    "<p class=MsoNormal><a href='https://eur01.safelinks.protection.outlook.com/ap/t/?url="
    "https%3A%2F%2Fteams.microsoft.com%2Fl%2Fmeetup-join%2F19%253a&amp;data=05'>Připojit se</a></p>\r\n"
    f"<p class=MsoNormal>{LINE}<o:p></o:p></p>"
)
TEAMS_AS_TEXT = f"{LINE}<br>\r\nMicrosoft Teams meeting<br>\r\nJoin: &lt;{JOIN}&gt;<br>\r\n{LINE}"
SKYPE = f"<p>{'.' * 90}</p><p><a href='https://meet.lync.com/firm/user/ABC'>Join Skype Meeting</a></p><p>{'.' * 90}</p>"
TEAMS_PERSONAL = '<div><a href="https://teams.live.com/meet/9512345?p=x">Join</a></div>'
NO_LINK_LEFT = f"<p>{LINE}</p><p>Schůzka přes Microsoft Teams</p><p>ID schůzky: 1</p><p>{LINE}</p>"
TABLE = "<table border=1><tr><td>a</div></td><td><p>b</p></td></tr></table>"
FOREIGN = {
    "Teams 2021, Czech": TEAMS_2021_CS,
    "Teams 2024, English": TEAMS_2024_EN,
    "Teams rewritten by Word": TEAMS_THROUGH_WORD,
    "Skype for Business": SKYPE,
    "Teams for home": TEAMS_PERSONAL,
    "Teams without its link": NO_LINK_LEFT,
    "a table": TABLE,
    "an attached picture": '<img src="cid:image001.png@01D" width=10>',
    "a linked picture": '<a href="https://x.cz"><span><img src="https://x.cz/logo.png"></span></a>',
    "a signature": '<div id="x_Signature"><p>Jan Novák</p></div>',
    "a hidden part": '<div style="display:none">token</div>',
    "a link to an attachment": '<a href="cid:abc">file</a>',
    "a form": "<textarea>x</textarea>",
}
FRAMES = {
    "bare": "{}",
    "Outlook on the web": '<html>\r\n<head>\r\n<meta charset="utf-8"><style>p{{margin:0}}</style></head>\r\n'
    '<body dir="ltr">\r\n<div class="elementToProof">{}</div>\r\n</body>\r\n</html>\r\n',
    "Word": '<html xmlns:o="urn"><head><!--[if !mso]><style>v\\:*</style><![endif]--></head><body lang=CS>'
    '<div class="WordSection1">{}</div></body></html>',
}


@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
@pytest.mark.parametrize("foreign", FOREIGN.values(), ids=FOREIGN)
def test_foreign_parts_are_left_out_and_survive_byte_for_byte(foreign: str, frame: str) -> None:
    body = frame.format(f"<p>Ahoj,</p><p>přijď <i>včas</i>.</p>{foreign}<p>Jan</p>")
    assert outlook_plain(body).plain == "Ahoj,\npřijď včas.\nJan"
    assert has_foreign(body)
    head, tail = frame.format("|").split("|")
    for new in (NEW, EMPTY, rich_from_plain("a\n\nb")):
        written = splice(body, new)
        assert written == head + new.html + foreign + tail
        assert outlook_plain(written).plain == new.plain


@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
def test_without_foreign_parts_only_the_frame_stays(frame: str) -> None:
    body = frame.format("<p>old</p><p>&nbsp;</p><ul><li>item</li></ul>")
    assert not has_foreign(body)
    assert splice(body, NEW) == frame.format(NEW.html)
    assert splice(frame.format(""), NEW) == frame.format(NEW.html)
    assert splice(frame.format("<br>"), NEW) == frame.format(NEW.html)


@pytest.mark.parametrize(
    ("body", "written"),
    [
        (None, "{}"),
        ("", "{}"),
        ("<table></table>old", "<table></table>{}"),
        ("old<table></table>old", "{}<table></table>"),
        ("<table></table>", "{}<table></table>"),
        ("<p>old<img src=x>old</p>", "{}<p><img src=x></p>"),
        ("<ul><li>a</li><li><b>b</b><img></li></ul>c", "{}<ul><li><img></li></ul>"),
        ("<div>a</div><div><div>b<img></div>c</div>", "{}<div><div><img></div></div>"),
        (
            f'<div class="PlainText">old<br>\r\n{TEAMS_AS_TEXT}<br>\r\nold</div>',
            f'<div class="PlainText">{{}}<br>\r\n{TEAMS_AS_TEXT}<br></div>',
        ),
        (f"<p>{LINE}</p><p>agenda</p>{SKYPE}", f"{{}}{SKYPE}"),
        (f"<p>x</p><p>{LINE}</p><p>{JOIN}</p><p>no end</p>", f"{{}}<p>{LINE}</p><p>{JOIN}</p><p>no end</p>"),
        (f"<body><p>x</p><p>{LINE}</p><p>{JOIN}</p></body>\n", f"<body>{{}}<p>{LINE}</p><p>{JOIN}</p></body>\n"),
        (f"<p>see <a href='{JOIN}'>this</a> link</p><p>x</p>", f"<p>see <a href='{JOIN}'>this</a> link</p>{{}}"),
        (f"x<br><span><a href='{JOIN}'>this</a></span>", f"{{}}<br><span><a href='{JOIN}'>this</a></span>"),
        ("<!-- converted from text --><style>p</style>old", "<!-- converted from text --><style>p</style>{}"),
        (f"old<br>{JOIN}<br>{JOIN}<br>old", f"{{}}<br>{JOIN}<br>{JOIN}<br>"),
        (f"<a href='https://x.cz'><p>{JOIN}</p>old</a>", f"{{}}<a><p>{JOIN}</p></a>"),
        (f"<a href='https://x.cz'><p>{JOIN}</p><!-- c --><b>old</b>\n", f"{{}}<a><p>{JOIN}</p><!-- c --><b></b>"),
        ("<html><hr>", "<html>{}<hr>"),
        ("<html>\n<head></head>\n</html>", "<html>\n<head></head>{}\n</html>"),
        (f"<hr><a href='https://x.cz'><p>{JOIN}</p>old</a>", f"{{}}<hr><a><p>{JOIN}</p></a>"),
        ("<body></body>", "<body>{}</body>"),
        ("<meta><style>p</style>", "<meta>{}<style>p</style>"),
        ("<html><head><title>t</title></head></html>", "<html><head><title>t</title></head>{}</html>"),
        ("<head><!-- never closed", "<head>{}<!-- never closed"),
        ("<p>old<style>never closed", "{}<style>never closed"),
        ("<div>never closed<table>x</div>", "<div>{}<table>x</div>"),
        ("</b>a</b><![if !mso]>b<![endif]>", "{}<![if !mso]><![endif]>"),
        ("<iframe src=x></iframe>", "{}<iframe src=x></iframe>"),
    ],
)
def test_the_new_text_stands_where_the_old_began(body: str | None, written: str) -> None:
    assert splice(body, NEW) == written.format(NEW.html)


@pytest.mark.parametrize("body", ["", "<p>a</p>", f"<div>a<br>{TEAMS_AS_TEXT}</div>", f"{TABLE}<p>a</p>"])
def test_a_body_that_shows_the_text_already_is_never_written(body: str) -> None:
    assert splice(body, rich_from_plain(outlook_plain(body).plain)) is body or body == ""
    assert splice(body, outlook_plain(body)) == body


def test_a_cut_text_does_not_shorten_the_longer_body() -> None:
    body = "<p>" + "long " * 4000 + "</p>"
    assert splice(body, outlook_plain(body)) is body
    assert outlook_plain(body).truncated


def test_text_of_ours_that_looks_like_a_join_block_stays_ours() -> None:
    text = rich_from_html(f"<p>{LINE}</p><p>{JOIN}</p><ul><li><a href='{JOIN}'>x</a></li><li>{LINE}</li></ul>")
    for body in (None, "<p>old</p>", f"<p>old</p>{TEAMS_2024_EN}"):
        written = splice(body, text)
        assert 'class="raynet-text"' in written
        assert outlook_plain(written) == text
        assert splice(written, text) is written
        assert written.endswith(TEAMS_2024_EN) or body in (None, "<p>old</p>")


def test_a_text_whose_html_says_something_else_is_written_as_its_plain_text() -> None:
    assert splice("<p>old</p>", RichText(plain="new", html="<p>other</p>")) == "<p>new</p>"


def test_more_join_blocks_than_anybody_sends_are_one_foreign_stretch() -> None:
    body = "<p>a</p>" + TEAMS_PERSONAL * 60 + "<p>b</p>"
    assert len(map_body(body).stretches) == 1
    assert splice(body, NEW) == NEW.html + TEAMS_PERSONAL * 60


@pytest.mark.parametrize(
    "body",
    [
        f"<p>{JOIN}</p><div>a</div>{LINE}<br>Microsoft Teams<br>{JOIN}<br>{LINE}",
        f"{JOIN}<div>a</div>{LINE}<br>b {JOIN}<br>{LINE}",
        f"<ol><body><a><li>{JOIN}</ol>{LINE}<i>",
        f"<i>{LINE}<a href=x><p><a href='{JOIN}'>{LINE}</h1></body>a",
        f"<center><p><head>{LINE}</p><p>Microsoft Teams<div>{JOIN}<br><html>",
        f"{JOIN}<ol><<a>x<head></div></a><svg></head>y",
        f"<a>{LINE}<a href='{JOIN}'><div><body class=me-email-x>x",
    ],
)
def test_broken_bodies_keep_their_join_link_and_show_the_new_text(body: str) -> None:
    written = splice(body, NEW)
    assert outlook_plain(written).plain == NEW.plain
    assert written.count(JOIN) == body.count(JOIN)


@LAWS
@given(any_html, any_text)
def test_what_was_spliced_in_is_read_back_and_foreign_bytes_stay(body: str, text: str) -> None:
    new = rich_from_plain(text)
    written = splice(body, new)
    assert outlook_plain(written).plain == new.plain
    assert splice(written, new) == written
    position = 0
    for stretch in map_body(body).stretches:
        foreign = body[stretch.start : stretch.end]
        found = written.find(foreign, position)
        assert found >= 0
        position = found + len(foreign)


@LAWS
@given(any_html, any_html)
def test_rich_text_is_read_back_from_any_body(body: str, html: str) -> None:
    new = rich_from_html(html)
    assert outlook_plain(splice(body, new)).plain == new.plain


@LAWS
@given(any_html)
def test_stretches_are_in_order_and_apart(body: str) -> None:
    stretches = map_body(body).stretches
    ends = [0] + [stretch.end for stretch in stretches]
    assert all(
        stretch.start >= end and stretch.end > stretch.start for stretch, end in zip(stretches, ends, strict=False)
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece",
    [
        "<p class=MsoNormal>Some text here<o:p></o:p></p>\r\n",
        TEAMS_THROUGH_WORD,
        "<div><a><img></a>",
        "<div>x<img>",
        "<b><p>",
        "</b>",
        "<table>",
        "teams.live.com/meet/1<br><div>",
        "teams.live",
        "<",
        "<!--",
    ],
)
def test_no_body_takes_more_than_linear_time(piece: str) -> None:
    body = f"skype {TEAMS_PERSONAL}" + piece * (100_000 // len(piece))
    started = time.process_time()
    written = splice(body, NEW)
    assert time.process_time() - started < 6
    assert TEAMS_PERSONAL in written


@pytest.mark.slow
def test_a_join_block_under_a_forty_thousand_levels_survives() -> None:
    body = "<div>" * 40_000 + "old" + TEAMS_2024_EN
    assert splice(body, NEW) == "<div>" * 40_000 + NEW.html + TEAMS_2024_EN
