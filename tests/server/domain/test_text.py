"""Normal forms of plain text."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.domain.text import (
    DESCRIPTION_LIMIT,
    TITLE_LIMIT,
    clean,
    cut_text,
    place_form,
    plain_form,
    title_form,
    utf16_length,
)

LAWS = settings(max_examples=150, deadline=None, derandomize=True, database=None)

any_text = st.text(
    st.one_of(
        st.characters(),
        st.characters(categories=["Cs", "Cc", "Mn", "Zs"]),
        st.sampled_from("a \n\t\r\xa0\u200b\ufeff\x00\ud800\u0301\u0344\U0001f1e8\U0001f1ff\u200d\u2028"),
    ),
    max_size=80,
)


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        (None, ""),
        ("", ""),
        ("Schůzka", "Schůzka"),
        ("Schu\u030azka", "Schůzka"),
        ("a\r\nb\rc\nd", "a\nb\nc\nd"),
        ("Word\x0bbreak\x0cpage\x85next\u2028line\u2029par", "Word\nbreak\npage\nnext\nline\npar"),
        ("tab\tstays", "tab\tstays"),
        ("nul\x00 bell\x07 delete\x7f c1\x9b", "nul bell delete c1"),
        ("lone \ud83d half \udc00", "lone  half "),
        ("whole \U0001f600", "whole \U0001f600"),
    ],
)
def test_cleaning_removes_only_what_cannot_be_stored(written: str | None, stored: str) -> None:
    assert clean(written) == stored


@pytest.mark.parametrize(
    ("written", "title"),
    [
        (None, ""),
        ("  Schůzka \t s\r\nklientem\xa0 A ", "Schůzka s klientem A"),
        ("neviditelná\u200b mez\u00adera\ufeff", "neviditelná mezera"),
        ("x" * 255, "x" * 255),
        ("x" * 256, "x" * 255),
        ("x" * 254 + " y", "x" * 254),
        ("x" * 254 + "\U0001f600", "x" * 254),
        ("x" * 253 + "\U0001f600", "x" * 253 + "\U0001f600"),
        ("x" * 254 + "q\u0323", "x" * 254),
    ],
)
def test_a_title_is_one_line_of_at_most_255_units(written: str | None, title: str) -> None:
    assert title_form(written) == title
    assert place_form(written) == title


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        (None, ""),
        (" \n\n \t", ""),
        ("a  \nb\t", "a\nb"),
        ("a\n\n\n\n\nb", "a\n\nb"),
        ("a\n \xa0\n\u200b\nb", "a\n\nb"),
        ("\n\n  a\n  b\n\n", "a\n  b"),
        ("a\xa0\xa0b", "a  b"),
        ("a\tb", "a    b"),
    ],
)
def test_equal_looking_texts_have_one_plain_form(written: str | None, plain: str) -> None:
    assert plain_form(written) == plain


@pytest.mark.parametrize(
    ("text", "limit", "kept"),
    [
        ("abc", 3, "abc"),
        ("abc", 2, "ab"),
        ("abc", 0, ""),
        ("a\U0001f600b", 2, "a"),
        ("a\U0001f600b", 3, "a\U0001f600"),
        ("ae\u0301", 2, "a"),
        ("a\U0001f44d\U0001f3fdb", 4, "a"),  # thumb and skin colour
        ("a\U0001f468\u200d\U0001f469b", 4, "a"),  # joined family
        ("\U0001f1e8\U0001f1ff\U0001f1f8\U0001f1f0", 6, "\U0001f1e8\U0001f1ff"),  # two flags
        ("\U0001f1e8\U0001f1ff\U0001f1f8\U0001f1f0", 8, "\U0001f1e8\U0001f1ff\U0001f1f8\U0001f1f0"),
        ("\U0001f1e8\U0001f1ff\U0001f1f8\U0001f1f0", 4, "\U0001f1e8\U0001f1ff"),
        ("a\U0001f3f4\U000e0067\U000e007f", 5, "a"),  # flag spelt with tags
        ("e" + "\u20dd" * 9, 4, "e\u20dd\u20dd\u20dd"),  # one cluster longer than the limit
    ],
)
def test_a_cut_never_splits_what_a_reader_sees_as_one_character(text: str, limit: int, kept: str) -> None:
    assert cut_text(text, limit) == (kept, kept != text)


def test_limits_count_utf16_units_as_outlook_does() -> None:
    assert utf16_length("a\U0001f600") == 3
    assert (TITLE_LIMIT, DESCRIPTION_LIMIT) == (255, 8000)


@LAWS
@given(any_text)
def test_every_form_is_stable_and_storable(text: str) -> None:
    for form in (clean, title_form, place_form, plain_form):
        once = form(text)
        assert form(once) == once
        assert unicodedata.is_normalized("NFC", once)
        assert "\x00" not in once
        once.encode("utf-8")
    assert utf16_length(title_form(text * 9)) <= TITLE_LIMIT
    assert "\n" not in title_form(text)
    assert "\n\n\n" not in plain_form(text)


@LAWS
@given(any_text, st.integers(0, 20))
def test_a_cut_is_a_beginning_within_the_limit(text: str, limit: int) -> None:
    kept, is_cut = cut_text(text, limit)
    assert text.startswith(kept)
    assert utf16_length(kept) <= limit
    assert is_cut == (kept != text)
    assert cut_text(kept, limit) == (kept, False)


def test_unreadable_heaps_of_marks_are_shortened() -> None:
    assert clean("q" + "\u0323" * 100 + "!") == "q" + "\u0323" * 30 + "!"
    assert clean("q" + "\u0344" * 30) == clean(clean("q" + "\u0344" * 30))
    symbols = "\uff01\uff5e\u3001" * 20
    assert clean(symbols) == symbols


def test_every_combining_mark_counts_for_the_limit_of_marks() -> None:
    marks = [chr(code) for code in range(0x110000) if unicodedata.combining(chr(code))]
    assert len(marks) > 800
    assert [mark for mark in marks if len(clean("q" + mark * 40)) > 32] == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece", ["a\u0301\u0323", "\u0301\u0323", "a\n\n", "\xa0 \t", "\ud800\x00", "\U0001f1e8", "&"]
)
def test_a_megabyte_takes_linear_time(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    started = time.process_time()
    title_form(text)
    plain_form(text)
    assert time.process_time() - started < 6
