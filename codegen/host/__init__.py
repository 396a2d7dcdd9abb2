"""Runs the text of emitted Expert Advisors: grammar, translation to C++, runtime, replay."""
