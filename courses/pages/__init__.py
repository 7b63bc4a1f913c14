"""Show the pages of courses for students. The pages for staff are in `courses.admin.pages`."""
