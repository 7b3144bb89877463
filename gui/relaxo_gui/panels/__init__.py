"""The panels of the window, one a step of the work; none knows another."""
