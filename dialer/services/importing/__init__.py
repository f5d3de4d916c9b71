"""Call lists: a file comes in, its rows become contacts, or refusals with line number and reason."""
