"""Built-in encoder plugins, an encoder a file."""
