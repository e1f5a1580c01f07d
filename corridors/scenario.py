"""Read and check one scenario file: the question a user puts to the model.

A scenario is a short TOML file. It says from where to where, on what date, what is moved, which corridors are compared,
which projects are open, what is assumed about borders whose state nobody knows, and which figures are laid over the
shipped ones. It may name another scenario as its base: tables are laid over tables key by key, anything else is
replaced, and nothing has to be copied.

The file is refused as a whole at the first thing that cannot be meant (:class:`ScenarioError` names file, key, found,
allowed and the nearest right name). What the words stand for (places, projects, events) is checked by :func:`check`
against the network, so that a scenario can be read without loading one.

Left out on purpose: anything that is a number about the world. Those are rows, reached through ``set`` and ``rows``.
"""

import datetime as dt
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationError,
    field_validator,
    model_validator,
)

from corridors.door import names_in, told
from corridors.scenario_files import find_scenario, given_row_files, list_scenarios, read_over_base, template_text
from corridors.switches import PARAMETER_FIELDS, set_switches
from corridors.toml_files import ScenarioError, explain, nearest, shown
from geodata.regauging import rail_gauges

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from corridors.catalogue import Corridor
    from geodata.network import Network

__all__ = ["Scenario", "ScenarioError", "check", "list_scenarios", "read_scenario", "schema_text", "template_text"]

Name = Annotated[str, Field(pattern=r"^[a-z0-9]+(?:[._-]+[a-z0-9]+)*$")]
Names = Annotated[tuple[Name, ...], Field(strict=False)]


def _opening(year: Any) -> Any:
    if year is True or (isinstance(year, int) and 1900 <= year <= 2100 and year is not False):
        return year
    raise ValueError(
        f"found {shown(year)}; allowed a year from 1900 to 2100, or true; to keep it unbuilt list it in held"
    )


Opening = Annotated[int | bool, BeforeValidator(_opening)]


def _gauge(found: Any) -> Any:
    if found == "dual" or (isinstance(found, int) and found is not True and found is not False):
        return found
    raise ValueError(
        f'found {shown(found)}; allowed a gauge of the tables in mm, say 1435, or "dual" for 1435 and 1520'
    )


Gauge = Annotated[int | Literal["dual"], BeforeValidator(_gauge)]


DUAL = (1435, 1520)
"""Gauges of a dual track: that of Iran and that of Central Asia. [mm]"""


