"""A plugin for qaengine: a task about the colours of coats, and an encoder by convolution."""
