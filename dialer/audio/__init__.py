"""Recordings, turned into what every Asterisk plays."""
