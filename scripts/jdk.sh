# Sourced by scanline, build and the image's bin/scanline.

# Sets java_flags, the options of the JVM for the command in the arguments.
choose_flags() {
    # The young generation is small, because a step allocates next to nothing and long-lived data should not be copied
    # (docs/log.md). These options do not apply if the user selects another collector.
    collector="-XX:+UseParallelGC -Xmn96m"
    for option in ${SCANLINE_JAVA_OPTS:-} ${JAVA_TOOL_OPTIONS:-} ${JDK_JAVA_OPTIONS:-} ${_JAVA_OPTIONS:-}; do
        case $option in
            -XX:+UseParallelGC | -XX:+Use*SystemGC) ;;
            -XX:+Use*GC) collector= ;;
        esac
    done
    # The JVM's own warnings go to standard error, because standard output is for results. Objects are aligned to cache
    # lines so that vectors do not straddle two. Reflection, which only reads options and recipes, is not compiled
    # into classes: that took a third of the time of a short command.
    java_flags="-XX:+DisplayVMOutputToStderr -Xlog:disable -Xlog:all=warning:stderr"
    java_flags="$java_flags $collector -XX:+UseTransparentHugePages -XX:ObjectAlignmentInBytes=64"
    java_flags="$java_flags -Djdk.reflect.useNativeAccessorOnly=true"
    # These commands compute nothing, and the second compiler would take longer than they do.
    case "${1:-} $* " in
        "recipes "* | "completion "* | "help "* | *" --help "* | *" --version "*)
            java_flags="$java_flags -XX:TieredStopAtLevel=1"
            ;;
    esac
}

# Sets terminal_flags, which tell the command line the number of columns of the terminal on standard error (0 if it is
# not a terminal, or one without a movable cursor), and whether it may use colors.
see_terminal() {
    columns=0
    color=false
    if [ -t 2 ] && [ "${TERM:-dumb}" != dumb ]; then
        size=$(stty size <&2 2>/dev/null || :) # rows and columns
        columns=${size#* }
        [ "${columns:-0}" -gt 0 ] || columns=80
        if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
            color=true
        fi
    fi
    terminal_flags="-Dscanline.terminal=$columns -Dscanline.color=$color"
}

# Returns whether locale $1, or the user's locale if $1 is empty, uses UTF-8.
is_utf8() {
    [ "$(LC_ALL=$1 locale charmap 2>/dev/null)" = UTF-8 ]
}

# Java takes the encoding of file names from the locale. Selects a UTF-8 locale if the user's uses another encoding. If
# none is installed, exits if one of the arguments has a character beyond ASCII.
use_utf8() {
    if is_utf8 "${LC_ALL:-}" || ! command -v locale >/dev/null; then
        return
    fi
    locale=C.UTF-8
    is_utf8 $locale || locale=$(locale -a 2>/dev/null | grep -i 'utf-*8$' | head -n 1)
    if [ -z "$locale" ]; then
        if [ -n "$(printf %s "$*" | LC_ALL=C tr -d '\000-\177')" ]; then
            echo "${0##*/}: no UTF-8 locale is installed, and without one Java cannot open names beyond ASCII:" \
                "install one (locale -a lists the installed ones)" >&2
            exit 1
        fi
    else
        LC_ALL=$locale # not LC_CTYPE: setlocale sets nothing if one of the other variables is invalid
        export LC_ALL
    fi
}

# Returns whether the folder $1 is a JDK 25 or newer. Reads a file instead of starting a JVM, which would take longer.
is_jdk_25() {
    [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 1
    while IFS='=' read -r key value; do
        if [ "$key" = JAVA_VERSION ]; then
            value=${value#\"}
            value=${value%%[!0-9]*}
            [ "${value:-0}" -ge 25 ]
            return
        fi
    done <"$1/release"
    return 1
}

# Sets JAVA_HOME to a JDK 25 or newer: the one it names, the one on the PATH, or one in a common location.
find_jdk() {
    java=$(command -v java || :)
    java=${java:+$(readlink -f "$java")}
    for home in "${JAVA_HOME:-}" "${java%/bin/java}" /usr/lib/jvm/* /Library/Java/JavaVirtualMachines/*/Contents/Home \
        "${HOME:-}"/.sdkman/candidates/java/* "${HOME:-}"/.jdks/*; do
        if is_jdk_25 "$home"; then
            JAVA_HOME=$home
            export JAVA_HOME
            return
        fi
    done
    echo "${0##*/}: JDK 25 not found: install it (for example from https://adoptium.net) or set JAVA_HOME" >&2
    exit 1
}

no_maven="Maven not found, and downloading it needs unzip and curl or wget: install Maven (for example with apt install maven or brew install maven)"

# Is Maven on the PATH, or can its wrapper download it? The checksum of the wrapper is that of the .zip file.
has_maven() {
    command -v mvn >/dev/null || {
        command -v unzip >/dev/null && { command -v curl >/dev/null || command -v wget >/dev/null; }
    }
}

# Runs the Maven on the PATH, or else the wrapper, with the JDK that was found. The options suppress the JDK's warnings about Maven's own libraries, and color
# codes that one of them writes even without a terminal.
maven() {
    mvn=$(command -v mvn || echo "$root/mvnw")
    MAVEN_OPTS="--sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED -Djansi.noreset=true \
${MAVEN_OPTS:-}" \
        "$mvn" -B -ntp -f "$root/pom.xml" "$@"
}

# Builds module $1 and its dependencies, without checks and tests, in $1/target/quick/app. The other arguments are
# options for Maven, whose output goes to stderr.
quick_app() {
    module=$1
    shift
    rm -rf "$root/$module/target/quick/app" # it may contain jars of older versions
    maven -q -Dscanline.quick -Dmaven.test.skip=true -pl "$module" -am "$@" package >&2
}
