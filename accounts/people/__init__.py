"""Find people, for the lists and searches of the staff."""
