"""Letters: which e-mails there are, and what an organiser says in them instead of us.

Owns `letter_text`. Who gets a letter, and with which values, is for the slices above.
"""
