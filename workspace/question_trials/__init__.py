"""Try a question that is not saved: it is shown as a student answers it, and graded. Nothing is stored."""

from workspace.question_trials.trial import Trial, try_it

__all__ = ["Trial", "try_it"]
