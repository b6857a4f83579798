#!/bin/sh
# Proves `make run` and `make test` on a machine that has nothing: a debootstrapped Debian with make inside and a copy of this tree.
# Needs root, debootstrap and a Debian mirror (MIRROR, else the host's own).
# usage: fresh.sh   (SUITE=bookworm; KEEP=1 leaves the folder)
set -eu
suite=${SUITE:-bookworm}
if [ "$(id -u)" != 0 ]; then
    echo "make fresh makes a Debian system in a folder and works inside it, which only root may do: sudo make fresh" >&2
    exit 1
fi

# The mirror, and the proxy if any, that this machine's own apt uses.
mirror=${MIRROR:-$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
    grep -v security | grep '/debian/*$' | head -n 1)}
mirror=${mirror:-http://deb.debian.org/debian}
root=$(mktemp -d "${TMPDIR:-/var/tmp}/paring-fresh.XXXXXX")
finish() {
    umount "$root/proc" "$root/dev" 2>/dev/null || true
    [ -n "${KEEP:-}" ] || rm -rf --one-file-system "$root"
}
trap finish EXIT
trap 'exit 1' INT TERM

echo "== Debian $suite from $mirror, with make"
chmod 755 "$root" # tests step down to a user who must be able to look in
debootstrap --variant=minbase --include=make "$suite" "$root" "$mirror" >"$root.log" 2>&1 || {
    tail -n 20 "$root.log"
    exit 1
}
rm -f "$root.log"
cp /etc/resolv.conf "$root/etc/" 2>/dev/null || true
for setting in /etc/apt/apt.conf /etc/apt/apt.conf.d/*; do # proxies and certificates; harmless otherwise
    if [ -f "$setting" ] && grep -qi 'proxy\|check-valid\|check-date' "$setting"; then cp "$setting" "$root/etc/apt/apt.conf.d/"; fi
done
mkdir "$root/paring"
{ git ls-files -co --exclude-standard 2>/dev/null || find . -path ./build -prune -o -path ./.git -prune -o -type f -print; } |
    while read -r file; do [ ! -f "$file" ] || printf '%s\n' "$file"; done | tar -cf - -T - | tar -xf - -C "$root/paring"
mount -t proc none "$root/proc" 2>/dev/null || true
mount --bind /dev "$root/dev" 2>/dev/null || true

inside() {
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 ${http_proxy:+http_proxy="$http_proxy"} \
        ${https_proxy:+https_proxy="$https_proxy"} chroot "$root" sh -c "cd /paring && $1"
}
echo "== make run, with one question"
began=$(date +%s)
inside "make run" >"$root/run.txt" 2>&1 &
running=$!
until grep -q 'Answering on' "$root/run.txt" 2>/dev/null; do
    kill -0 "$running" 2>/dev/null || {
        tail -n 40 "$root/run.txt"
        exit 1
    }
    [ $(($(date +%s) - began)) -lt 1800 ] || exit 1
    sleep 1
done
tail -n 12 "$root/run.txt"
# Perl is what a minimal Debian has to speak HTTP with.
inside "perl -MIO::Socket::INET -e '
    my \$s = IO::Socket::INET->new(\"127.0.0.1:8080\") or die;
    my \$b = q({\"conversation\":\"fresh\",\"text\":\"보험금 청구 서류가 뭐예요?\"});
    printf \$s \"POST /v1/turns HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\nContent-Type: application/json\\r\\n\" .
        \"Content-Length: %d\\r\\n\\r\\n%s\", length(\$b), \$b;
    print while <\$s>;'" | tee "$root/reply.txt"
grep -q '서류' "$root/reply.txt" || {
    echo "make run gave no answer" >&2
    exit 1
}
for pid in $(pgrep -x paring); do # ours is the one whose root is this folder
    [ "$(readlink "/proc/$pid/root")" != "$root" ] || kill -TERM "$pid"
done
echo "== $(($(date +%s) - began)) s; make test"
inside "make test"
echo "== make run and make test work on a fresh Debian $suite ($(($(date +%s) - began)) s)"
