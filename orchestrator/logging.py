"""One manner of logging for every process: structlog, JSON for machines or a console for people, with the libraries' own records in the same stream.
Logs hold ids only, never a name, an address or free text."""

import logging
import sys

import structlog

from orchestrator.settings import LogFormat

_TRACEBACKS = structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False))
"""Local variables stay out of tracebacks, of either form: they may hold a person's name or address."""

_NOISY = ("httpx", "httpcore", "temporalio.worker", "uvicorn.access")


def configure(log_format: LogFormat, *, level: int = logging.INFO) -> None:
    """Send every record of this process to standard error in the given form. Calling it again replaces the earlier configuration."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,  # a test or a command may configure again
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=_render(log_format)))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _NOISY:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))


def _render(log_format: LogFormat) -> list[structlog.typing.Processor]:
    strip = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    match log_format:
        case LogFormat.JSON:
            return [strip, _TRACEBACKS, structlog.processors.JSONRenderer()]
        case LogFormat.CONSOLE:
            return [strip, structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)]
