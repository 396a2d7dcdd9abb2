"""Parity: the text of an Expert Advisor, replayed on bars, against the engines, deal by deal."""
