package scanline.lab.http;

/** The answer to a request: a complete reply or a stream. */
public sealed interface Answered permits Reply, Streamed {}
