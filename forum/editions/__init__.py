"""Editions: one holding of the forum, its categories, places, dates and consents.

Owns `edition`, `category` and `consent_purpose`; packages below read the view `attendee_category`.
"""
