"""A real Asterisk to try everything on: a PBX and a carrier, joined by a SIP trunk on the loopback interface."""
