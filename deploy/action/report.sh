#!/usr/bin/env bash
# Writes what a change does to the pull requests into the summary of a job of GitHub Actions.
# Texts come by the environment, never into this script: they are the pull request's author's.
set -euo pipefail
currant="${CURRANT:-currant}"
folder="${RUNNER_TEMP:-/tmp}"
if [ "$currant" = currant ] && ! command -v currant >/dev/null && command -v go >/dev/null; then
  currant="$folder/currant"
  (cd "$(dirname "${BASH_SOURCE[0]}")/../.." && CGO_ENABLED=0 go build -trimpath -o "$currant" ./cmd/currant)
fi
command -v "$currant" >/dev/null || {
  echo "$currant is not on the PATH: install it in a step before, or set the input \"currant\"" >&2
  exit 1
}

dry_run() {
  if [ "${PRESETS:-false}" = true ]; then
    (cd "$DIRECTORY" && "$currant" presets diff --quiet --from "$AGAINST" --repository "$REPOSITORY" --fleet --platform github --format markdown)
  else
    "$currant" plan --quiet --against "$AGAINST" --format markdown "$DIRECTORY"
  fi
}

report="$folder/currant-report.md" said="$folder/currant-said.txt" code=0
dry_run >"$report" 2>"$said" || code=$?
cat "$said" >&2
if [ "$code" != 0 ]; then
  printf '### The dry run failed\n\n%s\n' "$(sed 's/^/    /' "$said")" >>"$report"
fi
# GitHub takes a megabyte.
head -c 1000000 "$report" >>"${GITHUB_STEP_SUMMARY:-/dev/stdout}"
echo "report=$report" >>"${GITHUB_OUTPUT:-/dev/null}"
exit "$code"
