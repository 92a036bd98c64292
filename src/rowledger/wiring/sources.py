"""The sources of a file on this machine."""

from pathlib import Path

from rowledger.functions.adapters.cron import CronSchedules
from rowledger.operations.adapters.yaml_documents import read_yaml
from rowledger.operations.services.source_files import SourcesFile, sources_in


def read_sources(path: Path) -> SourcesFile:
    """Read sources.yaml; raise MistakesError where it is refused, OSError where it is not there."""
    return sources_in(path.read_bytes(), read_yaml, CronSchedules())
