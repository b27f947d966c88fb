#!/bin/sh
# Starts Caddy by the environment:
#
#   RADIST_DOMAIN         the name under which browsers reach this machine: HTTPS on 443, and 80 redirects to it. Without it:
#                         HTTP on 8080
#   RADIST_TLS            automatic (default): a certificate of Let's Encrypt; internal: one of Caddy's own authority
#   TRUSTED_PROXIES       how many proxies there are in front of the services, this one included (default 1)
#   TRUSTED_PROXY_RANGES  the addresses of those in front of this one, as CIDR ranges with commas between them (default:
#                         private and loopback addresses)
set -eu

fail() {
  echo "The gateway cannot start: $1" >&2
  exit 1
}

case "${RADIST_TLS:-automatic}" in
  automatic) GATEWAY_ISSUER=acme ;;
  internal) GATEWAY_ISSUER=internal ;;
  *) fail "RADIST_TLS must be automatic or internal" ;;
esac
case "${RADIST_DOMAIN:-}" in
  *[!A-Za-z0-9.-]*) fail "RADIST_DOMAIN must be a name like calls.example.com, without scheme, port and path" ;;
esac
case "${TRUSTED_PROXIES:-1}" in
  1) GATEWAY_TRUSTED_PROXIES= ;;
  [2-9] | 10) GATEWAY_TRUSTED_PROXIES=$(echo "${TRUSTED_PROXY_RANGES:-private_ranges}" | tr ',' ' ') ;;
  *) fail "TRUSTED_PROXIES must be 1 to 10, this gateway included" ;;
esac
case "$GATEWAY_TRUSTED_PROXIES" in
  *[!A-Za-z0-9._:/\ -]*) fail "TRUSTED_PROXY_RANGES must be like 203.0.113.0/24,2001:db8::/32" ;;
esac
export GATEWAY_ISSUER GATEWAY_TRUSTED_PROXIES

config=plain
[ -z "${RADIST_DOMAIN:-}" ] || config=domain
exec caddy "${1:-run}" --config "$(dirname "$0")/$config.Caddyfile" --adapter caddyfile
