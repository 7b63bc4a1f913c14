"""Import and export a course's outline, lessons, glossary and assets.

Terms used here and in `course_files.quizzes`:

- record: one unit that an import compares. It has a key (a tuple of words) and fields (a mapping that JSON can hold).
- parsed course: the records read from the files of a folder (`parsing`, `ParsedCourse`).
- stored course: the records read from the database (`stored`, `StoredCourse`). Equal records mean equal courses.
- step: the decision about one record, made by `course_files.merging`.
- course writer: executes the steps on the rows of the database (`saving`, `CourseWriter`).

`exporting` turns records into files. The keys of a course's records:

    ("course",)  ("module", slug)  ("activity", slug)  ("edition", slug, language)  ("term", key)  ("asset", name)
"""
