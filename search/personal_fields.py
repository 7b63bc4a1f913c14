"""Classify the fields of the search: see `accounts.personal_data`. An index has texts of courses only."""

from accounts.personal_data.registry import describe

describe("search.CourseIndex", other="id course language revision digest title_count words")
describe("search.Passage", other="id index place kind activity heading language text")
describe("search.Grams", other="id index bucket entries")
