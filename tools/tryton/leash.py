"""Ends this process with its parent, however the parent ends."""
import os
import threading


def end_with_parent():
    """The parent keeps the other end of standard input open: it closes when the parent ends, even by SIGKILL."""
    threading.Thread(target=wait_and_end, daemon=True).start()


def wait_and_end():
    # Not sys.stdin: a thread that waits in it prevents an orderly exit of the interpreter.
    while os.read(0, 4096):
        pass
    os._exit(1)
