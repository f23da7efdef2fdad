"""Guides: documents to download and useful links.

Owns `guide`; the programme reads the view `published_guide`.
"""
