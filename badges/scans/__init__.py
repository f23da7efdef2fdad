"""Scans: taken in, decided, stored, listed."""
