"""Desktop app: settings -> analysis session -> page on 127.0.0.1. Exit code 2: refused."""

import sys
from argparse import ArgumentParser, Namespace
from typing import Any

from ui.context import Launch
from ui.server import ServeOptions, serve
from utils.command_settings import add_settings_flags, given_by, settings_of
from utils.errors import AppError
from utils.logs import configure_logs
from utils.process import prepare_process


def parse_arguments(argv: list[str] | None = None) -> Namespace:
    """The command line; every flag is in README.md."""
    parser = ArgumentParser(prog="app.py", description="Find crashes and near misses.")
    add = parser.add_argument
    add_settings_flags(parser, device=False)
    add("--port", type=int, help="port to listen on; 0 takes any free one (default: 7860)")
    add("--listen", action="store_true", help="let other computers in; needs a password")
    add("--mcp", action="store_true", help="offer tools to AI assistants on this machine")
    add("--no-browser", action="store_true", help="do not open the browser")
    add("--verbose", action="store_true", help="log what is done, on stderr")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int:
    """Serve the app until it is interrupted; the exit code."""
    args = parse_arguments(argv)
    prepare_process()
    configure_logs(verbose=args.verbose)
    named = {"port": args.port, "mcp": args.mcp or None}
    flags: dict[str, Any] = {"app": {key: v for key, v in named.items() if v is not None}}
    try:
        settings = settings_of(args, **flags)
        from models.describer_trial import try_describer  # after the arguments: --help stays quick
        from models.session import AnalysisSession

        launch = Launch(given_by(args, **flags), try_describer)
        options = ServeOptions(args.listen, not args.no_browser, announce=print, launch=launch)
        serve(AnalysisSession().analyze, settings, options)
    except AppError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
