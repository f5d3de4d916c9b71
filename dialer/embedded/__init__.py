"""PostgreSQL and Redis for one machine, from wheels or from PATH: for the one-command start and for tests."""
