"""What we compare and show: the only door most users need.

>>> from corridors import read_scenario
>>> read_scenario("both-open").date.year
2032

The names below load on first use, so that ``import corridors`` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from corridors.catalogue import read_catalogue
    from corridors.charts import plot_profile
    from corridors.comparison import compare
    from corridors.difference import differences
    from corridors.maps import plot_map
    from corridors.scenario import read_scenario
    from corridors.study import run

__version__ = "0.1.0"

__all__ = [
    "__version__",
    "compare",
    "differences",
    "plot_map",
    "plot_profile",
    "read_catalogue",
    "read_scenario",
    "run",
]

_HOME = {
    "compare": "comparison",
    "differences": "difference",
    "plot_map": "maps",
    "plot_profile": "charts",
    "read_catalogue": "catalogue",
    "read_scenario": "scenario",
    "run": "study",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'corridors' has no attribute {name!r}")
    return getattr(import_module(f"corridors.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
