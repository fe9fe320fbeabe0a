"""A plugin for qaengine: a task about the colours of coats, an encoder, a memory."""
