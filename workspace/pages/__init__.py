"""Show the pages on which instructors write a course. They are pages of the admin."""
