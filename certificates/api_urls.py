"""Route the API addresses of certificates."""

from certificates import api
from common.api.routing import route

urlpatterns = [
    route("certificates", api.CertificateList.as_view(), "api-certificate-list"),
    route("certificates/<uuid:uuid>", api.CertificateDetail.as_view(), "api-certificate"),
    route("certificates/<uuid:uuid>/files/<slug:language>", api.CertificatePDF.as_view(), "api-certificate-pdf"),
]
