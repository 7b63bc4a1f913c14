"""What the figures of all quizzes say in short: kept for each quiz, and shown on the first page of staff."""
