"""Network: places and the stretches, crossings and terminals between them, open and closed by date.

A link lies in one country and has one mode; a border is crossed only by a crossing, which has a length on
each side; cargo changes mode, vehicle or gauge only where a terminal allows it. What is built and what is
planned stand in one set of tables: a project bundles what it will open. :meth:`Network.built` gives the
network of one day, and :meth:`Network.with_project_length` the network under another of a project's
contested lengths, scaled over the project's stretches:

    length of a stretch = base length x (project length / base length of the project)

UAP at 687 km instead of 948 km turns a stretch of 100 km into 72.5 km. Dated closures are carried along
and are not applied here: who is barred depends on the cargo.

:func:`read_network` refuses what a data dictionary cannot (see :mod:`geodata.soundness`). A length that was
routed on OpenStreetMap is licensed apart and therefore stands in ``lengths_osm.csv``; it is joined here to
the row that lacks it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from geodata.elements import (
    Closure,
    Crossing,
    Link,
    Node,
    Project,
    Terminal,
    Triple,
    closure_of,
    crossing_of,
    link_of,
    node_of,
    project_of,
    terminal_of,
)
from geodata.soundness import check_network, osm_lengths
from geodata.tables import TableError, check_foreign_keys, did_you_mean, overlay, read_dictionary, read_table

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date

    from geodata.tables import Table

__all__ = [
    "DATA",
    "TABLES",
    "Closure",
    "Crossing",
    "Link",
    "Network",
    "Node",
    "Project",
    "Terminal",
    "Triple",
    "network_of",
    "read_network",
    "read_network_tables",
]

DATA = Path(__file__).parent / "data"
TABLES = ("nodes", "links", "lengths_osm", "crossings", "terminals", "projects", "closures")


@dataclass(frozen=True)
class Network:
    """Places, what joins them, what is planned and what is shut, each by its name.

    Attributes
    ----------
    open_projects
        Projects open on the day :meth:`built` was asked for; empty before.
    project_km
        Length at which each project's stretches stand now. [km]
    """

    nodes: dict[str, Node]
    links: dict[str, Link]
    crossings: dict[str, Crossing]
    terminals: dict[str, Terminal]
    projects: dict[str, Project]
    closures: dict[str, Closure]
    open_projects: frozenset[str] = frozenset()
    project_km: Mapping[str, float] = field(default_factory=dict)

    def built(self, day: date, opened: Mapping[str, int | None] | None = None, held: Collection[str] = ()) -> Network:
        """Keep what carries cargo on a day: what is operational and what belongs to a project that is open.

        Parameters
        ----------
        day
            The scenario's date.
        opened
            Opening year of projects that open by decree, None = the project's best year; it overrides the
            year in the table. [year]
        held
            Projects that do not open, whatever else is said. What is operational stays.

        Notes ----- A project is open if its opening year is not after the year of ``day``. A project whose
        own status is operational and that has no year is open. Places and ``projects`` stay complete;
        ``upgrade_id`` stays on its links, and an upgrade counts only if it is in ``open_projects``.
        """
        opened = opened or {}
        for name in (*opened, *held):
            self._project(name)
        on = frozenset(
            name for name, project in self.projects.items() if name not in held and _is_open(project, day, opened)
        )
        return replace(
            self,
            links={k: v for k, v in self.links.items() if v.status == "operational" or v.project_id in on},
            crossings={k: v for k, v in self.crossings.items() if v.status == "operational" or v.project_id in on},
            terminals={k: v for k, v in self.terminals.items() if v.status == "operational" or v.project_id in on},
            open_projects=on,
        )

    def restrict(self, node_ids: Collection[str]) -> Network:
        """Keep the named places and what lies wholly between or at them."""
        keep = set(node_ids)
        for name in sorted(keep - self.nodes.keys()):
            raise TableError.at(
                "nodes.csv",
                problem=f'there is no node_id "{name}"',
                mend=did_you_mean(name, self.nodes) or "take a node_id of nodes.csv",
            )
        return replace(
            self,
            nodes={k: v for k, v in self.nodes.items() if k in keep},
            links={k: v for k, v in self.links.items() if v.from_node_id in keep and v.to_node_id in keep},
            crossings={k: v for k, v in self.crossings.items() if v.from_node_id in keep and v.to_node_id in keep},
            terminals={k: v for k, v in self.terminals.items() if v.node_id in keep},
        )

    def with_project_length(self, project_id: str, length_km: float) -> Network:
        """Scale the project's links and crossings so that the whole project is ``length_km`` [km] long."""
        project = self._project(project_id)
        now = self.project_km.get(project_id)
        if now is None:
            raise TableError.at(
                "projects.csv",
                f'project_id "{project_id}"',
                problem="it has no length to scale",
                mend="give length_km_low, length_km_best, length_km_high",
            )
        if not 0 < length_km < float("inf"):
            raise TableError.at(
                "projects.csv",
                f'project_id "{project_id}"',
                problem=f"length_km is {length_km:g}",
                allowed="a length above 0 [km]",
            )
        share = length_km / now
        return replace(
            self,
            links={
                k: v._replace(length_km=v.length_km * share) if v.project_id == project.project_id else v
                for k, v in self.links.items()
            },
            crossings={
                k: v._replace(from_length_km=v.from_length_km * share, to_length_km=v.to_length_km * share)
                if v.project_id == project.project_id
                else v
                for k, v in self.crossings.items()
            },
            project_km={**self.project_km, project_id: length_km},
        )

    def __repr__(self) -> str:
        """One line: how much is in it."""
        return (
            f"<Network: {len(self.nodes)} nodes, {len(self.links)} links, {len(self.crossings)} crossings, "
            f"{len(self.projects)} projects>"
        )

    def _repr_html_(self) -> str:
        from geodata.network_view import network_html

        return network_html(self)

    def _project(self, project_id: str) -> Project:
        if project_id not in self.projects:
            raise TableError.at(
                "projects.csv",
                problem=f'there is no project_id "{project_id}"',
                allowed=", ".join(self.projects),
                mend=did_you_mean(project_id, self.projects),
            )
        return self.projects[project_id]


