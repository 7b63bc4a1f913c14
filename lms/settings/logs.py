"""Configure logging."""

import structlog

from accounts.own_account.masking import mask_links
from lms.settings.environment import PRODUCTION, env

LOG_JSON = env.bool("BAEUM_LOG_JSON", default=PRODUCTION)
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.filter_by_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.format_exc_info,
        mask_links,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "structured": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processor": (
                structlog.processors.JSONRenderer(ensure_ascii=False)
                if LOG_JSON
                # By default structlog formats tracebacks with rich if it is installed. The dev packages bring it. It prints the
                # local variables, passwords among them, and takes seconds of processor time for one refused request.
                else structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
            ),
            "foreign_pre_chain": [
                structlog.contextvars.merge_contextvars,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.stdlib.add_logger_name,
                structlog.stdlib.add_log_level,
                mask_links,
            ],
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
    "root": {"handlers": ["stderr"], "level": env.str("BAEUM_LOG_LEVEL", default="INFO")},
    "loggers": {
        # It names each of its readers for each bounce.
        "flufl.bounce": {"level": "WARNING"},
        # It writes one line for each request, which takes longer than some pages do.
        "django_structlog": {"level": env.str("BAEUM_ACCESS_LOG_LEVEL", default="INFO" if PRODUCTION else "WARNING")},
        # Otherwise kombu warns that the filesystem broker has no host name.
        "kombu": {"level": "ERROR"},
        "celery": {"level": env.str("BAEUM_CELERY_LOG_LEVEL", default="WARNING")},
    },
}
