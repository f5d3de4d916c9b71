"""`dialer doctor`: what is wrong with the surroundings, in plain words, and how to mend it."""
