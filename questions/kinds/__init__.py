"""Contain one module for each kind of question, with its `KIND`. See docs/question-kinds.md."""
