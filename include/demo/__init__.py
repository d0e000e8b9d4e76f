"""A made-up ``etaxe`` database: the tax application's tables, filled as dirty as real ones."""

from demo.chargement import DatabaseNotEmptyError, create_base_fictive
from demo.journee import add_collections

__all__ = ["DatabaseNotEmptyError", "add_collections", "create_base_fictive"]
