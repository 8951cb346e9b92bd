package scanline.lab.studio.http;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** Which path is answered by what. */
public final class Routes {
    private final Map<String, Map<String, Action>> actions = new LinkedHashMap<>();

    /** Answers a request. */
    @FunctionalInterface
    public interface Action {
        /**
         * The answer.
         *
         * @throws Refusal if there is none
         */
        Answered answer(Request request) throws IOException, InterruptedException;
    }

    /** Answers GET, and HEAD, of a path. */
    public Routes get(String path, Action action) {
        return put("GET", path, action);
    }

    /** Answers POST to a path, which may change something. */
    public Routes post(String path, Action action) {
        return put("POST", path, action);
    }

    private Routes put(String method, String path, Action action) {
        actions.computeIfAbsent(path, _ -> new TreeMap<>()).put(method, action);
        return this;
    }

    Action find(String method, String path) {
        Map<String, Action> methods = actions.get(path);
        if (methods == null) {
            throw new Refusal(404, "there is nothing at this path");
        }
        Action action = methods.get(method.equals("HEAD") ? "GET" : method);
        if (action == null) {
            throw Refusal.method(String.join(", ", methods.keySet()));
        }
        return action;
    }
}
