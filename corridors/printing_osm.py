"""What the commands about OpenStreetMap print and write, from rows that others worked out."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import typer

from geodata.osm_extract import LICENCE
from geodata.osm_report import km_by

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from geodata.osm_candidates import Candidates

_MOST = 12
"""Rows that a terminal shows of a long list; the files have all."""


def csv_text(rows: Sequence[Mapping[str, Any]], columns: Sequence[str] = ()) -> str:
    r"""Rows as CSV; what is not known is an empty cell.

    Examples
    --------
    >>> csv_text([{"a": 1, "b": None}])
    'a,b\n1,\n'
    """
    names = list(columns or (rows[0] if rows else ()))
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([[_cell(row.get(name)) for name in names] for row in rows])
    return stream.getvalue()


def _cell(value: Any) -> str:
    if isinstance(value, (tuple, list)):
        return ";".join(map(str, value))
    return "" if value is None else f"{value:.3f}" if isinstance(value, float) else str(value)


def report_tables(found: Mapping[str, Any]) -> dict[str, str]:
    """Every list of the report as a CSV text, by file name."""
    names = {
        "km.csv": "km_rows",
        "components.csv": "components",
        "near_misses.csv": "near_misses",
        "missing_nodes.csv": "missing",
    }
    columns = {
        "near_misses": ("way_id", "other_way_id", "metres", "lat", "lon", "reason"),
        "missing": ("way_id", "nodes"),
    }
    return {file: csv_text(found[key], columns.get(key, ())) for file, key in names.items()}


def print_report(found: Mapping[str, Any]) -> None:
    """Print the report of what was read."""
    about = ", ".join(f"{key} {found[key]}" for key in ("data of", "made by") if key in found)
    typer.echo(
        f"{found['file']}: {found['ways']:,} ways, {found['km']:,.1f} km of track{f' ({about})' if about else ''}"
    )
    if found["places"]:
        typer.echo("Places: " + ", ".join(f"{count:,} {kind}" for kind, count in found["places"].items()))
    if found["left_out"]:
        typer.echo("Left out (ways): " + ", ".join(f"{kind} {count:,}" for kind, count in found["left_out"].items()))
    _print_km(found["km_rows"])
    _print_components(found["components"])
    _print_gaps(found)
    typer.echo(f"Kilometres are of track as mapped, each track of a double line for itself. {LICENCE}")


def _print_km(rows: Sequence[dict[str, Any]]) -> None:
    statuses = sorted({row["status"] for row in rows}, key=_order)
    km = km_by(rows, "country", "status")
    columns = [*statuses, "sum"]
    lines = [[c, *[km.get((c, s)) for s in statuses]] for c in sorted({row["country"] for row in rows})]
    _table(
        "km by country and state", ["country", *columns], [[*line, sum(v or 0.0 for v in line[1:])] for line in lines]
    )
    for name, heading in (
        ("gauge_mm", "gauge [mm]"),
        ("electrified", "electrified"),
        ("kind", "kind"),
        ("track", "track"),
    ):
        sums = km_by(rows, name)
        typer.echo(f"km by {heading}: " + ", ".join(f"{key[0]} {value:,.1f}" for key, value in sums.items()))


def _order(status: str) -> int:
    known = ("operational", "under_construction", "planned", "disused")
    return known.index(status) if status in known else len(known)


def _print_components(components: Sequence[Mapping[str, Any]]) -> None:
    total = sum(item["km"] for item in components)
    typer.echo(f"\n{len(components):,} components, {total:,.1f} km")
    for item in components[:_MOST]:
        names = "; ".join(item["names"]) or "no names"
        where = f"{'/'.join(item['countries'])}, from {item['lat']:.3f} N {item['lon']:.3f} E"
        typer.echo(
            f"  {item['km']:>10,.1f} km  {item['ways']:>6,} ways  gauge {', '.join(item['gauges'])}  {where}  {names}"
        )
    rest = components[_MOST:]
    if rest:
        typer.echo(
            f"  {sum(item['km'] for item in rest):>10,.1f} km  in {len(rest):,} smaller ones, each in components.csv (--out)"
        )


def _print_gaps(found: Mapping[str, Any]) -> None:
    misses, missing = found["near_misses"], found["missing"]
    typer.echo(f"\nEnds joined within the tolerance: {found['joined']:,}")
    typer.echo(f"Near misses between components: {len(misses):,}")
    for item in misses[:_MOST]:
        where = f"{item['lat']:.5f} N {item['lon']:.5f} E"
        typer.echo(
            f"  {item['metres']:>8.1f} m  way {item['way_id']} and way {item['other_way_id']}, {where}: {item['reason']}"
        )
    if len(misses) > _MOST:
        typer.echo(f"  and {len(misses) - _MOST:,} more, all in near_misses.csv (--out)")
    nodes = sum(item["nodes"] for item in missing)
    typer.echo(f"Ways with missing nodes: {len(missing):,} ({nodes:,} nodes); no line is drawn across such a gap")
    for item in missing[:_MOST]:
        typer.echo(f"  way {item['way_id']}: {item['nodes']} nodes")


def print_shapes(rows: Sequence[Mapping[str, Any]], listed: Sequence[Mapping[str, Any]]) -> None:
    """Print how many stretches were traced, and those that a person has to look at."""
    traced = [row for row in rows if row["osm_km"] is not None]
    typer.echo(
        f"{len(traced)} of {len(rows)} stretches traced, {len(traced) - len(listed)} within 10 % of our length and written."
    )
    if listed:
        lines = [
            [row["object_id"], row["ours_km"], row["osm_km"], row["difference_percent"], row["basis"], row["differs"]]
            for row in listed
        ]
        heads = ["stretch", "ours km", "OSM km", "%", "our basis", "differs"]
        _table("Listed for a person, not written", heads, lines)
    for row in rows:
        if row["osm_km"] is None and row["status_ours"] == "operational":
            typer.echo(f"  {row['object_id']}: {row['status_osm']}")
    typer.echo(f"Copied beside our tables, shapes_osm.geojson is drawn on every map. {LICENCE}")


def print_compare(lines: Sequence[Mapping[str, Any]], rows: Sequence[Mapping[str, Any]]) -> None:
    """Print a line a row, and below it each stretch that differs."""
    names = ["line_id", "stretches", "traced", "ours_km", "osm_km", "difference_percent", "differs"]
    heads = ["line", "stretches", "traced", "ours km", "OSM km", "%", "differs (stretches)"]
    _table("By line, over the stretches that both have", heads, [[line[name] for name in names] for line in lines])
    typer.echo("\nStretches that differ")
    for row in rows:
        if row["differs"]:
            typer.echo(f"  {row['object_id']}: {'; '.join(_told(row, word) for word in row['differs'].split(';'))}")
    typer.echo(f"What is not tagged is unknown and differs from nothing. {LICENCE}")


def _told(row: Mapping[str, Any], word: str) -> str:
    if word == "length":
        return f"length {row['ours_km']} km ours ({row['basis']}), {row['osm_km']} km OSM ({row['difference_percent']:+.1f} %)"
    if word == "position":
        return f"position: ends {row['from_off_km']} and {row['to_off_km']} km off the track"
    if word == "no track":
        return str(row["status_osm"])
    return f"{word} {row[f'{word}_ours']} ours, {row[f'{word}_osm']} OSM"


def candidate_tables(found: Candidates) -> dict[str, str]:
    """Tables with rows as CSV texts, by file name; changes of state are a partial update of links."""
    tables = {
        "nodes.csv": found.nodes,
        "links.csv": found.links,
        "lengths_osm.csv": found.lengths_osm,
        "links-status.csv": found.changes,
        "incomplete.csv": found.incomplete,
    }
    return {name: csv_text(rows) for name, rows in tables.items() if rows}


def print_candidates(found: Candidates, folder: Path, tables: Sequence[str]) -> None:
    """Print what was found and how to use it."""
    posts = sum(row["kind"] == "border" for row in found.nodes)
    typer.echo(
        f"{len(found.nodes) - posts} stations, {posts} border posts, {len(found.links)} links, {len(found.changes)} changes of state; "
        f"{len(found.incomplete)} that cannot be rows yet (incomplete.csv says what each lacks)"
    )
    for row in found.changes:
        typer.echo(f"  {row['link_id']}: {row['status'].replace('_', ' ')}. {row['note']}")
    if tables:
        typer.echo(
            "Look at the rows, take out what you do not accept, then: corridors run SCENARIO "
            + " ".join(f"--rows {folder / name}" for name in tables)
        )
    typer.echo(LICENCE)


def _table(heading: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    texts = [[_shown(value) for value in row] for row in rows]
    widths = [max(len(head), *(len(row[i]) for row in texts)) if texts else len(head) for i, head in enumerate(columns)]
    numeric = [all(not isinstance(row[i], str) for row in rows) for i in range(len(columns))]
    typer.echo(f"\n{heading}")
    for row in [list(columns), *texts]:
        cells = [text.rjust(w) if right else text.ljust(w) for text, w, right in zip(row, widths, numeric, strict=True)]
        typer.echo("  " + "  ".join(cells).rstrip())


def _shown(value: Any) -> str:
    return "" if value is None else f"{value:,.1f}" if isinstance(value, float) else str(value)
