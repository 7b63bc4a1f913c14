"""Show staff the pages of quizzes that are not forms of one row."""
