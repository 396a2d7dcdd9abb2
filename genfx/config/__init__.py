"""Config files: their sections, and a file read and checked as a whole."""
