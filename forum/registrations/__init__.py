"""Registrations: from the public form to a confirmed place, a turn on the waiting list, or a cancellation.

Owns `registration` and `consent`; packages below read the view `attendee`.
"""