class _Table(BaseModel):
    """A table of the file: unknown keys, wrong types, nan and inf are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class ConsignmentTable(_Table):
    """What is moved."""

    load_unit: Literal["TEU", "FEU", "wagon", "truck", "tonne"]
    """Unit in which it is counted and paid for."""
    count: int = Field(ge=1)
    """How many load units. [1]"""
    tonnes: float = Field(gt=0)
    """Cargo in all of them together, without the boxes. [t]"""
    commodity: Literal["general", "grain", "perishable"]
    """Kind of cargo; selects the value of time and some rates."""
    value_usd: float = Field(ge=0)
    """Value of the cargo in all of them together. [USD]"""
    rail_service: Literal["block_train", "wagonload"]
    """How it travels on rails."""


class ProjectsTable(_Table):
    """Projects settled by name; all others open in their best year."""

    open: dict[Name, Opening] = Field(default_factory=dict)
    """Opening year by project_id, or true: open on the date of the scenario."""
    held: Names = ()
    """Projects (project_id) that stay unbuilt whatever their year."""

    @model_validator(mode="after")
    def _not_both(self) -> Self:
        both = [project for project in self.held if project in self.open]
        if both:
            raise ValueError(f'"{both[0]}" stands in open and in held; take one out')
        return self


class Assumption(_Table):
    """State of a closure that is unknown on the date of the scenario."""

    event: Name | None = None
    """Event of closures.csv; settles all its rows."""
    closure: Name | None = None
    """One row of closures.csv."""
    state: Literal["open", "shut", "restricted"]
    """State assumed; restricted = with the share open that the row gives."""
    why: str = Field(min_length=1)
    """The reasoning; it is printed on every table and picture."""

    @model_validator(mode="after")
    def _one_subject(self) -> Self:
        if (self.event is None) == (self.closure is None):
            raise ValueError("name either an event or a closure")
        return self


def _month_of_date(checked: dict[str, Any]) -> int:
    return checked["date"].month if "date" in checked else 1


class Scenario(_Table):
    """One question, ready for the model."""

    name: Name
    """Name of the scenario, as in every table it leads to."""
    title: str = Field(min_length=1)
    """Heading of pictures and reports."""
    question: str = Field(min_length=1)
    """What the scenario asks, in one or two sentences."""
    base: str | None = None
    """Scenario (name or file) that this one is laid over."""
    date: dt.date
    """Day the cargo is handed over; decides which lines exist and which borders are shut."""
    origins: Names = Field(min_length=1)
    """Places the cargo starts from (node_id)."""
    destinations: Names = Field(min_length=1)
    """Places it goes to (node_id)."""
    terms: Literal["consignee", "fob", "transit_import"] = "consignee"
    """consignee: handed over in Pakistan; fob: on board at the port; transit_import: from ship, northbound."""
    corridors: Names = Field(min_length=1)
    """Corridors compared (catalogue)."""
    month: int = Field(default_factory=_month_of_date, ge=1, le=12)
    """Month of departure; that of the date unless given. [1]"""
    departures: Literal["month", "year"] = "month"
    """Whether cargo leaves in the month given, or in any month of the year alike."""
    deadline_days: float | None = Field(default=None, gt=0)
    """Time within which the cargo is on time; without it no odds of being on time are given. [day]"""
    consignment: ConsignmentTable
    projects: ProjectsTable = ProjectsTable()
    project_length: dict[Name, Annotated[float, Field(gt=0)]] = Field(default_factory=dict)
    """Length by project_id, instead of drawing it. [km]"""
    project_gauge: dict[Name, Gauge] = Field(default_factory=dict)
    """Gauge on which the rails of a project are laid, by project_id, instead of that of its rows; dual = 1435 and 1520. [mm]"""
    assume: tuple[Assumption, ...] = Field(default=(), strict=False)
    """States that nobody knows on the date, settled in the open."""
    exchange: dict[Name, bool] = Field(default_factory=dict)
    """By road crossing (crossing_id): true if the truck must be changed there, false if it drives through."""
    set: dict[str, Annotated[float, Field(ge=0)]] = Field(default_factory=dict)
    """Number by parameter_id.field (low, best, high or cv), laid over parameters.csv."""
    rows: tuple[str, ...] = Field(default=(), strict=False)
    """CSV or XLSX files of rows laid over the shipped tables; paths are relative to the scenario file."""
    draws: int = Field(default=4096, ge=1)
    """Samples of everything uncertain. [1]"""
    seed: int = Field(default=1, ge=0)
    """Key of the random streams. [1]"""
    replicates: int = Field(default=1, ge=1)
    """Independent repetitions, for the Monte Carlo error. [1]"""
    precision_percent: float | None = Field(default=None, gt=0)
    """Draw on until the Monte Carlo error of every P50 and P90 is below this share of it. [%]"""
    shocks: bool = False
    """Whether closures that have not happened yet are drawn (closure_rate and closure_days rows)."""

    _file: str = PrivateAttr(default="scenario")

    @property
    def file(self) -> str:
        """Name of the file it was read from, for error messages."""
        return self._file

    def named_after(self, file: str) -> "Scenario":
        """Return the scenario itself, with the name of the file that it was read from."""
        self._file = file
        return self

    @property
    def opened(self) -> dict[str, int]:
        """Opening year of each project opened by name; true stands for the year of the date."""
        return {project: self.date.year if year is True else year for project, year in self.projects.open.items()}

    @property
    def gauges(self) -> dict[str, tuple[int, ...]]:
        """Gauges of projects laid by the scenario's choice. [mm]"""
        return {project: DUAL if gauge == "dual" else (gauge,) for project, gauge in self.project_gauge.items()}

    @field_validator("set")
    @classmethod
    def _fields_of_rows(cls, figures: dict[str, float]) -> dict[str, float]:
        for key in figures:
            stem, _, field = key.rpartition(".")
            if not stem or field not in PARAMETER_FIELDS:
                raise ValueError(
                    f'"{key}" names no field of a parameter row; allowed parameter_id.{", .".join(PARAMETER_FIELDS)}'
                    f"{nearest(field, PARAMETER_FIELDS)}"
                )
        return figures

    @model_validator(mode="after")
    def _places_differ(self) -> Self:
        for key in ("origins", "destinations", "corridors"):
            names = getattr(self, key)
            twice = [name for name in names if names.count(name) > 1]
            if twice:
                raise ValueError(f'{key} lists "{twice[0]}" twice')
        same = [place for place in self.origins if place in self.destinations]
        if same:
            raise ValueError(f'"{same[0]}" is origin and destination; take one out')
        return self


_KEYS = {
    "": list(Scenario.model_fields),
    "consignment": list(ConsignmentTable.model_fields),
    "projects": list(ProjectsTable.model_fields),
    "assume": list(Assumption.model_fields),
}
"""Right keys of each table, "" for the top level."""


