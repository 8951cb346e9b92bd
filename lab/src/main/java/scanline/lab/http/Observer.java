package scanline.lab.http;

import java.util.Map;

/** Learns of requests and their answers, for metrics and logs. Its methods are called by many threads at the same time. */
public interface Observer {
    /** Ignores them. */
    Observer NONE = new Observer() {
        @Override
        public void began() {
            // nothing to count
        }

        @Override
        public void ended(Ended ended) {
            // nothing to note
        }
    };

    /**
     * A request that has been answered.
     *
     * @param client the address of the client
     * @param method the method of the request
     * @param path the path of the request, not decoded and without the query, which may contain the token
     * @param status the HTTP status of the answer; 0 if the client was gone before it was sent
     * @param nanos the time from the end of the headers of the request to the end of the answer
     * @param notes what the action noted about the request
     */
    record Ended(String client, String method, String path, int status, long nanos, Map<String, Object> notes) {}

    /** A request was accepted. */
    void began();

    /** A request was answered, or its client is gone. */
    void ended(Ended ended);
}
