"""Both schemes: readable by computation, complete, switched live."""

import re

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QPushButton

from console.context import Parts
from console.theme import DARK, LIGHT, RESOURCES, Tone

SCHEMES = {"light": LIGHT, "dark": DARK}


def luminance(color: str) -> float:
    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)

    made = QColor(color)
    red, green, blue = (linear(part) for part in (made.redF(), made.greenF(), made.blueF()))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """As WCAG 2.2 defines it."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_text_is_readable_on_everything_it_stands_on(scheme: str) -> None:
    tokens = SCHEMES[scheme]
    for role in ("text", "muted", "good", "warn", "bad", "accent"):
        for ground in ("window", "surface", "raised", "sunken", "sidebar"):
            assert contrast(tokens[role], tokens[ground]) >= 4.5, (role, ground)
    for ground in ("hover", "selected"):
        assert contrast(tokens["text"], tokens[ground]) >= 7, ground
    assert contrast(tokens["on_accent"], tokens["accent"]) >= 4.5
    for tone in Tone:
        assert contrast(tokens[tone.value], tokens[f"{tone.value}_bg"]) >= 4.5, tone
    for role in ("focus", "chart_1", "chart_3"):
        assert contrast(tokens[role], tokens["surface"]) >= 3, role


def test_both_schemes_have_the_same_roles() -> None:
    assert set(LIGHT) == set(DARK)


def test_the_style_sheet_names_known_roles_only() -> None:
    text = (RESOURCES / "tokens.qss").read_text(encoding="utf-8")
    assert set(re.findall(r"@([a-z_0-9]+)", text)) <= {*LIGHT, "controls"}
    assert not re.search(r"#[0-9a-fA-F]{3,8}\b(?=[;\s])(?<!#sidebar)", re.sub(r"#[a-z]+\s*[{,\s]", "", text))


@pytest.mark.parametrize("icon", sorted(path.stem for path in (RESOURCES / "icons").glob("*.svg")))
def test_an_icon_is_drawn_in_the_colour_that_was_asked_for(parts: Parts, icon: str) -> None:
    image = parts.theme.pixmap(icon, "bad", 32).toImage()
    inked = [
        image.pixelColor(x, y)
        for x in range(image.width())
        for y in range(image.height())
        if image.pixelColor(x, y).alpha() > 200
    ]
    assert inked
    if icon != "app":
        wanted = parts.theme.color("bad")
        assert all(abs(one.red() - wanted.red()) < 12 for one in inked)


def test_a_change_of_the_scheme_reaches_palette_style_and_icons_at_once(parts: Parts, qapp: QApplication) -> None:
    button = QPushButton()
    parts.theme.dress(button, "trash", "text")
    parts.theme.choose("light")
    before = button.icon().pixmap(QSize(18, 18)).toImage()
    parts.theme.choose("dark")
    assert button.icon().pixmap(QSize(18, 18)).toImage() != before
    assert qapp.palette().color(QPalette.ColorRole.Window) == QColor(DARK["window"])
    assert DARK["surface"] in qapp.styleSheet()
    parts.theme.choose("light")
    assert button.icon().pixmap(QSize(18, 18)).toImage() == before
    assert LIGHT["surface"] in qapp.styleSheet()
