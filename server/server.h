/* The server: a bot answering over HTTP until it is told to stop. */
#ifndef SERVER_H
#define SERVER_H

#include "base/config.h"

struct server;

/* Opens the bot, the journal and the socket, and starts to answer. `config` must outlive it.
 * ERR_USE: the address can be reached from elsewhere and there are no keys. */
MUST_USE enum err server_open(const char *bot_folder, const struct config *config,
                              struct server **out, struct fail *why);
/* Makes the first administrator, once (POST /api/first); "" when there is one. Before
 * server_run. */
const char *server_first_code(const struct server *server);
const char *server_address(const struct server *server); /* as bound */
bool server_has_tls(const struct server *server);
int server_release(const struct server *server, char hash[65]);
/* Until SIGTERM or SIGINT; SIGHUP, or another release in BOT/current, changes the release. Then
 * drains: nothing new is accepted, what is in flight is answered and committed. The main thread's;
 * those signals must have been blocked by server_block_signals before any thread began. */
MUST_USE enum err server_run(struct server *server, struct fail *why);
void server_block_signals(void);
void server_close(struct server *server);

#endif
