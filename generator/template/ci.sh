#!/usr/bin/env bash
# Everything that has to hold before a change is merged. Needs lathe and the Rust toolchain with rustfmt and clippy.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if ! command -v lathe >/dev/null; then
    echo "problem: lathe is missing" >&2
    echo "fix: run \`cargo install --locked --path generator\` in its repository, or fill in .ci/install-lathe and run that" >&2
    exit 1
fi

say() { printf '\n==> %s\n' "$*"; }

say "lathe run"
lathe generate --check
lathe run

say "lathe test"
lathe test

# Emitted crates are formatted by lathe itself, and the drift check above has compared them.
say "rustfmt"
for manifest in macros/Cargo.toml runtime/*/Cargo.toml; do
    cargo fmt --manifest-path "$manifest" -- --check
done

say "clippy"
cargo clippy --workspace --all-targets -- -D warnings

say "all is well"
