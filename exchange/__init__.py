"""Import and export of questions in Moodle XML, GIFT and QTI 2.1. See docs/question-exchange.md."""
