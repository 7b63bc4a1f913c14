"""Read QTI 1.2, which has little in common with QTI 2. See docs/question-exchange.md."""
