"""Figures, tables and files that leave."""
