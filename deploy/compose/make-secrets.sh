#!/bin/sh
# Makes `.env` with the passwords that compose.yaml asks for, once.
set -eu
cd "$(dirname "$0")"
umask 077

word() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }

if [ ! -e .env ]; then
    for name in POSTGRES_PASSWORD REDIS_PASSWORD S3_SECRET_KEY ADMIN_PASSWORD AGENT_PASSWORD; do
        printf '%s=%s\n' "$name" "$(word)"
    done > .env.new
    mv .env.new .env
fi
