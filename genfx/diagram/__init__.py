"""Strategies as diagrams of boxes and wires."""
