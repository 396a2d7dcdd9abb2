"""The text forms of strategies: grammar, syntax tree, lowering to the graph, printing."""
