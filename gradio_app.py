"""The web page, where tools look for it: `python gradio_app.py` serves it, as `make demo` does."""

from qaengine.demo import launch
from qaengine.engine import Engine

if __name__ == "__main__":
    launch(Engine.load())
