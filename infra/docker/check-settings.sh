#!/bin/sh
# Before anything of the stack starts: refuses settings by which others could reach it with secrets that everybody knows.
set -eu

problems=
problem() {
  problems="$problems  - $1
"
}

is_loopback() {
  case "$1" in
    "" | localhost | 127.* | ::1 | "[::1]") return 0 ;;
    *) return 1 ;;
  esac
}

# For a secret that is missing or is the default of docker-compose.yml.
require_own() {
  case "$2" in
    "" | *insecure-default*) problem "$1 must be a secret of your own, because $3 is set" ;;
  esac
}

open=
[ -z "${RADIST_DOMAIN:-}" ] || open=RADIST_DOMAIN
is_loopback "${RADIST_BIND_ADDRESS:-}" || open=RADIST_BIND_ADDRESS
is_loopback "${RADIST_MEDIA_BIND_ADDRESS:-}" || open=${open:-RADIST_MEDIA_BIND_ADDRESS}
if [ -n "$open" ]; then
  require_own RADIST_ADMIN_TOKEN "${RADIST_ADMIN_TOKEN:-}" "$open"
  require_own POSTGRES_PASSWORD "${POSTGRES_PASSWORD:-}" "$open"
fi

turn=
[ -z "${TURN_URLS:-}" ] || turn=TURN_URLS
is_loopback "${TURN_SHARED_ADDRESS:-}" || turn=TURN_SHARED_ADDRESS
is_loopback "${TURN_ADDRESS:-}" || turn=TURN_ADDRESS
[ -z "$turn" ] || require_own TURN_SECRET "${TURN_SECRET:-}" "$turn"

if [ -n "${TURN_ADDRESS:-}" ] && [ -n "${RADIST_DOMAIN:-}" ]; then
  case "${RADIST_BIND_ADDRESS:-}" in
    "" | 0.0.0.0 | "[::]" | "$TURN_ADDRESS")
      problem "RADIST_BIND_ADDRESS must be another address of this machine than TURN_ADDRESS, as both need port 443"
      ;;
  esac
fi

# By default private ranges are trusted: whoever is in one could say of himself what he likes.
if [ "${TRUSTED_PROXIES:-1}" != 1 ] && [ -z "${TRUSTED_PROXY_RANGES:-}" ]; then
  if [ -n "${RADIST_DOMAIN:-}" ] || ! is_loopback "${RADIST_BIND_ADDRESS:-}"; then
    problem "TRUSTED_PROXY_RANGES must be the addresses of the proxies in front, such as 203.0.113.7/32, as others reach the gateway, too"
  fi
fi

[ -n "$problems" ] || exit 0
cat >&2 <<END
The stack does not start with these settings (docs/deploy.md):
$problems
Secrets are generated and written to .env by: npm run setup:compose
Or write lines of your own there, such as RADIST_ADMIN_TOKEN=$(od -An -N32 -tx1 /dev/urandom | tr -d ' \n')
END
exit 1
