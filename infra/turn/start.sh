#!/bin/sh
# Starts coturn by turnserver.conf, beside this file, and by the environment:
#
#   TURN_SECRET            one secret, or two with a comma between them while one is rotated; as signaling and sfu have it
#   TURN_ADDRESS           an address of this machine that nothing else uses: TLS is then on 443
#   TURN_SHARED_ADDRESS    without it: the address shared with the gateway, TLS on 5349 (default 127.0.0.1)
#   TURN_EXTERNAL_ADDRESS  where browsers reach that address, if by another one (NAT)
#   TURN_PORT              UDP and TCP (default 3478)
#   TURN_RELAY_PORTS       first and last UDP port of relays (default 49152-65535)
#   TURN_ALLOWED_PEERS     addresses of media servers in private ranges, with commas between them
#   TURN_TLS_CERT, TURN_TLS_KEY  PEM files; without them there is no TLS
set -eu

fail() {
  echo "The TURN server cannot start: $1" >&2
  exit 1
}

# One line for each item of a list with commas.
lines() {
  echo "$2" | tr ',' '\n' | tr -d ' ' | sed -n "s/^\(..*\)$/$1=\1/p"
}

folder=$(cd "$(dirname "$0")" && pwd)
address=${TURN_ADDRESS:-${TURN_SHARED_ADDRESS:-127.0.0.1}}
tls_port=5349
[ -z "${TURN_ADDRESS:-}" ] || tls_port=443
ports=${TURN_RELAY_PORTS:-49152-65535}

[ -n "${TURN_SECRET:-}" ] || fail "TURN_SECRET is missing"
case "$TURN_SECRET" in
  *insecure-default*)
    case "$address" in
      127.* | ::1) ;;
      *) fail "with the default secret it listens on loopback only. Put TURN_SECRET=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n') into .env" ;;
    esac
    ;;
esac
case "$ports" in
  *[!0-9-]* | -* | *-*-* | *-) fail "TURN_RELAY_PORTS must be like 49152-65535" ;;
  *-*) ;;
  *) fail "TURN_RELAY_PORTS must be like 49152-65535" ;;
esac

umask 077
config=$(mktemp)
{
  cat "$folder/turnserver.conf"
  # It needs none, but complains without.
  echo "userdb=:memory:"
  echo "listening-ip=$address"
  echo "relay-ip=$address"
  [ -z "${TURN_EXTERNAL_ADDRESS:-}" ] || echo "external-ip=$TURN_EXTERNAL_ADDRESS/$address"
  echo "listening-port=${TURN_PORT:-3478}"
  echo "min-port=${ports%-*}"
  echo "max-port=${ports#*-}"
  lines static-auth-secret "$TURN_SECRET"
  lines allowed-peer-ip "$address,${TURN_EXTERNAL_ADDRESS:-},${TURN_ALLOWED_PEERS:-}"
  if [ -n "${TURN_TLS_CERT:-}" ] && [ -n "${TURN_TLS_KEY:-}" ]; then
    echo "tls-listening-port=$tls_port"
    echo "cert=$TURN_TLS_CERT"
    echo "pkey=$TURN_TLS_KEY"
  else
    echo "no-tls"
    echo "No TLS: TURN_TLS_CERT and TURN_TLS_KEY are not set." >&2
  fi
} >"$config"
# Open, but without a name: the secret is in it.
exec 3<"$config"
rm "$config"
exec turnserver -c /proc/self/fd/3 --log-file=stdout --pidfile=/dev/null "$@"
