"""Benchmarks: figures to read, never tests."""
