"""What happens to the cargo, how long it takes and how dear it is.

The middle room of the house: it reads facts of place from :mod:`geodata`, adds the assumptions about
cargo that stand in ``sim/data/parameters.csv``, unfolds a network into activities, finds ways through
them and carries each way through every draw. It knows nothing of scenarios, corridors or pictures.
"""
