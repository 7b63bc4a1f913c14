"""One module for each kind of question; `quizzes.questions` finds it by its `KIND`. See docs/question-kinds.md."""
