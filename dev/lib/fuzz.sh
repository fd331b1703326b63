# shellcheck shell=bash
# What the fuzzing scripts share: running a libFuzzer binary. Sourced after common.sh.

fuzz_seed_bytes=65536
fuzz_memory_mb=1024 # the sanitizer's own memory included
# By the wall's clock: a busy machine is no finding. An input takes milliseconds, or hangs.
fuzz_input_s=20

# skip WHY: fuzzing is left out, and that is said.
skip() {
  say "skipped: $*"
  exit 0
}

need_fuzzer() {
  have swiftc || skip "no Swift toolchain"
  have clang || skip "no clang beside the Swift toolchain"
}

# fuzz_built LOG: what a build that failed means.
fuzz_unbuilt() {
  grep -q "libclang_rt.fuzzer\|unsupported option '-sanitize=fuzzer'" "$1" &&
    skip "this toolchain has no libFuzzer"
  grep -m20 'error' "$1" >&2
  fail "the fuzzer does not build"
}

# fuzz_run BINARY DIRECTORY SEEDS SECONDS WHAT: what is found anew stays in DIRECTORY; ends with the
# number of executions.
fuzz_run() {
  local binary=$1 kept=$2 seeds=$3 seconds=$4 what=$5
  local words=$ROOT/dev/lib/fuzz-$what.dict dictionary=()
  [[ -f $words ]] && dictionary=("-dict=$words")
  local log=$kept/run.$$.log status=0 executions
  mkdir -p "$kept/corpus" "$kept/findings"
  export SWIFT_BACKTRACE=enable=no
  export ASAN_OPTIONS=detect_leaks=0:quarantine_size_mb=16:allocator_may_return_null=1
  nice -n "${FUZZ_NICE:-10}" "$binary" -max_total_time="$seconds" -timeout=$fuzz_input_s \
    -rss_limit_mb=$fuzz_memory_mb -max_len=$fuzz_seed_bytes -print_final_stats=1 \
    -artifact_prefix="$kept/findings/" ${dictionary[@]+"${dictionary[@]}"} \
    "$kept/corpus" "$seeds" >"$log" 2>&1 || status=$?
  executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log" | tail -1)
  if ((status != 0)); then
    tail -60 "$log" >&2
    fail "$what: a finding after ${executions:-?} executions; the input is in $kept/findings/"
  fi
  say "$what: $executions executions in $seconds s, 0 findings"
}
