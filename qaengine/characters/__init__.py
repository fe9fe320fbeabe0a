"""A small language model of characters, and a look at its cells and gates.

Read in this order: `alphabet`, `books`, `network`, `signals`, `training`, `cells`, `generation`.
"""