def read_scenario(
    name_or_path: str | Path, overrides: "list[str] | tuple[str, ...]" = (), *, rows: "Iterable[str | Path]" = ()
) -> Scenario:
    """Read a scenario, lay it over its base, lay switches over both, and check it.

    Parameters
    ----------
    name_or_path
        Name of a shipped scenario, or a TOML file.
    overrides
        List of switches ``"key=value"``: ``parameter_id.field=4.2`` (``best`` alone is a known value: nothing of the row is
        drawn any more), or a key of the scenario such as ``consignment.tonnes=24``, ``projects.open.uap=2034``,
        ``origins=almaty1``, ``corridors=iran-road,uap-ml2`` or ``draws=256`` for a quick try.
    rows
        List of CSV or XLSX files of rows of your own, laid over ours after those that the scenario names.

    Returns
    -------
    Scenario
        Checked by itself; see :func:`check` for the names it uses.

    Raises
    ------
    ScenarioError
        If the file cannot be read or says something that cannot be meant.

    Examples
    --------
    >>> read_scenario("both-open", ["consignment.tonnes=24"]).consignment.tonnes
    24.0
    """
    if not isinstance(name_or_path, (str, Path)):
        raise ScenarioError(
            f'read_scenario: found {told(name_or_path)}; allowed the name of a scenario ("both-open") or a TOML file'
        )
    path = find_scenario(name_or_path)
    shipped = read_over_base(path)
    values = set_switches(shipped, names_in(overrides, "overrides", "draws=256"), _KEYS)
    if values.get("date") != shipped.get("date") and values["title"] == shipped["title"]:
        values["title"] = f"{shipped['title']} (date set to {values.get('date')})"  # a title may name its day
    own = given_row_files(names_in(rows, "rows", "my-rates.csv"))
    if own and isinstance(values.get("rows", []), list):
        values["rows"] = [*values.get("rows", []), *own]
    place = path.name if not overrides else f"{path.name} with --set"
    try:
        return Scenario.model_validate(values).named_after(path.name)
    except ValidationError as error:
        raise ScenarioError(explain(error, place, _KEYS) + _place_meant(error)) from error


def _place_meant(error: ValidationError) -> str:
    """Offer the nearest place where one is written as no key is, say with a capital or a blank."""
    for finding in error.errors(include_url=False):
        if finding["type"] == "string_pattern_mismatch" and finding["loc"][0] in ("origins", "destinations"):
            from geodata.network import read_network

            return nearest(finding["input"], read_network().nodes)
    return ""


def check(scenario: Scenario, network: "Network", catalogue: "Mapping[str, Corridor]") -> None:
    """Refuse a scenario that names what the network or the catalogue does not have.

    Parameters
    ----------
    scenario
        What was read.
    network
        The whole network, before it is cut to a date.
    catalogue
        Named corridors.

    Raises
    ------
    ScenarioError
        Naming key, found name and nearest right name.
    """
    for key, found, right in _names(scenario, network, catalogue):
        for name in found:
            if name not in right:
                allowed = f"; allowed {', '.join(sorted(right))}" if len(right) <= 30 else ""
                raise ScenarioError(f'{scenario.file}, key {key}: there is no "{name}"{nearest(name, right)}{allowed}')
    _check_gauges(scenario, network)


def _check_gauges(scenario: Scenario, network: "Network") -> None:
    """Refuse a gauge that no rail of the tables has."""
    if not scenario.project_gauge:
        return
    known = {gauge for link in network.links.values() for gauge in link.gauges}
    for project, gauges in scenario.gauges.items():
        if not known.issuperset(gauges):
            allowed = ", ".join(str(gauge) for gauge in sorted(known))
            raise ScenarioError(
                f"{scenario.file}, key project_gauge.{project}: found {scenario.project_gauge[project]}; "
                f"allowed {allowed} [mm] or dual"
            )


def _railways(scenario: Scenario, network: "Network") -> set[str]:
    """Projects with rails; looked for only where a gauge is chosen."""
    return {name for name in network.projects if rail_gauges(network, name)} if scenario.project_gauge else set()


def _names(
    scenario: Scenario, network: "Network", catalogue: "Mapping[str, Corridor]"
) -> "list[tuple[str, Iterable[str], Collection[str]]]":
    """List what a scenario names: the key, the names found there, the right names."""
    roads = {name for name, crossing in network.crossings.items() if crossing.mode == "road"}
    events = {closure.event_id for closure in network.closures.values()}
    return [
        ("origins", scenario.origins, network.nodes),
        ("destinations", scenario.destinations, network.nodes),
        ("corridors", scenario.corridors, catalogue),
        ("projects.open", scenario.projects.open, network.projects),
        ("projects.held", scenario.projects.held, network.projects),
        ("project_length", scenario.project_length, network.project_km),
        ("project_gauge", scenario.project_gauge, _railways(scenario, network)),
        ("assume.event", [entry.event for entry in scenario.assume if entry.event], events),
        ("assume.closure", [entry.closure for entry in scenario.assume if entry.closure], network.closures),
        ("exchange", scenario.exchange, roads),
        *(
            (f"corridors, places of {name} in the catalogue", sorted(catalogue[name].places), network.nodes)
            for name in scenario.corridors
            if name in catalogue
        ),
    ]


def schema_text() -> str:
    """JSON Schema of a scenario file, as shipped in ``data/scenario.schema.json``."""
    return json.dumps(Scenario.model_json_schema(), indent=1, ensure_ascii=False) + "\n"
