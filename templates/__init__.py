"""Jinja templates: Expert Advisors, stand-alone Python, reports. They decide nothing."""
