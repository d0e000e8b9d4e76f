"""A made-up ``etaxe`` database: the tax application's tables, filled as dirty as real ones."""

from relances.local.base_fictive.chargement import DatabaseNotEmptyError, create_base_fictive

__all__ = ["DatabaseNotEmptyError", "create_base_fictive"]
