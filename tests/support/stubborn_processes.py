"""A process that starts two more, which start one each; all of them ignore SIGTERM if requested."""

import signal
import subprocess
import sys
import time

depth, deaf, own_session = int(sys.argv[1]), sys.argv[2] == "deaf", len(sys.argv) > 3
if deaf:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
for _ in range(depth):
    subprocess.Popen([sys.executable, __file__, str(depth - 1), *sys.argv[2:]], start_new_session=own_session)
sys.stdout.write("ready\n")
sys.stdout.flush()
time.sleep(600)
