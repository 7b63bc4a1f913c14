"""What was announced to a student, as a page and through the API."""
