#!/bin/sh
# Sees to it that the Debian packages named on the command line are installed, and those of WANTED where that is possible. The lists
# themselves are in the Makefile. On a system that is not Debian's kind it names what seems to be missing and stops. What is wanted and
# could not be had is a notice, no error, and is asked for again when the list or what is missing changes.
# usage: packages.sh PACKAGE...   (WANTED names more)
set -u

# Without dpkg: is what the package brings there? Headers and libraries are asked of pkg-config and the compiler.
is_brought() {
    case $1 in
    make | gcc | clang | chromium | openssl | npm | clang-format | clang-tidy | cppcheck | gcovr | valgrind | python3 | sqlite3 | pkg-config | fasttext | debootstrap)
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
    nodejs) command -v node >/dev/null ;;
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

# The packages for which COMMAND says no, a space before each.
missing_of() {
    command=$1
    shift
    for package in "$@"; do
        "$command" "$package" 2>/dev/null || printf ' %s' "$package"
    done
}

refused=build/packages-refused
missing=$(missing_of is_installed "$@")
# shellcheck disable=SC2086 # words on purpose
wanted=$(missing_of is_brought ${WANTED:-}) # whoever brought it: a node from elsewhere has its own npm
[ "$missing$wanted" != "$(cat "$refused" 2>/dev/null)" ] || wanted=
[ -n "$missing$wanted" ] || exit 0

leave_out() {
    echo "Going on without$wanted: $1" >&2
    mkdir -p build && printf %s "$missing$wanted" >"$refused"
    exit 0
}

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    [ -n "$missing" ] || leave_out "this is not a Debian system"
    echo "This is not a Debian system. What these Debian packages bring is missing:$missing" >&2
    exit 1
fi
as_root=
if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null; then
        [ -n "$missing" ] || leave_out "there is no sudo"
        echo "Packages are missing, and there is no sudo. As root: apt-get install$missing$wanted" >&2
        exit 1
    fi
    as_root=sudo
    [ -t 0 ] || as_root='sudo -n' # nobody is there to type a password
fi
echo "Installing:$missing$wanted" >&2
apt="$as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300"
$apt update >&2 </dev/null || echo "The package lists could not be renewed; trying with those there are." >&2
# shellcheck disable=SC2086
$apt install -y --no-install-recommends $missing $wanted >&2 </dev/null && exit 0
[ -n "$missing" ] || leave_out "they could not be installed"
# shellcheck disable=SC2086
{ [ -n "$wanted" ] && $apt install -y --no-install-recommends $missing >&2 </dev/null; } || {
    echo "These packages could not be installed:$missing" >&2
    exit 1
}
missing=
leave_out "they could not be installed"
