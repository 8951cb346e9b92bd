#!/bin/sh
# bin/scanline of the distributions that ./build dist makes. SCANLINE_JAVA_OPTS: further options for the JVM.
set -eu
root=$(dirname "$(dirname "$(readlink -f "$0")")")
. "$root/lib/jdk.sh"
case $root in
    *:*)
        echo "scanline: Java cannot run from $root, because its name has a colon: move the folder" >&2
        exit 1
        ;;
esac
use_utf8 "$root" "$PWD" "$@"
choose_flags "$@"
set -- --module scanline.lab/scanline.lab.cli.Main "$@"
if [ -f "$root/lib/modules" ]; then # a runtime image, which contains Java and Scanline
    JAVA_HOME=$root
else
    find_jdk
    set -- --module-path "$root/lib" "$@"
fi
see_terminal
# shellcheck disable=SC2086 # the flags are several words
exec "$JAVA_HOME/bin/java" $java_flags $terminal_flags ${SCANLINE_JAVA_OPTS:-} "$@"
