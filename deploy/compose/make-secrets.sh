#!/bin/sh
# Makes what nobody else may know, once: `.env` with passwords and `secrets/secret.key`, which signs tokens.
set -eu
cd "$(dirname "$0")"
umask 077

word() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }

if [ ! -e .env ]; then
    for name in POSTGRES_PASSWORD REDIS_PASSWORD S3_SECRET_KEY ADMIN_PASSWORD AGENT_PASSWORD; do
        printf '%s=%s\n' "$name" "$(word)"
    done > .env
fi
if [ ! -e secrets/secret.key ]; then
    mkdir -p secrets
    head -c 32 /dev/urandom > secrets/secret.key
    # The server runs under this number in its container.
    chown 10001:10001 secrets/secret.key 2>/dev/null ||
        echo "secrets/secret.key must be readable by user 10001: chown it as root" >&2
fi
