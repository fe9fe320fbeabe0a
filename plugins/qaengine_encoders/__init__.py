"""Built-in encoder plugins, a family a file."""
