"""Read questions from tables: CSV and XLSX, one question a row. See docs/question-exchange.md."""
