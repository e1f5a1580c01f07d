"""Tables for terminals of any breadth: no figure is cut, no column is lost, and nothing is minus nothing."""

import io

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from corridors.figure_tables import figure_tables, parted, plain, signed

ROWS = [["iran-road *", "4,675", "15.9-26.0", "8,447-9,649"], ["china-sea", "14,672", "37.0-54.2", "(1,000-\n1,140)"]]


def printed(width):
    stream = io.StringIO()
    console = Console(file=stream, width=width)
    for table in figure_tables("A - B", ["corridor"], ["km", "trip P10-P90", "USD [P10]"], ROWS, width):
        console.print(table)
    return stream.getvalue()


@given(st.integers(30, 200))
def test_no_figure_is_cut_at_any_breadth(width):
    text = printed(width)
    assert "…" not in text
    assert all(len(line.rstrip()) <= width for line in text.splitlines())
    for word in ("A - B", "4,675", "14,672", "15.9-26.0", "8,447-9,649", "(1,000-", "1,140)", "USD [P10]"):
        assert text.count(word) == 1


def test_a_broad_terminal_shows_one_table_and_a_narrow_one_repeats_the_names():
    assert printed(160).count("iran-road *") == 1
    assert printed(40).count("iran-road *") == 2


@given(st.lists(st.integers(1, 40), min_size=1, max_size=20), st.integers(-5, 120))
def test_every_column_stands_once_in_order_and_has_room(breadths, room):
    parts = parted(breadths, room)
    assert [i for part in parts for i in part] == list(range(len(breadths)))
    assert all(len(part) == 1 or sum(breadths[i] + 2 for i in part) <= room for part in parts)


@given(st.floats(-1e6, 1e6), st.integers(0, 3))
def test_a_signed_figure_reads_back_and_is_never_minus_nothing(value, digits):
    text = signed(value, digits)
    assert abs(float(text.replace(",", "")) - value) <= 0.5 * 10.0**-digits + 1e-9
    assert text[0] in "+-"
    assert float(text.replace(",", "")) != 0.0 or text[0] == "+"


@given(st.floats(1e-6, 1e9), st.integers(1, 6))
def test_a_plain_figure_has_its_digits_and_no_power_of_ten(value, digits):
    text = plain(value, digits)
    assert "e" not in text
    assert float(text.replace(",", "")) == float(f"{value:.{digits}g}")
