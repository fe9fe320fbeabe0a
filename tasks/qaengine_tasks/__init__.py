"""Built-in task plugins, a task a file."""
