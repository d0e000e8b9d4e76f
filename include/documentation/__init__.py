"""The reference pages, made of the code: ``python -m documentation`` writes all of them in ``docs/reference``."""
