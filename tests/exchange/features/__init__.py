"""What each format keeps of a question when it is read and written. docs/question-exchange.md has a table made of these rows."""
