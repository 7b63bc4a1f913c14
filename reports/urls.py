"""Route the pages of reports. They are below the admin's address."""

from django.urls import path

from reports.pages import cells, completion, exports, gradebook, grades, stuck, weights
from reports.release import page as release_page

app_name = "reports"

urlpatterns = [
    path("<slug:slug>/gradebook/", gradebook.table, name="gradebook"),
    path("<slug:slug>/gradebook/weights/", weights.weights, name="weights"),
    path("<slug:slug>/gradebook/release/", release_page.release, name="release"),
    path("<slug:slug>/gradebook/<uuid:enrolment_uuid>/", grades.of_student, name="student"),
    path("<slug:slug>/gradebook/<uuid:enrolment_uuid>/<slug:activity_slug>/", cells.cell, name="cell"),
    path("<slug:slug>/stuck/", stuck.stuck, name="stuck"),
    path("<slug:slug>/completion/", completion.report, name="completion"),
    path("<slug:slug>/exports/", exports.export_list, name="exports"),
    path("<slug:slug>/exports/<uuid:uuid>/", exports.export, name="export"),
    path("<slug:slug>/exports/<uuid:uuid>/file/", exports.download, name="export-file"),
]
