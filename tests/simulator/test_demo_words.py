"""What the demonstration's page shows of the product is in words of people."""

import re
from importlib.resources import files

import pytest

from server.domain.reasons import Reason

WORDS = files("simulator.demo").joinpath("static", "reasons.js").read_text(encoding="utf-8")


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_its_words_in_both_languages(reason: Reason) -> None:
    (czech, english), *more = re.findall(rf'^  {reason.value}: \["(.+)", "(.+)"\],$', WORDS, re.MULTILINE)
    assert more == []
    assert czech != english
