"""The admin of quizzes, for staff. Importing the package registers every admin class.

`pages` has the staff pages that are not forms of one row. The pages for students are in `quizzes.taking.pages`.
"""

from quizzes.admin import attempts, quizzes, regrades

__all__ = ["attempts", "quizzes", "regrades"]
