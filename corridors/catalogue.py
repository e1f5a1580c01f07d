"""Named corridors: each entry pins one way through the network.

A corridor is an ordered list of stages. A stage says which modes it may use, which countries it may cross, which
places it must pass in order (``via``) and where it ends (``to``); the next stage begins there, and the last one ends at
the destination. Inside these bounds the way is found by ordinary search, so a corridor names a way without fixing
every station: the same entry serves an origin by the Caspian shore and one under the Tien Shan.

Some ways end differently at another port (no railway reaches Gwadar before the line from Mastung is built), so an entry may
give the stages of one destination apart: ``[corridor.X.to.gwadar]``. A place that a way does not serve stands with its reason
under ``[corridor.X.not_to]``; a study then says so, and looks for no way that would make no sense.

What a catalogue leaves out: dates, prices and whether a border is open. Those are rows elsewhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as checked

from corridors.toml_files import ScenarioError, explain, nearest, read_toml

CATALOGUE_FILE = Path(__file__).with_name("data") / "catalogue.toml"

Mode: TypeAlias = Literal["rail", "road", "sea", "ferry"]
Vehicle: TypeAlias = Literal["wagon", "trailer", "rigid", "vessel"]


@checked(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class Stage:
    """One part of a way, between two changes of rule.

    Parameters
    ----------
    modes
        Modes the cargo may travel by.
    countries
        Countries it may cross, ISO 3166-1 alpha-2, ``XZ`` at sea; empty = any.
    via
        Places it must pass, in order (``node_id``).
    to
        Place where the stage ends; empty in the last stage, which ends at the destination.
    vehicles
        Vehicles it may use; empty = any that the load unit allows.
    """

    modes: tuple[Mode, ...] = Field(min_length=1)
    countries: tuple[str, ...] = ()
    via: tuple[str, ...] = ()
    to: str = ""
    vehicles: tuple[Vehicle, ...] = ()


@checked(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class _Variant:
    """Stages that hold for one destination only."""

    stages: tuple[Stage, ...] = Field(min_length=1)


@checked(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class _Entry:
    """One ``[corridor.X]`` table as it stands in the file."""

    name: str = Field(min_length=1)
    why: str = Field(min_length=1)
    stages: tuple[Stage, ...] = Field(min_length=1)
    avoid: tuple[str, ...] = ()
    to: dict[str, _Variant] = Field(default_factory=dict)
    not_to: dict[str, Annotated[str, Field(min_length=1)]] = Field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Corridor:
    """A named way.

    Parameters
    ----------
    corridor_id
        Name used in scenarios and tables.
    name
        The same in words.
    why
        Why it is compared and what pins it.
    stages
        The way, stage by stage, to any destination not named in `to`.
    avoid
        Places it may not pass (``node_id``).
    to
        Stages to one destination, where they differ.
    not_to
        Why the way does not serve a destination, by destination.
    """

    corridor_id: str
    name: str
    why: str
    stages: tuple[Stage, ...]
    avoid: tuple[str, ...] = ()
    to: dict[str, tuple[Stage, ...]] = field(default_factory=dict)
    not_to: dict[str, str] = field(default_factory=dict)

    def stages_to(self, destination: str) -> tuple[Stage, ...]:
        """Stages of the way to `destination` (``node_id``)."""
        return self.to.get(destination, self.stages)

    @property
    def places(self) -> frozenset[str]:
        """Every place the entry names (``node_id``)."""
        stages = [*self.stages, *(stage for variant in self.to.values() for stage in variant)]
        named = {place for stage in stages for place in (*stage.via, stage.to) if place}
        return frozenset(named | set(self.avoid) | set(self.to) | set(self.not_to))


def read_catalogue(path: str | Path | None = None) -> dict[str, Corridor]:
    """Read the named corridors.

    Parameters
    ----------
    path
        A catalogue file; the shipped one if none is given.

    Returns
    -------
    dict
        Corridor by ``corridor_id``, in the order of the file.

    Raises
    ------
    ScenarioError
        If a key is unknown, a stage has no mode, or a stage but the last has no end.

    Examples
    --------
    >>> read_catalogue()["turgundi-herat"].stages[0].to
    'herat'
    """
    path = Path(path or CATALOGUE_FILE)
    raw = read_toml(path)
    try:
        entries = TypeAdapter(dict[str, dict[str, _Entry]]).validate_python(raw)
    except ValidationError as error:
        raise ScenarioError(explain(error, path.name, _keys(raw))) from error
    if list(entries) != ["corridor"]:
        raise ScenarioError(f"{path.name}: tables are named [corridor.X]; found {', '.join(entries) or 'none'}")
    return {key: _corridor(key, entry, path.name) for key, entry in entries["corridor"].items()}


def find_corridor(corridor_id: str, catalogue: Mapping[str, Corridor]) -> Corridor:
    """Corridor of that name, or an error with the nearest one.

    Raises
    ------
    ScenarioError
        If the catalogue has no such corridor.
    """
    if corridor_id not in catalogue:
        raise ScenarioError(
            f'corridor "{corridor_id}" is not in the catalogue; allowed {", ".join(catalogue)}'
            f"{nearest(corridor_id, catalogue)}"
        )
    return catalogue[corridor_id]


def _corridor(corridor_id: str, entry: _Entry, file: str) -> Corridor:
    for place in entry.to:
        if place in entry.not_to:
            raise ScenarioError(f'{file}, corridor {corridor_id}: "{place}" stands in to and in not_to; take one out')
    for stages in (entry.stages, *(variant.stages for variant in entry.to.values())):
        for number, stage in enumerate(stages, start=1):
            last = number == len(stages)
            if last == bool(stage.to):
                mend = (
                    'take "to" out: the last stage ends at the destination' if last else 'say where it ends, to = "..."'
                )
                raise ScenarioError(f"{file}, corridor {corridor_id}, stage {number}: {mend}")
    return Corridor(
        corridor_id=corridor_id,
        name=entry.name,
        why=entry.why,
        stages=entry.stages,
        avoid=entry.avoid,
        to={place: variant.stages for place, variant in entry.to.items()},
        not_to=entry.not_to,
    )


def _keys(raw: dict[str, object]) -> dict[str, list[str]]:
    """Right keys of each table of this file, for the nearest name in an error."""
    entry, stage = ["name", "why", "stages", "avoid", "to", "not_to"], ["modes", "countries", "via", "to", "vehicles"]
    keys: dict[str, list[str]] = {}
    table = raw.get("corridor")
    for corridor_id in table if isinstance(table, dict) else ():
        keys |= {f"corridor.{corridor_id}": entry, f"corridor.{corridor_id}.stages": stage}
        value = table[corridor_id] if isinstance(table, dict) else {}
        for place in value.get("to", ()) if isinstance(value, dict) else ():
            keys |= {
                f"corridor.{corridor_id}.to.{place}": ["stages"],
                f"corridor.{corridor_id}.to.{place}.stages": stage,
            }
    return keys
