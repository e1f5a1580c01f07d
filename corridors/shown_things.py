"""A project or a place in words, with what each figure rests on, for ``corridors show``.

Nothing is computed here: figures and their evidence are those of ``projects.csv`` and ``nodes.csv``. What is not in the
tables is said to be unknown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geodata.elements import Project

FIGURES = {"length_km": ("length", "km"), "opening_year": ("opening", ""), "capital_usd_bn": ("capital cost", "bn USD")}
"""Contested figures of a project: column, in words, unit."""


def show_project(name: str) -> str | None:
    """Project in words; None where there is none of that name."""
    from geodata.network import read_network

    project = read_network().projects.get(name)
    if project is None:
        return None
    lines = [
        f"{project.project_id}: {project.name} ({', '.join(project.countries)}; {project.status.replace('_', ' ')})",
        *(line for column in FIGURES for line in _figure(project, column)),
        f"  state: {project.state} (as of {project.as_of.isoformat()})",
    ]
    if project.note:
        lines.append(f"  note: {project.note}")
    lines.append(f"  sources: {project.source.replace(';', ', ')}")
    lines.append(f"what stands before the first train: corridors readiness {project.project_id}")
    return "\n".join(lines)


def _figure(project: Project, column: str) -> list[str]:
    """One contested figure, and the published value behind each of its ends."""
    from corridors.citations import published_ends

    words, unit = FIGURES[column]
    figure = getattr(project, column)
    if figure is None:
        return [f"  {words}: unknown"]
    prices = f", prices of {project.price_year}" if column == "capital_usd_bn" and project.price_year else ""
    low, best, high = (f"{value:.0f}" if column == "opening_year" else f"{value:,.10g}" for value in figure)
    lines = [f"  {words}: low {low}, best {best}, high {high} {unit}".rstrip() + prices]
    for end, found, source in published_ends(project.evidence.get(column, ())):
        lines.append(
            f"    {end}: {as_printed(found)}, {found['as_of']} "
            f"({source.get('title', found['source_id'])}, grade {source.get('grade', '?')})"
        )
    return lines


def as_printed(evidence: Mapping[str, Any]) -> str:
    """Published value as printed; its unit is added where the value is figures alone.

    Examples
    --------
    >>> as_printed({"published_value": "780 - 71", "published_unit": "km"})
    '780 - 71 km'
    >>> as_printed({"published_value": "~USD 7 bn", "published_unit": "USD bn"})
    '~USD 7 bn'
    """
    value = str(evidence["published_value"])
    return value if any(letter.isalpha() for letter in value) else f"{value} {evidence['published_unit']}".rstrip()


def show_place(name: str) -> str | None:
    """Place in words, and the lines that meet there; None where there is none of that name."""
    from geodata.network import read_network

    network = read_network()
    node = network.nodes.get(name)
    if node is None:
        return None
    ends = [(link, {link.from_node_id, link.to_node_id}) for link in network.links.values()]
    meets = [(link, (both - {name}).pop()) for link, both in ends if name in both and len(both) > 1]
    lines = [f"{node.node_id}: {node.name} ({node.kind}, {node.country}); {node.lat:.3f} N, {node.lon:.3f} E"]
    for link, other in sorted(meets, key=lambda pair: (pair[0].mode, pair[1])):
        gauge = f" {'/'.join(map(str, link.gauges))} mm" if link.gauges else ""
        state = "" if link.status == "operational" else f", {link.status.replace('_', ' ')}"
        lines.append(f"  {link.mode}{gauge} to {other}: {link.length_km:,.1f} km{state} ({link.link_id})")
    for crossing in network.crossings.values():
        both = {crossing.from_node_id, crossing.to_node_id}
        if name in both:
            state = "" if crossing.status == "operational" else f", {crossing.status.replace('_', ' ')}"
            other = (both - {name}).pop()
            lines.append(f"  {crossing.mode} over the border to {other}{state} ({crossing.crossing_id})")
    return "\n".join(lines)
