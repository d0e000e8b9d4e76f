"""What is kept: the pipeline's schema and the tax systems it reads. The only place that runs SQL."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from relances.store.migration import migrate

__all__ = ["migrate"]


def __getattr__(name: str) -> object:
    # Alembic takes longer to read than all the rest, and every command and task reads this package.
    if name == "migrate":
        from relances.store.migration import migrate  # noqa: PLC0415

        return migrate
    raise AttributeError(name)
