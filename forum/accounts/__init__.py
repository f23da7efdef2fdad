"""Accounts of the organiser's team: sign-in links, passkeys, web sessions, roles by edition.

Owns `account`, `membership`, `sign_in_link`, `sign_in_request`, `web_session`, `passkey` and
`passkey_challenge`.
"""
