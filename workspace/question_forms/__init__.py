"""Forms in which instructors write questions: one for each question kind, without JSON.

A *question record* is the dict that `course_files.quizzes` reads from files and rows. `question_form` shows a record as a
form and turns what a browser sends back into a record. It works without JavaScript: rows are added, moved and removed by
submit buttons, and the form is shown again with nothing lost. Nothing in this package reads or writes a table.
"""

from workspace.question_forms.form import QuestionForm
from workspace.question_forms.registry import question_form

__all__ = ["QuestionForm", "question_form"]
