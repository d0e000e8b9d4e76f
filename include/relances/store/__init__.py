"""What is kept: the pipeline's schema and the tax systems it reads. The only place that runs SQL."""

from relances.store.migration import migrate

__all__ = ["migrate"]
