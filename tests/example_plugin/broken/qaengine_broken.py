"""A plugin that needs something which is not there."""

import a_module_that_nobody_installed  # noqa: F401
