"""Registrations: from the public form to a place, a turn on the waiting list, or a cancellation.

Owns `registration` and `consent`; packages below read the view `attendee`.
"""