def _is_open(project: Project, day: date, opened: Mapping[str, int | None]) -> bool:
    year: float | None = opened.get(project.project_id)
    if year is None and project.opening_year is not None:
        year = project.opening_year[1]
    if year is not None:
        return year <= day.year
    if project.project_id in opened:
        raise TableError.at(
            "projects.csv",
            f'project_id "{project.project_id}"',
            problem="it has no opening year of its own",
            mend="name the year in which it opens",
        )
    return project.status == "operational"


def read_network(folder: Path = DATA, overlays: Mapping[str, Table] | None = None) -> Network:
    """Read the network's tables, lay rows over them, and refuse a network that does not hold together.

    Parameters
    ----------
    folder
        A data package with the tables of :data:`TABLES`.
    overlays
        Rows to lay over a table, by the table's name.

    Raises
    ------
    TableError
        Naming file, row, field, what was found, what is allowed and how to mend it.
    """
    return network_of(read_network_tables(folder, overlays))


def read_network_tables(folder: Path = DATA, overlays: Mapping[str, Table] | None = None) -> dict[str, Table]:
    """Read the network's tables with rows laid over them, before they are checked as a whole."""
    resources = read_dictionary(folder)
    tables = {name: read_table(resources[name].folder / resources[name].path, resources[name]) for name in TABLES}
    for name, rows in (overlays or {}).items():
        if name not in tables:
            raise TableError.at(
                rows.path,
                problem=f'"{name}" is no table of the network',
                allowed=", ".join(TABLES),
                mend=did_you_mean(name, TABLES),
            )
        tables[name] = overlay(tables[name], rows)
    return tables


def network_of(tables: Mapping[str, Table]) -> Network:
    """Make the network of its tables (see :func:`read_network`)."""
    check_foreign_keys(tables)
    link_km, from_km, to_km = osm_lengths(tables)
    check_network(tables, link_km, from_km, to_km)
    rows = {name: table.rows() for name, table in tables.items()}
    crossings = zip(rows["crossings"], from_km.tolist(), to_km.tolist(), strict=True)
    projects = [project_of(row) for row in rows["projects"]]
    return Network(
        nodes={row["node_id"]: node_of(row) for row in rows["nodes"]},
        links={row["link_id"]: link_of(row, km) for row, km in zip(rows["links"], link_km.tolist(), strict=True)},
        crossings={row["crossing_id"]: crossing_of(row, from_km, to_km) for row, from_km, to_km in crossings},
        terminals={row["terminal_id"]: terminal_of(row) for row in rows["terminals"]},
        projects={project.project_id: project for project in projects},
        closures={row["closure_id"]: closure_of(row) for row in rows["closures"]},
        project_km={item.project_id: item.length_km[1] for item in projects if item.length_km is not None},
    )
