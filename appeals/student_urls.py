"""Route the students' page of appeals."""

from django.urls import path

from appeals.pages import student

app_name = "appealing"

urlpatterns = [path("<uuid:uuid>/questions/<uuid:question>/appeal/", student.appeal, name="appeal")]
