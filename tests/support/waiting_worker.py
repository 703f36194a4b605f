"""A worker process of multiprocessing that waits for ever, unless its parent ends. Run as a module: such a parent."""

import multiprocessing
import os
import sys
import time

from flows.process_setup import end_with_parent


def wait_for_ever():
    end_with_parent()
    sys.stdout.write(f"{os.getpid()}\n")
    sys.stdout.flush()
    time.sleep(600)


if __name__ == "__main__":
    multiprocessing.get_context("spawn").Process(target=wait_for_ever).start()
    time.sleep(600)
