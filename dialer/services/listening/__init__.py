"""Follow the calls of a PBX: its events become transitions, and answers lead to actions."""
