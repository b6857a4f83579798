#!/bin/sh
# Talks to the sample bot: makes it if there is none, trains it if it has no active release, then starts the conversation.
# usage: run.sh PARING   (BOT names the folder, SAMPLE the sample)
set -eu
paring=$1
bot=${BOT:-sample-bot}
[ -f "$bot/content.db" ] || "$paring" init --bot "$bot" --sample "${SAMPLE:-insurance-ko}"
[ -f "$bot/current" ] || "$paring" train --bot "$bot" # the first release goes live at once
exec "$paring" chat --bot "$bot"
