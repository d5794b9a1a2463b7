"""A thing said in Czech and English, and which of them the reader wants."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Language(StrEnum):
    """The reader's language; BOTH where the environment does not say: Czech first."""

    CZECH = "cs"
    ENGLISH = "en"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Sentence:
    """One thing said in both languages."""

    cs: str
    en: str

    def text(self, language: Language, separator: str = " / ") -> str:
        match language:
            case Language.CZECH:
                return self.cs
            case Language.ENGLISH:
                return self.en
            case Language.BOTH:
                return self.cs if self.cs == self.en else f"{self.cs}{separator}{self.en}"


def reader_language(environ: Mapping[str, str]) -> Language:
    """From ``ROS_LANG``, then the locale. A Slovak reads Czech; ``C`` and ``POSIX`` say nothing."""
    for name in ("ROS_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        code = environ.get(name, "").lower()[:2]
        if code in ("cs", "cz", "sk"):
            return Language.CZECH
        if code == "en":
            return Language.ENGLISH
    return Language.BOTH
