"""Commands that ask a dialer's API, from any machine. They know its typed client, and nothing of what is behind it."""
