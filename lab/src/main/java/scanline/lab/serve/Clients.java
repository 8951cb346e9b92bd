package scanline.lab.serve;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import scanline.lab.http.Refusal;
import scanline.lab.http.Request;
import scanline.lab.http.Routes.Action;

/** Limits how many requests of one client are answered at the same time. */
final class Clients {
    private final int most;
    private final Map<String, Integer> inFlight = new ConcurrentHashMap<>();

    /** Limits each client to so many requests at a time. */
    Clients(int most) {
        this.most = most;
    }

    /** The action, for clients that are not over the limit. */
    Action limited(Action action) {
        return request -> {
            enter(request);
            try {
                return action.answer(request);
            } finally {
                inFlight.computeIfPresent(request.client(), (_, count) -> count == 1 ? null : count - 1);
            }
        };
    }

    private void enter(Request request) {
        inFlight.compute(request.client(), (_, count) -> {
            if (count != null && count >= most) {
                throw Refusal.later(429, "more than " + most + " requests of this client at once", 1);
            }
            return count == null ? 1 : count + 1;
        });
    }
}
