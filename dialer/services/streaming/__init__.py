"""The live stream of a campaign: its counts as they change, and each call that has ended, once."""
