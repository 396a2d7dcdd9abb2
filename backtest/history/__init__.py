"""Files of bars: every export a trader has, read strictly, stored with a hash."""
