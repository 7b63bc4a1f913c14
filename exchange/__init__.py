"""Import and export questions in Moodle XML, GIFT and QTI 2.1. See docs/question-exchange.md.

A reader converts a file to a `ParsedFile` of format-neutral questions (`questions`). `question_merge` merges each of them with
the stored question, `import_plan` lists what would change, and `importing` executes the plan. Records, steps and writers are
those of `course_files`.
"""
