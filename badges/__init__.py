"""Tickets, badges and the doors."""
