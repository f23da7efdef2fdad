"""Conflicts at the doors: explained, and settled by organisers."""
