"""Bad input, each kind through the command line: one error that names what is wrong, exit code 2, nothing written.

Rows are copies of shipped rows with one cell spoilt, laid over the tables by a scenario (``rows``) or given to
``corridors check`` as a folder.
"""

import csv
import shutil

import pytest
from studies import command, scenario_file, study

from corridors.cli import BAD_INPUT
from geodata.network import DATA as GEODATA
from geodata.tables import read_dictionary
from sim.parameters import DATA as SIMDATA

SPEED = "speed.rail.kz.block_train"


def home(table):
    return SIMDATA if table == "parameters" else GEODATA


def columns(table):
    return [field.name for field in read_dictionary(home(table))[table].fields]


def shipped(table, key):
    """Shipped row of a key, as texts."""
    with (home(table) / f"{table}.csv").open(encoding="utf-8", newline="") as stream:
        return next(row for row in csv.DictReader(stream) if row[columns(table)[0]] == key)


def plain_link():
    """Some stretch of plain Kazakh railway whose length stands in its own row."""
    with (GEODATA / "links.csv").open(encoding="utf-8", newline="") as stream:
        rows = (r for r in csv.DictReader(stream) if (r["mode"], r["country"], r["gauge_mm"]) == ("rail", "KZ", "1520"))
        return next(r for r in rows if r["length_km"] and r["status"] == "operational" and not r["project_id"])


LINK, HERE, THERE = (plain_link()[name] for name in ("link_id", "from_node_id", "to_node_id"))


def write(folder, table, rows, names=None):
    """CSV file of a table's rows."""
    path = folder / f"{table}.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, names or columns(table), restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run a scenario in an empty folder; whatever is refused must have written nothing."""
    inputs, work = tmp_path / "inputs", tmp_path / "work"
    inputs.mkdir()
    work.mkdir()
    monkeypatch.chdir(work)

    def refused(*words, text="", rows=(), base="both-open"):
        files = [write(inputs, *table) for table in rows]
        listed = f"rows = [{', '.join(repr(f.name) for f in files)}]\n" if files else ""
        file = scenario_file(inputs, listed + text, base=base)
        said = command("run", file, "--no-pictures")
        assert said.code == BAD_INPUT, said
        assert said.out == ""
        assert said.err.startswith("error: ")
        assert said.err.count("\n") == 1, said.err
        assert "Traceback" not in said.err
        for word in words:
            assert word in said.err
        assert list(work.iterdir()) == []
        assert {p.name for p in inputs.iterdir()} == {"mine.toml", *(f.name for f in files)}

    return refused


@pytest.fixture
def spoilt(run):
    """Refuse one shipped row with some cells changed."""

    def refused(table, key, cells, *words):
        run(f"{table}.csv", "line 2", *words, rows=[(table, [{**shipped(table, key), **cells}])])

    return refused


