"""Register the translated columns of courses (django-modeltranslation)."""

from modeltranslation.translator import TranslationOptions, register

from courses.models import Activity, Course, GlossaryTerm, Module


@register(Course)
class CourseTranslation(TranslationOptions):
    fields = ("title", "summary")


@register(Module)
class ModuleTranslation(TranslationOptions):
    fields = ("title",)


@register(Activity)
class ActivityTranslation(TranslationOptions):
    fields = ("title",)


@register(GlossaryTerm)
class GlossaryTermTranslation(TranslationOptions):
    fields = ("term", "definition")
