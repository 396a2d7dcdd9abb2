"""Floor 1, the strategy language: kinds, node types with their kernels, graph, parser, printer."""
