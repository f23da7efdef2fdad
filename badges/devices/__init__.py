"""Devices: phones and scanners at the doors, what each may do, and what it is shown."""
