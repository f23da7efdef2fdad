"""Papers of presence: sign-in sheets, lists for the desk, who is in the house."""
