"""What is sent and answered: a module for each; import them from there, so that no more is loaded than is used."""
