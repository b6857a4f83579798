#!/bin/sh
# Serves the sample bot: makes it if there is none, trains it if it has no active release, then answers over HTTP until Ctrl-C.
# usage: run.sh PARING   (BOT names the folder, SAMPLE the sample, LISTEN the address)
set -eu
paring=$1
bot=${BOT:-sample-bot}
[ -f "$bot/content.db" ] || "$paring" init --bot "$bot" --sample "${SAMPLE:-insurance-ko}"
[ -f "$bot/current" ] || "$paring" train --bot "$bot" # the first release goes live at once
exec "$paring" serve --bot "$bot" ${LISTEN:+--listen "$LISTEN"}
