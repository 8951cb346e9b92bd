package scanline.lab.http;

import java.io.IOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The actions that answer each path. */
public final class Routes {
    private final Map<String, Map<String, Action>> actions = new LinkedHashMap<>();

    /** An action that answers requests. */
    @FunctionalInterface
    public interface Action {
        /**
         * Answers a request.
         *
         * @throws Refusal to answer with an error
         */
        Answered answer(Request request) throws IOException, InterruptedException;
    }

    /** Adds the action for GET and HEAD requests to a path. */
    public Routes get(String path, Action action) {
        return put("GET", path, action);
    }

    /** Adds the action for POST requests to a path, which may change something. */
    public Routes post(String path, Action action) {
        return put("POST", path, action);
    }

    private Routes put(String method, String path, Action action) {
        actions.computeIfAbsent(path, _ -> new TreeMap<>()).put(method, action);
        return this;
    }

    /** The methods of each path. */
    public Map<String, Set<String>> methods() {
        Map<String, Set<String>> methods = new LinkedHashMap<>();
        actions.forEach((path, each) -> methods.put(path, Collections.unmodifiableSet(each.keySet())));
        return methods;
    }

    Action find(String method, String path) {
        Map<String, Action> methods = actions.get(path);
        if (methods == null) {
            throw new Refusal(404, "no such path");
        }
        Action action = methods.get(method.equals("HEAD") ? "GET" : method);
        if (action == null) {
            throw Refusal.method(String.join(", ", methods.keySet()));
        }
        return action;
    }
}
