package scanline.lab.cli.option;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** The options of a command that listens for requests: {@code --port}, {@code --host} and {@code --token}. */
public final class Address {
    private static final int SHORTEST_TOKEN = 16;
    private static final int LAST_PORT = 65_535;

    @Spec(Target.MIXEE)
    private @Nullable CommandSpec command;

    @Option(names = "--port", paramLabel = "N",
            description = "Port to listen on; 0 for any free port. Default: ${DEFAULT-VALUE}.")
    private int port;

    @Option(names = "--host", paramLabel = "NAME", defaultValue = "127.0.0.1",
            description = "Address to listen on; any but a loopback address needs --token. Default: ${DEFAULT-VALUE}.")
    private String host = "127.0.0.1";

    @Option(names = "--token", paramLabel = "TOKEN",
            description = "Access token that clients must send; at least 16 characters.")
    private @Nullable String token;

    /** Creates the options with this default port. */
    public Address(int port) {
        this.port = port;
    }

    /**
     * Checks the options.
     *
     * @throws ParameterException if they are invalid, or other machines could connect without a token
     */
    public void check() {
        CommandLine line = Objects.requireNonNull(command).commandLine();
        if (port < 0 || port > LAST_PORT) {
            throw new ParameterException(line, "--port must be from 0 to " + LAST_PORT + ", not " + port);
        }
        if (token != null && !token.matches("[A-Za-z0-9._~-]{" + SHORTEST_TOKEN + ",200}")) {
            throw new ParameterException(line, "--token must have " + SHORTEST_TOKEN
                    + " to 200 characters, each a letter, a digit or one of . _ ~ -");
        }
        if (token == null && !isLoopback()) {
            throw new ParameterException(line, "--host " + host
                    + " can be reached from other machines: set an access token with --token");
        }
    }

    private boolean isLoopback() {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException _) {
            return true; // the server reports the unknown host
        }
    }

    public int port() {
        return port;
    }

    public String host() {
        return host;
    }

    public @Nullable String token() {
        return token;
    }

    /** The address of a server with these options, as a browser opens it. */
    public String url(int actualPort) {
        return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + actualPort + "/"
                + (token == null ? "" : "?token=" + token);
    }
}
