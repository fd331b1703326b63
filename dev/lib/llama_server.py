#!/usr/bin/env python3
"""llama.cpp's HTTP server for machines that the prebuilt `llama-server` does not run on.

That binary was compiled for processors with AVX-VNNI; this one loads the same server from the
package `xllamacpp`, which needs AVX2 only. It takes the flags that dev/model and the tests use.
"""
import argparse
import os
import signal
import sys

arguments = argparse.ArgumentParser()
arguments.add_argument("-m", "--model", required=True)
arguments.add_argument("-a", "--alias")
arguments.add_argument("--host", default="127.0.0.1")
arguments.add_argument("--port", type=int, default=8080)
arguments.add_argument("-c", "--ctx-size", type=int, default=4096)
arguments.add_argument("-np", "--parallel", type=int, default=2)
arguments.add_argument("-t", "--threads", type=int, default=1)
arguments.add_argument("-tb", "--threads-batch", type=int)
arguments.add_argument("--jinja", action="store_true")
flags, ignored = arguments.parse_known_args()
if ignored:
    print("ignored:", *ignored, file=sys.stderr)

# dev/model puts a copy of this file beside the unpacked package.
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import xllamacpp  # noqa: E402

for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, signal.SIG_DFL)

parameters = xllamacpp.CommonParams()
parameters.model.path = flags.model
if flags.alias:
    parameters.model_alias = {flags.alias}
parameters.hostnames = [flags.host]
parameters.port = flags.port
parameters.n_ctx = flags.ctx_size
parameters.n_parallel = flags.parallel
parameters.cpuparams.n_threads = flags.threads
parameters.cpuparams_batch.n_threads = flags.threads_batch or flags.threads
parameters.use_jinja = True
parameters.offline = True
parameters.ui = False
server = xllamacpp.Server(parameters)
print("listening on", server.listening_address, file=sys.stderr, flush=True)
while True:
    signal.pause()
