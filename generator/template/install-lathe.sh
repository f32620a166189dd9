#!/usr/bin/env bash
# Installs lathe from its git repository, where CI runs. Fill in the two values, or set the variables where CI is set up. lathe is in no
# registry: the crate of this name on crates.io is another program.
set -euo pipefail

# Any address that git can clone.
repository="${LATHE_REPOSITORY:-}"
# The commit: the same lathe gives the same outputs.
revision="${LATHE_REVISION:-}"

if [ -z "$repository" ] || [ -z "$revision" ]; then
    {
        echo "problem: CI doesn't know where to get lathe from: no repository or no revision is stated"
        echo "fix: fill in \`repository\` and \`revision\` in .ci/install-lathe, or set LATHE_REPOSITORY and LATHE_REVISION"
    } >&2
    exit 1
fi
cargo install --locked --git "$repository" --rev "$revision" lathe
