#!/usr/bin/env bash
#
# Builds "mediasoup-worker" from the sources inside an installed mediasoup npm
# package, with no network but a Debian mirror: what mediasoup's own build would
# download from GitHub/wrapdb comes from Debian packages or from overlay/ (next
# to this script).
#
#   build-worker.sh <mediasoup package directory> <output file>
#
# e.g. build-worker.sh node_modules/mediasoup .cache/mediasoup-worker
#      MEDIASOUP_WORKER_BIN=$PWD/.cache/mediasoup-worker node server.js
#
# Does nothing if the output file is up to date (same mediasoup version, same
# recipe, same architecture). Exit status: 0 built or up to date, else failure.
#
# Environment (all optional):
#   MS_BUILD_JOBS    parallel compilations (default: all cores)
#   MS_BUILD_FORCE   1: rebuild even if the output file is up to date
#   MS_BUILD_KEEP    1: keep the build directory
#   MS_BUILD_NO_APT  1: never run apt-get, fail if packages are missing
#   MS_BUILD_SRTP    "source" (default): libsrtp2 compiled from Debian's source
#                    package with OpenSSL; "system": Debian's shared library
#                    (NSS; slower, and the binary then needs libsrtp2-1);
#                    "auto": the former, else the latter
#   MS_BUILD_CACHE   directory to keep the downloaded source tarball in
#   TMPDIR           where to build (needs about 150 MB)

set -euo pipefail

# The one thing needed as a Debian *source* package. The hash is the one in the
# signed libsrtp2_2.5.0-3.dsc of Debian 12.
readonly SRTP_VERSION=2.5.0
readonly SRTP_POOL_PATH="pool/main/libs/libsrtp2/libsrtp2_${SRTP_VERSION}.orig.tar.gz"
readonly SRTP_SHA256=8a43ef8e9ae2b665292591af62aa1a4ae41e468b6d98d8258f91478735da4e09

readonly PACKAGES=(
	g++ meson ninja-build pkg-config patch
	libuv1-dev libssl-dev libabsl-dev libflatbuffers-dev flatbuffers-compiler
)

log() { printf 'build-worker: %s\n' "$*"; }
die() { printf 'build-worker: ERROR: %s\n' "$*" >&2; exit 1; }

[ $# -eq 2 ] || die "usage: $0 <mediasoup package directory> <output file>"

[ "$(uname -s)" = Linux ] || die "only Linux is supported"

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
PACKAGE=$(cd "$1" 2>/dev/null && pwd -P) || die "no such directory: $1"
mkdir -p "$(dirname "$2")" || die "cannot create the directory of $2"
OUTPUT=$(cd "$(dirname "$2")" && pwd -P)/$(basename "$2")
STAMP=$OUTPUT.stamp
OVERLAY=$HERE/overlay
SRTP_MODE=${MS_BUILD_SRTP:-source}
JOBS=${MS_BUILD_JOBS:-$(nproc)}

[ -d "$OVERLAY/subprojects" ] || die "overlay/ not found next to this script"
[ -f "$PACKAGE/package.json" ] && [ -f "$PACKAGE/worker/meson.build" ] ||
	die "$PACKAGE is not an installed mediasoup package (no worker/meson.build)"
case $SRTP_MODE in source | system | auto) ;; *) die "MS_BUILD_SRTP must be source, system or auto" ;; esac

VERSION=$(sed -n '/^[[:space:]]*"version":/{s/.*"version":[[:space:]]*"\([^"]*\)".*/\1/p;q}' "$PACKAGE/package.json")
[ -n "$VERSION" ] || die "cannot read the version in $PACKAGE/package.json"

RECIPE=$({
	cat "${BASH_SOURCE[0]}"
	cd "$OVERLAY" && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
} | sha256sum | cut -c 1-16)
KEY="mediasoup=$VERSION recipe=$RECIPE srtp=$SRTP_MODE arch=$(uname -m)"

# mediasoup-worker exits with status 41 when not started by mediasoup (that is
# how mediasoup's own installer checks a binary, too).
runs() {
	local status=0

	env -i "$1" >/dev/null 2>&1 </dev/null || status=$?
	[ $status -eq 41 ]
}

up_to_date() {
	[ -x "$OUTPUT" ] && [ -f "$STAMP" ] && [ "$(sed -n 1p "$STAMP")" = "$KEY" ] && runs "$OUTPUT"
}

# One build at a time per output file.
exec 9>"$OUTPUT.lock"
flock -n 9 || { log "another build is under way: waiting for it"; flock 9; }

if [ "${MS_BUILD_FORCE:-0}" != 1 ] && up_to_date; then
	log "up to date: $OUTPUT ($KEY)"
	exit 0
fi

