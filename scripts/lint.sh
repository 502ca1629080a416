#!/usr/bin/env bash
# Checks the sources without building them: Swift's format, docstrings, shell, Python. Runs every check, then fails
# if any found something.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$root"
"$root/scripts/install-packages.sh" lint

failed=()
check() {
    local what=$1
    shift
    say "lint: $what"
    "$@" || failed+=("$what")
}

swift_sources() {
    # Only what git knows or would take: working copies under var/ and build folders are nobody's business.
    git ls-files -z --cached --others --exclude-standard -- '*.swift' |
        while IFS= read -r -d '' file; do [[ ! -f $file ]] || printf '%s\0' "$file"; done
}

swift_format() {
    swift_sources | xargs -0 --no-run-if-empty swift format lint --strict --parallel --configuration .swift-format
}

docstrings() {
    "$python" scripts/check-docstrings.py Sources Tests sql
}

shell() {
    shellcheck --external-sources --source-path=SCRIPTDIR scripts/*.sh .ci/run
}

# Every Python script states examples of its pure functions; running them compiles the script as well.
python_examples() {
    local script
    for script in scripts/*.py; do
        "$python" -m doctest "$script" || return 1
    done
}

check "the format of Swift sources" swift_format
check "docstrings" docstrings
check "shell scripts" shell
check "Python scripts" python_examples

((${#failed[@]} == 0)) || die "found something in: $(printf '%s; ' "${failed[@]}" | sed 's/; $//')"
