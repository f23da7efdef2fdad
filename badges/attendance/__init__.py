"""Attendance: who was there, when, at which session, and who is in the building now."""
