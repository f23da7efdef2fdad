"""Territories: the communes, EPCI, départements and régions that organisations are chosen from.

Owns no table: the list and the map are files, made by `scripts/territories.py`.
"""
