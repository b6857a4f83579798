"""A model provider that is dead in each way there is, for a while: scripts are answered at once all the time, and every question that would have gone to
it gets a quoted passage or a person within the deadline."""
import socket
import threading
import time

import paring
from paring import test
from server import Server, wait_until
from test_quoted import QUESTION, with_documents
from test_selector import OFTEN, Model, providers, table
from test_server_faults import CANCEL

DEADLINE = 1.5


class Nobody:
    """An address with nothing behind it: refused, or a black hole whose queue of connections is full."""

    def __init__(self, is_hole):
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.url, self.held = f"http://127.0.0.1:{self.listener.getsockname()[1]}/v1", []
        if is_hole:
            self.listener.listen(0)
            for _ in range(8):
                one = socket.socket()
                one.setblocking(False)
                one.connect_ex(self.listener.getsockname())
                self.held.append(one)

    def close(self):
        for one in (*self.held, self.listener):
            one.close()


class Customers:
    def __init__(self, server):
        self.server, self.ends, self.scripted, self.asked, self.wrong = server, threading.Event(), [], [], []
        self.threads = [threading.Thread(target=self.run, args=(i,), daemon=True) for i in range(8)]
        for thread in self.threads:
            thread.start()

    def run(self, number):
        count, is_asking = 0, number >= 2
        while not self.ends.wait(0.02):
            count += 1
            began = time.monotonic()
            try:
                text = f"{QUESTION} {'?' * (count % 40)}" if is_asking else CANCEL
                route = self.server.turn(text, f"dead-{number}-{count}")["route"]
                if route not in (("quoted", "handoff", "clarify") if is_asking else ("scripted",)):
                    self.wrong.append(route)
            except (OSError, AssertionError) as error:
                self.wrong.append(repr(error))
            (self.asked if is_asking else self.scripted).append(time.monotonic() - began)

    def stop(self):
        self.ends.set()
        for thread in self.threads:
            thread.join(30)


def dead(bot, provider, seconds):
    with Server(bot, model_deadline_ms=int(DEADLINE * 1000), rate_per_address=0, access_log="no", **providers(bot, provider)) as server:
        customers = Customers(server)
        time.sleep(seconds)
        customers.stop()
        assert not customers.wrong, customers.wrong[:5]
        assert len(customers.scripted) > 10 and len(customers.asked) >= 6, (len(customers.scripted), len(customers.asked))
        slow = 5 if paring.is_sanitized() else 1
        scripted = sorted(customers.scripted)
        assert scripted[len(scripted) * 98 // 100] < 0.3 * slow, scripted[-5:]
        assert max(customers.asked) < DEADLINE + 1 * slow, max(customers.asked)
        wait_until(lambda: server.metric("paring_model_pending") == 0)


@test
def a_provider_that_is_dead_delays_no_script_and_every_question_is_answered(bot):
    with_documents(bot, OFTEN)
    seconds = 60 if paring.IS_LONG else 1
    for is_hole in (False, True):
        nobody = Nobody(is_hole)
        try:
            dead(bot, nobody, seconds)
        finally:
            nobody.close()
    for does in ("hang 0", "reset 300", "storm 5") + (("hang 200", "drip", "ping-forever", "reset 0", "status 503") if paring.IS_LONG else ()):
        with Model(does) as model:
            dead(bot, model, seconds)
    outcomes = {row[0] for row in table(bot, "SELECT DISTINCT outcome FROM model_calls")}
    assert {"connect", "late", "dropped"} <= outcomes and "whole" not in outcomes, outcomes
