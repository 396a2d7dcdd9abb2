"""All node types: importing this package fills the registry."""

from dsl.nodes import (  # noqa: F401
    arithmetic,
    averages,
    changes,
    channels,
    clock,
    comparison,
    constants,
    events,
    expert,
    functions,
    logic,
    oscillators,
    power,
    prices,
    ranges,
    sizing,
    volumes,
    votes,
)
