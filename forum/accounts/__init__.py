"""Accounts of the organiser's team: sign-in links, web sessions, roles by edition.

Owns `account`, `membership`, `sign_in_link` and `web_session`.
"""
