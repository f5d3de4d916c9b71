"""The whole dialer on one machine, as processes."""
