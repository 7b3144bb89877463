"""Regression of rates on concentration, and the reference agents to compare with."""
