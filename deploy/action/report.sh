#!/usr/bin/env bash
# Writes what a change does to the pull requests into the summary of a job of GitHub Actions.
# Texts come by the environment, never into this script: they are the pull request's author's.
set -euo pipefail
currant="${CURRANT:-currant}"
command -v "$currant" >/dev/null || {
  echo "$currant is not on the PATH: install it in a step before, or set the input \"currant\"" >&2
  exit 1
}
report="${RUNNER_TEMP:-/tmp}/currant-report.md"
if [ "${PRESETS:-false}" = true ]; then
  (cd "$DIRECTORY" && "$currant" presets diff --quiet --from "$AGAINST" --repository "$REPOSITORY" --fleet --platform github --format markdown) >"$report"
else
  "$currant" plan --quiet --against "$AGAINST" --format markdown "$DIRECTORY" >"$report"
fi
cat "$report" >>"${GITHUB_STEP_SUMMARY:-/dev/stdout}"
echo "report=$report" >>"${GITHUB_OUTPUT:-/dev/null}"
