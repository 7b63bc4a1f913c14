"""Say on the first page of staff what waits for a person, which quizzes open and close, and what is published by itself."""
