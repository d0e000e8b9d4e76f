"""A made-up ``etaxe`` database: the tax application's tables, filled as dirty as real ones."""

from relances.local.base_fictive.chargement import DatabaseNotEmptyError, create_base_fictive
from relances.local.base_fictive.journee import add_collections

__all__ = ["DatabaseNotEmptyError", "add_collections", "create_base_fictive"]
