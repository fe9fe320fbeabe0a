"""The web page over an engine. Imports Gradio: a few seconds."""

from qaengine.demo.layout import build, launch
from qaengine.demo.page import Asked, Page

__all__ = ["Asked", "Page", "build", "launch"]
