"""Built-in memory plugins, a paper a file."""
