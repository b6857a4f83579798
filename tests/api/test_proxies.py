"""Behind the proxies and under the supervisor that the README names, each skipped where it is not installed."""
import http.client
import json
import os
import shutil
import socket
import subprocess
import threading

from paring import Skip, fill, test
from server import Server, wait_until

CANCEL = "보험 해지 궁금해요"


def need(program):
    found = shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if not found:
        raise Skip(f"{program} is not installed")
    return found


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def ask(port, body):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("POST", "/v1/turns", json.dumps(body), {"Content-Type": "application/json", "Host": "localhost"})
        reply = connection.getresponse()
        return reply.status, json.loads(reply.read() or b"null") if reply.status == 200 else None
    except (OSError, http.client.HTTPException):
        return 0, None
    finally:
        connection.close()


@test
def behind_haproxy_a_retried_request_makes_one_turn(bot):
    """The server dies in the middle of it all, another takes its place, and HAProxy's retries are the same messages again."""
    program, port = need("haproxy"), free_port()
    fill(bot)
    bot.go_live()
    with Server(bot) as server:
        config = bot.write("haproxy.cfg", f"""
defaults
    mode http
    timeout connect 2s
    timeout client 20s
    timeout server 20s
    retries 10
frontend f
    bind 127.0.0.1:{port}
    default_backend paring
backend paring
    option httpchk GET /ready
    http-check send hdr Host localhost
    http-request set-header X-Forwarded-For %[src]
    retry-on all-retryable-errors
    server bot 127.0.0.1:{server.port} check inter 100ms rise 1 fall 1000
""")
        checked = subprocess.run([program, "-c", "-f", config], capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked
        proxy = subprocess.Popen([program, "-db", "-f", config], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_until(lambda: ask(port, {"conversation": "c", "message_id": "m0", "text": CANCEL})[0] == 200)
            replies, servers = {}, []
            for i in range(1, 21):
                if i == 10:
                    server.kill()
                    starting = threading.Timer(0.5, lambda: servers.append(Server(bot, listen=f"127.0.0.1:{server.port}")))
                    starting.start()
                status, replies[f"m{i}"] = ask(port, {"conversation": "c", "message_id": f"m{i}", "text": CANCEL})
                assert status == 200, (i, status)
            starting.join()
            with servers[0] as again:
                kept = {row[2]: row[0] for row in again.rows()}
                assert len(again.rows()) == 21 and all(kept[name] == reply["turn"] for name, reply in replies.items())
        finally:
            proxy.terminate()
            proxy.wait(20)


@test
def nginx_takes_the_readmes_example(bot):
    program, port = need("nginx"), free_port()
    fill(bot)
    bot.go_live()
    with Server(bot) as server:
        folder = os.path.dirname(bot.write("nginx.conf", f"""
pid {bot.folder}/nginx.pid;
error_log stderr;
daemon off;
events {{ }}
http {{
    access_log off;
    client_body_temp_path {bot.folder}/b; proxy_temp_path {bot.folder}/p; fastcgi_temp_path {bot.folder}/f;
    uwsgi_temp_path {bot.folder}/u; scgi_temp_path {bot.folder}/s;
    server {{
        listen 127.0.0.1:{port};
        location / {{ proxy_pass http://127.0.0.1:{server.port}; proxy_http_version 1.1; proxy_set_header Connection "";
                      proxy_set_header X-Forwarded-For $remote_addr; }}
    }}
}}
"""))
        config = os.path.join(folder, "nginx.conf")
        checked = subprocess.run([program, "-t", "-c", config], capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked
        proxy = subprocess.Popen([program, "-c", config], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_until(lambda: ask(port, {"conversation": "c", "message_id": "m0", "text": CANCEL})[0] == 200)
        finally:
            proxy.terminate()
            proxy.wait(20)


@test
def the_systemd_unit_is_one_and_is_closed(bot):
    program = need("systemd-analyze")
    source = os.path.join(os.path.dirname(__file__), "..", "..", "server", "paring.service")
    prefix = os.path.join(bot.folder, "usr")
    os.makedirs(os.path.join(prefix, "bin"))
    shutil.copy("/bin/true", os.path.join(prefix, "bin", "paring"))
    with open(source, encoding="utf-8") as file:
        unit = bot.write("paring.service", file.read().replace("@PREFIX@", prefix))
    verified = subprocess.run([program, "verify", "--man=no", unit], capture_output=True, text=True, check=False)
    if verified.returncode and "paring.service:" not in verified.stderr:
        raise Skip("systemd-analyze cannot verify here: " + verified.stderr.strip()[:200])
    assert verified.returncode == 0 and "paring.service:" not in verified.stderr, verified
    scored = subprocess.run([program, "security", "--offline=yes", "--threshold=15", unit], capture_output=True, text=True, check=False)
    assert scored.returncode == 0, scored.stdout[-800:]
