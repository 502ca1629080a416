#!/usr/bin/env bash
# Searches the model of claims, leases and cancels exhaustively (Tests/Model).
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
"$root/scripts/install-packages.sh" model
"$root/Tests/Model/check.sh"
