"""Limits of numbers that configs and options take: a module of its own, because it loads at once.

They are far beyond any use: within them, sums and products stay exact or at least finite.
"""

from __future__ import annotations

MOST_POINTS = 10**9
MOST_MONEY = 1e12  # cents of it are exact
MOST_COMMISSION = 1e9
MOST = 10**9  # of anything that is counted in time
