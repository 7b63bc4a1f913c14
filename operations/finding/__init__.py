"""Find where a text of a person stands: in tables, files, logs and mails."""
