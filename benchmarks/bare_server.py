"""Serves `benchmarks.bare_app` with the options of `forum serve`, on the port it is given."""

import sys

from forum.commands.serving import server

if __name__ == "__main__":
    server("benchmarks.bare_app:app", "127.0.0.1", int(sys.argv[1]), workers=1).serve()
