# shellcheck shell=sh
# Sourced by examples/quickstart.sh, tests/run.sh and .ci/run: installs Debian packages that are
# missing, and only those. Call: need PACKAGE…  Ends the calling script with 1 when that fails.

need() {
    if ! command -v dpkg-query >/dev/null; then
        echo "note: no dpkg on this machine, so nothing is installed; needed are: $*" >&2
        return 0
    fi
    missing=
    for package in "$@"; do
        case $(dpkg-query -W -f='${Status}' "$package" 2>/dev/null || true) in
        *" ok installed") ;;
        *) missing="$missing $package" ;;
        esac
    done
    [ -n "$missing" ] || return 0

    root=
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || need_failed "neither root nor sudo"
        root="sudo"
    fi
    echo "==> apt-get install$missing"
    # shellcheck disable=SC2086 # a list of words
    $root apt-get update -q || need_failed "apt-get update failed"
    # shellcheck disable=SC2086
    $root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -q -y --no-install-recommends $missing || need_failed "apt-get install failed"
}

# A mail server that tests run by themselves; not where it would take the place of another one.
need_mail_server() {
    if [ -e /usr/sbin/sendmail ] && [ ! -e /usr/sbin/exim4 ]; then
        echo "note: another mail server than exim4 is installed; the test that needs exim4 is left out" >&2
        return 0
    fi
    need exim4-daemon-light
}

need_failed() {
    echo "error: $1; install by hand and call again:$missing" >&2
    exit 1
}

# What a build of planrun takes.
need_build() {
    need cmake ninja-build gcc libc6-dev pkg-config liblua5.4-dev libuv1-dev libcjson-dev \
        libutf8proc-dev libssl-dev libseccomp-dev libsqlite3-dev \
        libminizip-dev zlib1g-dev libexpat1-dev libxlsxwriter-dev libcurl4-openssl-dev
}
