"""Import and export graded quizzes and lesson checks. The terms are those of `course_files.course`.

The keys of the records are ("quiz", slug of the activity) and ("question", slug of the activity, key of the question).
A lesson check has the slug of its lesson. A question's record contains its choices or its accepted answers.
"""
