"""Who may do what in a course: the rules, and giving and taking roles."""
