"""`python -m qaengine` is `qaengine`."""

from qaengine.cli import main

if __name__ == "__main__":
    main()
