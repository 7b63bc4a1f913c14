"""What the readers and writers of all formats share: a question in one language, its values and its gaps."""
