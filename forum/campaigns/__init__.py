"""Campaigns: what organisers write to those whom a filter reaches, at a rate, and its record.

Owns `campaign` and `campaign_recipient`. The set is fixed as a campaign starts; the worker hands
one e-mail after another to the outbox.
"""
