"""Read files of students: from the bytes to a table, and from its rows to people."""
