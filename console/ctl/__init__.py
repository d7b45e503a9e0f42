"""`regie`: the same verbs as the console, scriptable. Never loads Textual except for `regie console`.

Exit codes: 0 ok, 1 some targets failed, 2 usage, 3 connection, 4 timeout, 5 denied, 6 precondition, 130 interrupted.
stdout carries data only; messages go to stderr.
"""

from __future__ import annotations

import contextlib
import gc
import os
import shutil
import sys
from collections.abc import Sequence
from contextvars import copy_context
from typing import Final, NoReturn

HELP: Final = (["--help"], ["-h"])


def entry() -> NoReturn:
    """The command `regie` of the shell. One call and out: nothing is left to tidy up, and tearing down gRPC module by
    module takes as long as the call."""
    gc.disable()  # what is imported stays; `--watch` and the console switch it on again
    code = main()
    if "grpc" not in sys.modules or {"textual", "node"} & sys.modules.keys():
        sys.exit(code)
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.flush()
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.flush()
    os._exit(code)


def main(argv: Sequence[str] | None = None) -> int:
    """One command line; gives the exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    asked, arguments = _language(arguments)
    from console import i18n

    i18n.use(i18n.choose(asked))  # before any help text is made
    from console.ctl.front import BUILT_IN, page

    if arguments in HELP and "_REGIE_COMPLETE" not in os.environ:
        print(page(shutil.get_terminal_size().columns))
        return 0
    if arguments and arguments[0] not in BUILT_IN and not arguments[0].startswith("-"):
        from console.ctl import plugins

        if (point := plugins.find(arguments[0])) is not None:
            gc.enable()
            if asked:
                os.environ["REGIE_LANG"] = i18n.language()  # they read the environment
            return plugins.call(point, arguments[1:])
    from console.ctl.tree import build

    named = arguments[:2] if arguments and arguments[0] in BUILT_IN else []
    try:
        copy_context().run(build(*named), arguments, prog_name="regie")  # what its options say is of this call alone
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else 1 if left.code else 0
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    return 0


def _language(arguments: list[str]) -> tuple[str, list[str]]:
    """`--lang fr` before the command, taken out of the arguments."""
    for at, word in enumerate(arguments):
        if word.startswith("--lang="):
            return word.removeprefix("--lang="), arguments[:at] + arguments[at + 1 :]
        if word == "--lang" and at + 1 < len(arguments):
            return arguments[at + 1], arguments[:at] + arguments[at + 2 :]
        if not word.startswith("-"):
            break
    return "", arguments
