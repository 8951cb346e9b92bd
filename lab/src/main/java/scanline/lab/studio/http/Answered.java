package scanline.lab.studio.http;

/** What a request is answered with: at once, or bit by bit. */
public sealed interface Answered permits Reply, Streamed {}
