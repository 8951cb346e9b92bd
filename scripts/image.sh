#!/bin/sh
# The runtime image's bin/scanline. SCANLINE_JAVA_OPTS: further options for the JVM.
set -eu
image=$(dirname "$(dirname "$(readlink -f "$0")")")
. "$image/lib/jdk.sh"
case $image in
    *:*)
        echo "scanline: Java cannot run from $image, because its name has a colon: move the folder" >&2
        exit 1
        ;;
esac
use_utf8 "$image" "$PWD" "$@"
choose_flags
see_terminal
# shellcheck disable=SC2086 # the flags are several words
exec "$image/bin/java" $java_flags $terminal_flags ${SCANLINE_JAVA_OPTS:-} \
    --module scanline.lab/scanline.lab.cli.Main "$@"
