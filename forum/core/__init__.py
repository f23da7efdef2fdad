"""What every package stands on; it knows the edition in hand and who asks, nothing more."""
