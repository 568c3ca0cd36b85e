# shellcheck shell=bash
# Sourced by the scripts that run several checks: announces each with its name and time, stops at the
# first that fails, and makes the last line of the output say how it ended.

steps_run=()
steps_began=$SECONDS

# step NAME COMMAND...
step() {
  local name=$1 began=$SECONDS
  shift
  printf '\n==> %s: %s\n' "$name" "$*"
  if ! "$@"; then
    printf '\nFAILED: %s, after %s s (before it: %s)\n' \
      "$name" "$((SECONDS - began))" "${steps_run[*]:-nothing}" >&2
    exit 1
  fi
  steps_run+=("$name $((SECONDS - began)) s;")
}

# Prints the summary: call it last.
all_green() {
  local summary="${steps_run[*]}"
  printf '\nGREEN: %s steps in %s s (%s)\n' "${#steps_run[@]}" "$((SECONDS - steps_began))" "${summary%;}"
}
