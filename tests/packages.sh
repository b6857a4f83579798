#!/bin/sh
# Sees to it that the Debian packages named on the command line are installed. The list itself is in the Makefile. On a
# system that is not Debian's kind it names what seems to be missing and stops.
set -u

# Without dpkg: is what the package brings there? Headers and libraries are asked of pkg-config and the compiler.
is_brought() {
    case $1 in
    make | gcc | clang | clang-format | clang-tidy | cppcheck | gcovr | valgrind | python3 | sqlite3 | pkg-config | fasttext | debootstrap)
        command -v "$1" >/dev/null ;;
    libsqlite3-dev) pkg-config --exists sqlite3 ;;
    libcurl4-openssl-dev) pkg-config --exists libcurl ;;
    libcjson-dev | libsodium-dev | libutf8proc-dev) name=${1%-dev} && pkg-config --exists "$name" ;;
    libyaml-dev) pkg-config --exists yaml-0.1 ;;
    libarchive-dev) pkg-config --exists libarchive ;;
    libxml2-dev) pkg-config --exists libxml-2.0 ;;
    libxlsxwriter-dev) pkg-config --exists xlsxwriter ;;
    libgmp-dev) pkg-config --exists gmp ;;
    libmicrohttpd-dev) pkg-config --exists libmicrohttpd ;;
    libcmocka-dev) pkg-config --exists cmocka ;;
    libsvm-dev) echo '#include <libsvm/svm.h>' | cc -E - >/dev/null 2>&1 || echo '#include <svm.h>' | cc -E - >/dev/null 2>&1 ;;
    *) true ;; # the C library, data sets: the build or the tool says so itself
    esac
}

is_installed() {
    if command -v dpkg-query >/dev/null; then
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
    else
        is_brought "$1" 2>/dev/null
    fi
}

missing=
for package in "$@"; do
    is_installed "$package" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    echo "This is not a Debian system. What these Debian packages bring is missing:$missing" >&2
    exit 1
fi
as_root=
if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "Packages are missing, and there is no sudo. As root: apt-get install$missing" >&2
        exit 1
    fi
    as_root=sudo
    [ -t 0 ] || as_root='sudo -n' # nobody is there to type a password
fi
echo "Installing:$missing" >&2
apt="$as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300"
# shellcheck disable=SC2086 # words on purpose
{
    $apt update || echo "The package lists could not be renewed; trying with those there are." >&2
    $apt install -y --no-install-recommends $missing
} >&2 </dev/null || {
    echo "These packages could not be installed:$missing" >&2
    exit 1
}
