"""What may be a password: long enough, not what everybody tries first. Pure.

Length is what counts; no kinds of characters are demanded. Fact: NIST SP 800-63B-4 §3.1.1.2 [doc]: 15 characters where
the password is the only factor, blocklist, no composition rules, normalised before hashing.
"""

import re
import unicodedata
from typing import Final

SHORTEST: Final = 15
LONGEST: Final = 1_024
#: Words that the most common passwords are made of; alone, repeated or with digits around they are no secret.
_COMMON: Final = frozenset(
    """
    password passwort passw heslo hesla mojeheslo tajneheslo admin administrator root user guest test testing demo
    welcome vitejte letmein login secret tajne changeme zmenit zmenitheslo default master superman batman dragon monkey
    football baseball hockey sunshine princess iloveyou milujite michael charlie jordan shadow trustno flower hello
    ahoj nazdar praha brno ostrava cesko czech raynet outlook vitsol vitkovice microsoft office synchronizace sync
    server windows summer winter spring autumn leto zima jaro podzim company firma qwerty qwertz qwertyuiop qwertzuiop
    asdf asdfgh asdfghjkl zxcvbn zxcvbnm yxcvbnm abc abcd abcdef abcdefgh abcdefghijklmnopqrstuvwxyz correct horse
    battery staple
    """.split()
)
#: Runs along keyboards, the alphabet and the digits, forwards and backwards.
_RUNS: Final = tuple(
    run
    for row in (
        "01234567890123456789",
        "abcdefghijklmnopqrstuvwxyz",
        "qwertyuiopasdfghjklzxcvbnm",
        "qwertzuiopasdfghjklyxcvbnm",
        "1qaz2wsx3edc4rfv5tgb6zhn7ujm8ik9ol",
        "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol",
        "1q2w3e4r5t6y7u8i9o0p",
        "1q2w3e4r5t6z7u8i9o0p",
    )
    for run in (row, row[::-1])
)
_SHORTEST_RUN: Final = 4
_LEAST_LEFT: Final = 5
_LEAST_KINDS: Final = 5
_LOOKALIKES: Final = str.maketrans("0134579@$!|", "oleastgasil")


def prepared(password: str) -> str:
    """As it is hashed: composed, so that the same keys give the same password on every system."""
    return unicodedata.normalize("NFC", password)


def is_long_enough(password: str) -> bool:
    return SHORTEST <= len(prepared(password)) <= LONGEST


def is_common(password: str, login: str = "") -> bool:
    """Whether it is among what is guessed first: few letters, repeats, keyboard runs, common words, the login."""
    plain = _folded(password)
    words = sorted(_COMMON | _parts(login), key=len, reverse=True)
    if len(set(plain)) < _LEAST_KINDS or _is_repeated(plain):
        return True
    return any(_left(text, words) < _LEAST_LEFT for text in (plain, plain.translate(_LOOKALIKES)))


def _folded(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(one for one in decomposed if not unicodedata.combining(one) and not one.isspace())


def _parts(login: str) -> set[str]:
    return {part for part in re.split(r"[^a-z0-9]+", _folded(login)) if len(part) >= 3}


def _is_repeated(text: str) -> bool:
    """``abcabcabcabcabc``: one short piece over and over, the last one maybe cut."""
    return any(
        all(one == text[index % length] for index, one in enumerate(text)) for length in range(1, len(text) // 2 + 1)
    )


def _left(text: str, words: list[str]) -> float:
    """What is left once words, runs and punctuation are taken away: letters count one, digits a half."""
    left = text
    for word in words:
        left = left.replace(word, " ")
    for run in _RUNS:
        left = _without_run(left, run)
    return sum(0.5 if one.isdigit() else 1.0 for one in left if one.isalnum())


def _without_run(text: str, run: str) -> str:
    """``text`` without its longest pieces that lie on ``run``."""
    out, index = [], 0
    while index < len(text):
        length = 0
        while index + length < len(text) and text[index : index + length + 1] in run:
            length += 1
        out.append(" " if length >= _SHORTEST_RUN else text[index])
        index += length if length >= _SHORTEST_RUN else 1
    return "".join(out)