# The scenario file


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("drwas = 3\n", ("mine.toml", "key drwas", "unknown key", "allowed", 'did you mean "draws"?')),
        ('draws = "many"\n', ("mine.toml", "key draws", '"many"')),
        ("draws = 0\n", ("key draws", "found 0", "greater than or equal to 1")),
        ("draws = 2.5\n", ("key draws", "2.5")),
        ("seed = -1\n", ("key seed", "found -1")),
        ("deadline_days = nan\n", ("key deadline_days", "nan", "finite")),
        ("deadline_days = inf\n", ("key deadline_days", "inf")),
        ("deadline_days = -3.0\n", ("key deadline_days", "-3.0", "greater than 0")),
        ("deadline_days = 3,5\n", ("mine.toml", "TOML", "3.5")),
        ('deadline_days = ""\n', ("key deadline_days", '""')),
        ("date = 2032-02-30\n", ("mine.toml", "TOML")),
        ('month = "June"\n', ("key month", '"June"')),
        ("month = 13\n", ("key month", "13", "less than or equal to 12")),
        ('terms = "cif"\n', ("key terms", '"cif"', "consignee, fob, transit_import")),
        ('origins = ["almaty"]\n', ("mine.toml", "key origins", '"almaty"', 'did you mean "almaty1"?')),
        ("origins = []\n", ("key origins",)),
        ('destinations = ["karachi_prt"]\n', ("key destinations", '"karachi_prt"', 'did you mean "karachi_port"?')),
        ('destinations = ["almaty1"]\n', ('"almaty1" is origin and destination',)),
        ('corridors = ["turgundi-chamann"]\n', ("key corridors", 'did you mean "turgundi-chaman"?')),
        ("[consignment]\ntonnes = -20.0\n", ("key consignment.tonnes", "-20.0", "greater than 0")),
        ("[consignment]\nvalue_usd = -1.0\n", ("key consignment.value_usd", "-1.0", "greater than or equal to 0")),
        ("[consignment]\nvalue_usd = nan\n", ("key consignment.value_usd", "nan")),
        ('[consignment]\nload_unit = "TUE"\n', ("key consignment.load_unit", '"TUE"', "TEU, FEU, wagon, truck, tonne", 'did you mean "TEU"?')),
        ("[consignment]\ntons = 20.0\n", ("key consignment.tons", "unknown key", 'did you mean "tonnes"?')),
        ("[projects.open]\nuapp = 2030\n", ("projects.open", '"uapp"', 'did you mean "uap"?')),
        ('[projects]\nheld = ["ckuu"]\n', ("projects.held", '"ckuu"', 'did you mean "cku"?')),
        ("[projects.open]\nuap = 1066\n", ("projects.open.uap", "1066", "1900 to 2100")),
        ("[project_length]\nherat-kandahar = -5.0\n", ("project_length.herat-kandahar", "-5.0")),
        ("[project_length]\nherat-kandahr = 500.0\n", ("project_length", '"herat-kandahr"', 'did you mean "herat-kandahar"?')),
        ('[set]\n"speed.rail.kz.block_train.best" = -30.0\n', ("set", "-30.0", "greater than or equal to 0")),
        ('[set]\n"speed.rail.kz.block_train.best" = 0.0\n', ("speed.rail.kz.block_train", "above 0")),
        ('[set]\n"speed.rail.kz.block_train.bets" = 30.0\n', ('"speed.rail.kz.block_train.bets"', 'did you mean "best"?')),
        ('[set]\n"speed.rail.kz.blok_train.best" = 30.0\n', ("speed.rail.kz.blok_train", "speed.rail.kz.block_train")),
        ('[exchange]\n"road.torkham" = true\n', ("exchange", '"road.torkham"', 'did you mean "road.torkham-torkham_pk"?')),
        ('[[assume]]\nevent = "afpk-2025-11"\nstate = "open"\nwhy = "x"\n', ("afpk-2025-11", 'did you mean "afpk-2025-10"?')),
        ('[[assume]]\nevent = "afpk-2025-10"\nstate = "ajar"\nwhy = "x"\n', ("state", '"ajar"', "open, shut, restricted")),
        ('[[assume]]\nevent = "afpk-2025-10"\nstate = "open"\n', ("why", "is missing")),
        ('rows = ["nowhere.csv"]\n', ("key rows", '"nowhere.csv"')),
    ],
)  # fmt: skip
def test_a_scenario_that_cannot_be_meant(text, words, run):
    run(*words, text=text)


def test_an_unknown_state_without_an_assumption(run):
    run(
        "closures.csv",
        "2026-11-25",
        "the state is unknown",
        "afpk-2025-10",
        "[[assume]]",
        base="open-borders",
        text="date = 2026-11-25\n",
    )


