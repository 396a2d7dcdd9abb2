"""Bars as commands read and show them."""
