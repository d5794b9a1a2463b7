"""CSV for Czech Excel."""

from pathlib import Path

import pytest

from console.models.columns import Column
from console.models.export import safe, write

COLUMNS: tuple[Column[tuple[str, str]], ...] = (
    Column(key="a", title=lambda: "Uživatel", text=lambda row: row[0]),
    Column(key="b", title=lambda: "=Stav", text=lambda row: row[1], export=lambda row: row[1].upper()),
)


def test_a_file_opens_in_czech_excel(tmp_path: Path) -> None:
    target = tmp_path / "seznam.csv"
    assert write(target, COLUMNS, [("Říčná; Lucie", 'a"b'), ("x\ny", "")]) == 2
    raw = target.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.decode("utf-8-sig") == 'Uživatel;\'=Stav\r\n"Říčná; Lucie";"A""B"\r\n"x\ny";\r\n'


@pytest.mark.parametrize("bad", ["=1+1", "+SUM(A1)", "-cmd|' /C calc'!A0", "@x", "\t=1", "  =1", "\r=1"])
def test_nothing_that_a_cell_would_run_gets_through(bad: str) -> None:
    assert safe(bad) == f"'{bad}"


@pytest.mark.parametrize("good", ["", "5", "-5", "+420,5", "-12.5", "a=b", "jana@example.cz"])
def test_plain_words_and_numbers_stay_as_they_are(good: str) -> None:
    assert safe(good) == good


def test_a_failed_export_leaves_the_earlier_file_and_no_part(tmp_path: Path) -> None:
    target = tmp_path / "seznam.csv"
    target.write_text("old", encoding="utf-8")

    def rows() -> object:
        yield ("a", "b")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write(target, COLUMNS, rows())  # type: ignore[arg-type]
    assert target.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [target]
