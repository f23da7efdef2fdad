"""Invitations: codes that open a category, keep places, or let in past approval or the limits.

Owns `invitation`.
"""
