"""Speakers of the programme: asked, answering, and keeping their own profile by a link.

Above `schedule`, whose draft holds them, and `forum.registrations`, where they get their badge.
"""
