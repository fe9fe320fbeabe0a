"""The web page, where tools look for it: `python gradio_app.py` serves it."""

from qaengine.demo import build, launch
from qaengine.engine import Engine

engine = Engine.load()
demo = build(engine)

if __name__ == "__main__":
    launch(engine)
