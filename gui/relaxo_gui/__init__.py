"""The desktop app: a window over `relaxo`, and nothing that computes."""
