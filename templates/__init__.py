"""Jinja templates: Expert Advisors, stand-alone Python, reports. No decisions about a strategy are made here."""
