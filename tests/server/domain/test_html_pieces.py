"""Pieces from which the property tests put together texts and bodies, broken ones most of all."""

from __future__ import annotations

from hypothesis import strategies as st

_PIECES = [
    *"<p> </p> <div> </div> <b> </b> <i> </i> </a> <br> <br/> <ul> <ol> </ul> </ol> <li> </li> <table>".split(),
    *"</table> <tr> <td> </td> <span> </span> <pre> </pre> <body> </body> <html> <head> </head> <hr>".split(),
    *"<svg> </svg> <a> <style>x</style> <script> <title> <o:p> <h1> <center> <select> </select> </br>".split(),
    "<a href='https://x.cz/?b=1&amp;c=2'>",
    "<a href=cid:1>",
    *("<!--", "<img>", "<", ">"),
    *("text", "-", "1.", "<!-- c -->"),
    "<![if !vml]>",
    "<p style='display:none'>",
    "<div style='display:none'>",
    "<p style='mso-list:l0 level2 lfo1'>",
    "<span style='mso-list:Ignore'>",
    "<div id=Signature>",
    "<div class='me-email-text'>",
    "<p class='raynet-text'>",
    "<a href='https://teams.microsoft.com/l/meetup-join/x'>",
    "https://teams.microsoft.com/l/meetup-join/y",
    "Microsoft Teams",
    "____________________",
    *(
        " ",
        "  ",
        "\n",
        "\t",
        "&nbsp;",
        "&amp;",
        "&lt;b&gt;",
        "é",
        "e\u0301",
        "\u0301",
        "\x00",
        "\ud800",
        "\u2028",
        "\x0b",
    ),
    *("\U0001f600", "&#8203;", '"', "'", "- x", "2. "),
]

any_html = st.lists(st.sampled_from(_PIECES), max_size=20).map("".join)
any_text = st.lists(st.one_of(st.sampled_from(_PIECES), st.text(max_size=5)), max_size=8).map("".join)


def test_the_pieces_make_markup_and_text() -> None:
    assert len(set(_PIECES)) == len(_PIECES)