def test_a_scenario_that_is_not_utf8(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.toml").write_bytes('name = "mine"\ntitle = "Алматы"\n'.encode("cp1251"))
    said = command("run", "mine.toml")
    assert (said.code, said.err.count("\n")) == (2, 1)
    assert "UTF-8" in said.err


# Rows: cells


@pytest.mark.parametrize(
    ("table", "key", "cells", "words"),
    [
        ("parameters", SPEED, {"best": "nan"}, (SPEED, 'best is "nan"', "a number")),
        ("parameters", SPEED, {"best": "NaN"}, ('best is "NaN"',)),
        ("parameters", SPEED, {"high": "inf"}, (SPEED, 'high is "inf"', "a number")),
        ("parameters", SPEED, {"low": ""}, (SPEED, "low is empty", "a number")),
        ("parameters", SPEED, {"best": "26,5"}, (SPEED, 'best is "26,5"', "decimal point")),
        ("parameters", SPEED, {"best": "1e400"}, ('best is "1e400"',)),
        ("parameters", SPEED, {"best": "fast"}, ('best is "fast"', "a number")),
        ("parameters", SPEED, {"low": "-5"}, (SPEED, 'low is "-5"', "at least 0")),
        ("parameters", SPEED, {"cv": "-0.1"}, (SPEED, 'cv is "-0.1"')),
        ("parameters", SPEED, {"low": "60", "best": "40", "high": "80"}, (SPEED, "order")),
        ("parameters", SPEED, {"low": "0"}, (SPEED, "above 0")),
        ("parameters", SPEED, {"unit": "mph"}, (SPEED, 'unit is "mph"', "km/h")),
        ("parameters", SPEED, {"unit": "h"}, (SPEED, "unit", "km/h")),
        ("parameters", SPEED, {"shape": "triangle"}, ('shape is "triangle"', "triangular", 'did you mean "triangular"?')),
        ("parameters", SPEED, {"mode": "rial"}, ('"rial"', "rail")),
        ("parameters", SPEED, {"country": "KAZ"}, ('"KAZ"',)),
        ("parameters", SPEED, {"basis": "guess"}, ('basis is "guess"', "assumption")),
        ("parameters", SPEED, {"basis": "estimate", "note": ""}, (SPEED, "note", "reasoning")),
        ("parameters", SPEED, {"months": "13"}, ("13",)),
        ("parameters", "usd.load.handling.feu", {"low": "-100"}, ("usd.load.handling.feu", 'low is "-100"', "at least 0")),
        ("parameters", "usd.load.handling.feu", {"price_year": ""}, ("usd.load.handling.feu", "price_year", "year of its prices")),
        ("parameters", "wait_hours.supply", {"low": "-6"}, ("wait_hours.supply", 'low is "-6"', "at least 0")),
        ("links", LINK, {"length_km": "nan"}, (LINK, 'length_km is "nan"')),
        ("links", LINK, {"length_km": "-46"}, (LINK, 'length_km is "-46"')),
        ("links", LINK, {"length_km": "46,1"}, (LINK, 'length_km is "46,1"', "decimal point")),
        ("links", LINK, {"length_km": ""}, (LINK, "length_km")),
        ("links", LINK, {"length_km": "0.5"}, (LINK, "length_km is 0.5", "geodesic")),
        ("links", LINK, {"to_node_id": f"{THERE}x"}, (LINK, f'"{THERE}x"', "nodes.csv", f'did you mean "{THERE}"?')),
        ("links", LINK, {"gauge_mm": "1521"}, (LINK, "1521", "1520")),
        ("links", LINK, {"gauge_mm": ""}, (LINK, "gauge_mm is empty", "1520")),
        ("links", LINK, {"country": "UZ"}, (LINK, 'country is "UZ"', "KZ")),
        ("links", LINK, {"status": "built"}, (LINK, 'status is "built"', "operational")),
        ("links", LINK, {"status": "planned"}, (LINK, "project_id is empty")),
        ("links", LINK, {"directed": "no"}, (LINK, 'directed is "no"', "true, false")),
        ("nodes", HERE, {"lat": "154.5"}, (HERE, 'lat is "154.5"', "90")),
        ("nodes", HERE, {"country": "ZZ"}, ("ZZ",)),
        ("terminals", "aktobe.rail1520-road.transship", {"node_id": "aktobee"}, ('"aktobee"', "nodes.csv", 'did you mean "aktobe"?')),
        ("terminals", "aktobe.rail1520-road.transship", {"load_units": "FEU;box"}, ("box",)),
        ("crossings", "rail.alat-farap", {"to_node_id": "farapp"}, ("rail.alat-farap", '"farapp"', 'did you mean "farap"?')),
        ("closures", "torkham-2017-02", {"end_date": "2017-13-01"}, ("torkham-2017-02", '"2017-13-01"', "YYYY-MM-DD")),
        ("closures", "torkham-2017-02", {"end_date": "01.03.2017"}, ('"01.03.2017"', "YYYY-MM-DD")),
        ("closures", "torkham-2017-02", {"object_id": "road.torkham"}, ('"road.torkham"', 'did you mean "road.torkham-torkham_pk"?')),
        ("closures", "torkham-2017-02", {"end_date": "2017-01-01"}, ("torkham-2017-02", "2017-01-01")),
        ("projects", "uap", {"length_km_low": "800"}, ("uap", "length_km_low", "low <= best <= high")),
        ("projects", "uap", {"length_km_best": "600"}, ("uap", "600", "add up to")),
    ],
)  # fmt: skip
def test_a_cell_that_cannot_be_meant(table, key, cells, words, spoilt):
    spoilt(table, key, cells, *words)


# Rows: columns, keys, combinations


def test_an_unknown_column(run):
    names = [{"best": "bets"}.get(name, name) for name in columns("parameters")]
    row = {{"best": "bets"}.get(k, k): v for k, v in shipped("parameters", SPEED).items()}
    run("parameters.csv", "line 1", '"bets"', 'did you mean "best"?', rows=[("parameters", [row], names)])


def test_a_column_too_many(run):
    names = [*columns("links"), "speed_limit"]
    run(
        "links.csv",
        '"speed_limit"',
        "allowed",
        rows=[("links", [{**shipped("links", LINK), "speed_limit": "60"}], names)],
    )


def test_a_key_that_stands_twice(run):
    row = shipped("parameters", SPEED)
    run("parameters.csv", "lines 2 and 3", SPEED, "twice", rows=[("parameters", [row, row])])


def test_cells_that_are_too_many(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    file = write(tmp_path, "links", [shipped("links", LINK)])
    file.write_text(file.read_text(encoding="utf-8").rstrip("\n") + ",one too many\n", encoding="utf-8")
    said = command("run", scenario_file(tmp_path, 'rows = ["links.csv"]\n'))
    assert (said.code, said.err.count("\n")) == (2, 1)
    assert "links.csv, line 2" in said.err
    assert "cells" in said.err


def test_two_undominated_rows(run):
    # one is for block trains with anything, the other for forty-foot boxes by any service: neither contains the other
    other = {**shipped("parameters", SPEED), "parameter_id": "speed.rail.kz.feu", "service": "", "load_unit": "FEU"}
    words = (SPEED, "speed.rail.kz.feu", "neither", "for this combination", "country, load_unit, mode, service")
    run(*words, rows=[("parameters", [other])])


def test_a_missing_parameter(run):
    # the general row for changing trucks at a border is made to hold for Iran only
    row = {**shipped("parameters", "transship_hours.truck_exchange"), "country": "IR"}
    run("no row answers hours", "truck_exchange", "add a row", rows=[("parameters", [row])])


def test_a_both_sides_row_beside_a_side_row(run):
    side = shipped("parameters", "clear_hours.rail.bolashak.kz.out")
    both = {**side, "parameter_id": "clear_hours.rail.bolashak.both", "side": "both", "direction": ""}
    run(
        "parameters.csv",
        "clear_hours.rail.bolashak.both",
        "clear_hours.rail.bolashak.",
        "side is both",
        "keep one",
        rows=[("parameters", [both])],
    )


def test_a_link_over_a_border(run):
    row = {
        **shipped("links", LINK),
        "link_id": "rail.mine",
        "from_node_id": "saryagash",
        "to_node_id": "keles",
        "length_km": "300",
    }
    run("links.csv", "rail.mine", "crossings.csv", rows=[("links", [row])])


def test_a_link_to_a_missing_node(run):
    row = {**shipped("links", LINK), "link_id": "rail.mine", "to_node_id": "tashkentt"}
    run("links.csv", "rail.mine", '"tashkentt"', 'did you mean "tashkent"?', rows=[("links", [row])])


def test_evidence_that_is_not_there(run):
    row = {**shipped("parameters", SPEED), "best_evidence": "no.such.evidence"}
    run("parameters.csv", SPEED, "no.such.evidence", "evidence", rows=[("parameters", [row])])


# check DIR


@pytest.fixture
def checked(tmp_path, monkeypatch):
    """What ``check`` says of a folder with a copy of one table, one cell of it changed."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "mine"
    folder.mkdir()

    def check(table, key, cells, *, renamed=()):
        with (home(table) / f"{table}.csv").open(encoding="utf-8", newline="") as stream:
            rows = [{**row, **cells} if key in row.values() else row for row in csv.DictReader(stream)]
        file = write(folder, table, rows)
        for old, new in renamed:
            file.write_text(file.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
        said = command("check", folder)
        assert [p.name for p in folder.iterdir()] == [f"{table}.csv"]
        assert [p.name for p in tmp_path.iterdir()] == ["mine"]
        assert "Traceback" not in said.err
        return said

    return check


@pytest.mark.parametrize(
    ("table", "key", "cells", "words"),
    [
        ("links", LINK, {"to_node_id": f"{THERE}x"}, ("links.csv", LINK, f'"{THERE}x"', f'did you mean "{THERE}"?')),
        ("links", LINK, {"length_km": "0.5"}, ("links.csv", LINK, "length_km is 0.5", "geodesic")),
        ("nodes", HERE, {"node_id": THERE}, ("nodes.csv", "lines ", f'"{THERE}" stands twice')),
        ("parameters", SPEED, {"quantity": "sped"}, ("parameters.csv", SPEED, '"sped"', 'did you mean "speed"?')),
        ("parameters", SPEED, {"high": "nan"}, ("parameters.csv", SPEED, 'high is "nan"')),
    ],
)  # fmt: skip
def test_check_tells_the_fault_of_a_folder(table, key, cells, words, checked):
    said = checked(table, key, cells)
    assert said.code == BAD_INPUT
    assert said.out.startswith("fault: ")
    assert said.out.splitlines()[-1].endswith(("fault", "faults"))
    for word in words:
        assert word in said.out


def test_check_tells_an_unknown_column(checked):
    said = checked("parameters", SPEED, {}, renamed=[("quantity,", "quantities,")])
    assert said.code == BAD_INPUT
    assert '"quantities"' in said.out
    assert 'did you mean "quantity"?' in said.out


def test_check_of_copies_finds_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("corridors.soundcheck.coverage_faults", lambda *_: ())  # looked at on the shipped tables
    monkeypatch.setattr("corridors.study.run", lambda _: study())
    folder = tmp_path / "mine"
    folder.mkdir()
    for table in ("links", "nodes"):
        shutil.copy(GEODATA / f"{table}.csv", folder)
    assert command("check", folder).code == 0


# What is accepted


def test_bom_crlf_cyrillic_and_dari_are_accepted(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    row = {**shipped("nodes", "herat"), "name_local": "هرات", "note": "Герат; 'Herat', \"the pearl\""}
    file = write(tmp_path, "nodes", [row])
    file.write_bytes(b"\xef\xbb\xbf" + file.read_text(encoding="utf-8").replace("\n", "\r\n").encode())
    scenario = scenario_file(tmp_path, 'rows = ["nodes.csv"]\ncorridors = ["turgundi-herat"]\n')
    text = scenario.read_text(encoding="utf-8").replace('title = "Mine"', 'title = "Через Герат, از هرات"')
    scenario.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    said = command("run", scenario, "--no-pictures")
    assert (said.code, said.err) == (0, "")
    assert "Через Герат" in said.out
    assert "از هرات" in said.out


def test_rows_with_bom_and_crlf_are_read_like_any_others(tmp_path):
    from corridors import read_scenario
    from corridors import run as carry

    row = {**shipped("parameters", SPEED), "note": "по данным перевозчика"}
    file = write(tmp_path, "parameters", [row])
    plain = carry(read_scenario(scenario_file(tmp_path, 'rows = ["parameters.csv"]\n')))
    file.write_bytes(b"\xef\xbb\xbf" + file.read_text(encoding="utf-8").replace("\n", "\r\n").encode())
    marked = carry(read_scenario(scenario_file(tmp_path, 'rows = ["parameters.csv"]\n')))
    for a, b in zip(plain.ways, marked.ways, strict=True):
        assert (a.outcome.hours == b.outcome.hours).all()
    assert plain.parameters[SPEED].note == marked.parameters[SPEED].note == "по данным перевозчика"


def test_columns_may_stand_in_any_order(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(tmp_path, "parameters", [shipped("parameters", SPEED)], columns("parameters")[::-1])
    said = command("run", scenario_file(tmp_path, 'rows = ["parameters.csv"]\n'), "--no-pictures")
    assert said.code == 0