START=$SECONDS
log "building mediasoup-worker $VERSION -> $OUTPUT"

### Debian packages ###########################################################

missing_packages() {
	local package

	for package in "$@"; do
		# "pkgconf" stands in for "pkg-config", a compiler may come from elsewhere.
		case $package in
			pkg-config) command -v pkg-config >/dev/null && continue ;;
			g++) command -v c++ >/dev/null && continue ;;
		esac
		[ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || echo "$package"
	done
}

install_packages() {
	local missing sudo=()

	command -v dpkg-query >/dev/null && command -v apt-get >/dev/null ||
		die "this needs Debian (12 or later) or a derivative: dpkg/apt-get not found. Needed packages: $*"

	mapfile -t missing < <(missing_packages "$@")
	[ ${#missing[@]} -eq 0 ] && return 0

	[ "${MS_BUILD_NO_APT:-0}" != 1 ] || die "missing packages (MS_BUILD_NO_APT=1): apt-get install ${missing[*]}"

	if [ "$(id -u)" -ne 0 ]; then
		command -v sudo >/dev/null && sudo -n true 2>/dev/null ||
			die "missing packages and not root; run as root: apt-get install ${missing[*]}"
		sudo=(sudo -n)
	fi

	log "installing Debian packages: ${missing[*]}"

	local apt=(
		"${sudo[@]}" env DEBIAN_FRONTEND=noninteractive
		apt-get -o DPkg::Lock::Timeout=600 -o Acquire::Retries=3 -qq
	)

	# The lists may be absent (containers) or outdated: refresh them on failure.
	"${apt[@]}" install -y --no-install-recommends "${missing[@]}" >"$LOGS/apt.log" 2>&1 9>&- ||
		{ "${apt[@]}" update && "${apt[@]}" install -y --no-install-recommends "${missing[@]}"; } >>"$LOGS/apt.log" 2>&1 9>&- ||
		{ tail -n 20 "$LOGS/apt.log" >&2; die "apt-get could not install: ${missing[*]}"; }

	mapfile -t missing < <(missing_packages "$@")
	[ ${#missing[@]} -eq 0 ] || die "still missing after apt-get install: ${missing[*]}"
}

BUILD=$(mktemp -d "${TMPDIR:-/tmp}/mediasoup-worker-build.XXXXXX")
LOGS=$BUILD/logs
mkdir -p "$LOGS"

cleanup() {
	# One Ctrl-C may arrive several times; the later ones would end the removal.
	trap '' INT TERM
	if [ "${MS_BUILD_KEEP:-0}" = 1 ]; then
		log "build directory kept: $BUILD"
	else
		rm -rf "$BUILD"
	fi
	rm -f "$OUTPUT.new"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

install_packages "${PACKAGES[@]}"

### libsrtp2 sources ##########################################################

sha256_ok() { [ -f "$1" ] && [ "$(sha256sum <"$1" | cut -d ' ' -f 1)" = "$SRTP_SHA256" ]; }

# Mirrors that apt is configured with, most likely first.
mirrors() {
	{
		apt-cache policy libsrtp2-1 libuv1-dev libc6 2>/dev/null | sed -n 's/^ *[0-9]* \(https\{0,1\}:[^ ]*\) .*/\1/p'
	} | sed 's,/*$,,' | awk '!seen[$0]++'
}

fetch_srtp() {
	local target=$1 cached=${MS_BUILD_CACHE:+$MS_BUILD_CACHE/$(basename "$SRTP_POOL_PATH")} mirror

	if [ -n "$cached" ] && sha256_ok "$cached"; then
		cp "$cached" "$target"
		return 0
	fi

	for mirror in $(mirrors); do
		# apt's own downloader: honours apt's proxy settings, checks the hash.
		/usr/lib/apt/apt-helper -o Acquire::Retries=2 download-file \
			"$mirror/$SRTP_POOL_PATH" "$target" "SHA256:$SRTP_SHA256" >>"$LOGS/srtp.log" 2>&1 9>&- || continue

		if sha256_ok "$target"; then
			log "libsrtp $SRTP_VERSION sources: $mirror"
			[ -z "$cached" ] || { mkdir -p "$MS_BUILD_CACHE" && cp "$target" "$cached"; }
			return 0
		fi
	done

	return 1
}

if [ "$SRTP_MODE" != system ]; then
	if ! fetch_srtp "$BUILD/libsrtp2.tar.gz"; then
		[ "$SRTP_MODE" = auto ] || {
			tail -n 10 "$LOGS/srtp.log" >&2
			die "cannot get Debian's libsrtp2 source tarball ($SRTP_POOL_PATH) from any of: $(mirrors | tr '\n' ' ')"
		}
		log "WARNING: no libsrtp2 sources, using Debian's shared libsrtp2 (NSS)"
		SRTP_MODE=system
	fi
fi

[ "$SRTP_MODE" != system ] || install_packages libsrtp2-dev

### Sources ###################################################################

SRC=$BUILD/worker
cp -R "$PACKAGE/worker" "$SRC"
# Leftovers of other builds are not sources.
rm -rf "$SRC/out" "$SRC/prebuild" "$SRC/pip_invoke"
chmod -R u+w "$SRC"

# Nothing may be downloaded: replace the wraps by our subprojects.
rm -rf "$SRC"/subprojects/*
cp -R "$OVERLAY/subprojects/." "$SRC/subprojects/"

if [ "$SRTP_MODE" != system ]; then
	SRTP=$SRC/subprojects/libsrtp3
	mkdir -p "$SRTP/libsrtp2" "$SRTP/libsrtp2-include/srtp2"
	tar -xzf "$BUILD/libsrtp2.tar.gz" -C "$SRTP/libsrtp2" --strip-components=1
	cp "$SRTP/libsrtp2/include/srtp.h" "$SRTP/libsrtp2-include/srtp2/"
fi

# Faults by which a peer could end the worker (see README.md).
for each in "$OVERLAY"/patches/*.patch; do
	patch -d "$SRC" -p1 --silent <"$each" || die "$each does not fit mediasoup $VERSION"
done

# Debian 12 has meson 1.0.1; nothing here needs the 1.1.0 that is asked for.
sed -i "s/meson_version:[[:space:]]*'>= *1\.[0-9.]*'/meson_version: '>= 1.0.0'/" "$SRC/meson.build"

# Precompiled header for the main target (halves the compilation time).
if [ -f "$OVERLAY/pch/mediasoup_pch.hpp" ]; then
	mkdir -p "$SRC/pch"
	cp "$OVERLAY"/pch/* "$SRC/pch/"
	sed -i "s|^\(\s*\)sources: common_sources + \['src/main.cpp'\],|&\n\1cpp_pch: 'pch/mediasoup_pch.hpp',|" "$SRC/meson.build"
fi

### Build #####################################################################

fail() {
	tail -n "${2:-60}" "$1" >&2
	[ "${MS_BUILD_KEEP:-0}" = 1 ] || log "set MS_BUILD_KEEP=1 to keep the build directory" >&2
	die "$3"
}

log "configuring"
(
	cd "$SRC"
	# The exact optimisation settings of mediasoup's own release build.
	meson setup out --wrap-mode=nodownload --buildtype release -Db_ndebug=true \
		-Dcpp_link_args="-static-libstdc++ -static-libgcc" \
		-Dms_use_builtin_bwe=false ${MS_BUILD_MESON_ARGS:-} &&
		# The generated headers first: the precompiled header includes them.
		ninja -C out fbs/FBS/common.h
) >"$LOGS/meson.log" 2>&1 9>&- || fail "$LOGS/meson.log" 40 "meson setup failed"

log "compiling with $JOBS parallel job(s)"
(
	cd "$SRC"
	NINJA_STATUS='[%f/%t, %es] ' ninja -C out -j "$JOBS" mediasoup-worker
) 2>&1 9>&- | tee "$LOGS/ninja.log" |
	awk '/^\[[0-9]+\// { n++; if (n % 20 == 0) { print "build-worker:   " $0; fflush() } }' ||
	fail "$LOGS/ninja.log" 60 "compilation failed"

cp "$SRC/out/mediasoup-worker" "$OUTPUT.new"
strip "$OUTPUT.new"

### Checks ####################################################################

runs "$OUTPUT.new" || die "the built binary does not run here (expected exit status 41)"

if [ "$SRTP_MODE" != system ]; then
	UNEXPECTED=$(ldd "$OUTPUT.new" | awk '{ print $1 }' | grep -vE 'linux-vdso|ld-linux|/ld-|lib(c|m|dl|rt|pthread)\.so' || true)
	[ -z "$UNEXPECTED" ] || die "the built binary depends on more than libc: $UNEXPECTED"
fi

mv "$OUTPUT.new" "$OUTPUT"
{
	printf '%s\n' "$KEY"
	# For information: the static libraries inside (rebuild with MS_BUILD_FORCE=1
	# to pick up Debian's security updates of them).
	dpkg-query -W -f '${Package}=${Version} ' libssl-dev libuv1-dev libabsl-dev libflatbuffers-dev 2>/dev/null || true
	printf 'libsrtp2=%s\n' "$([ "$SRTP_MODE" = system ] && echo system || echo "$SRTP_VERSION")"
} >"$STAMP"

log "done in $((SECONDS - START)) s: $OUTPUT, $(stat -c %s "$OUTPUT") bytes"
