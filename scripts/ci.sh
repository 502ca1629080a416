#!/usr/bin/env bash
# Everything that a change must pass. Each part says what it does; nothing is left out without a word.
# The tests come last, so that the output ends with their summary.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

say "ci: lint"
"$root/scripts/lint.sh"
say "ci: model"
"$root/scripts/model.sh"
say "ci: reference"
"$root/scripts/reference.sh"
say "ci: test"
"$root/scripts/test.sh"
