package scanline.lab.studio;

import java.util.Map;
import java.util.Objects;
import java.util.zip.CRC32C;

import scanline.data.base.ModuleContent;
import scanline.lab.http.Reply;
import scanline.lab.http.Routes;

/** Serves every file in the folder of the page. A file that a browser already has is not sent again. */
final class Assets {
    private static final String FOLDER = "scanline/lab/studio/page/";
    private static final String FIRST = "index.html";
    private static final Map<String, String> TYPES = Map.of("html", "text/html; charset=utf-8", "css",
            "text/css; charset=utf-8", "js", "text/javascript; charset=utf-8", "md", "text/markdown; charset=utf-8",
            "svg", "image/svg+xml",
            "txt", "text/plain; charset=utf-8");

    private Assets() {}

    static void addTo(Routes routes) {
        for (String path : ModuleContent.files(Assets.class, FOLDER, "")) {
            String file = path.substring(FOLDER.length());
            byte[] content = ModuleContent.bytes(Assets.class, path);
            CRC32C sum = new CRC32C();
            sum.update(content);
            String tag = "\"" + Long.toHexString(sum.getValue()) + "\"";
            String type = Objects.requireNonNull(TYPES.get(file.substring(file.lastIndexOf('.') + 1)), file);
            Map<String, String> headers = Map.of("ETag", tag, "Cache-Control", "no-cache");
            routes.get(file.equals(FIRST) ? "/" : "/" + file,
                    request -> request.header("If-None-Match").filter(tag::equals).isPresent()
                            ? new Reply(304, type, new byte[0], headers)
                            : new Reply(200, type, content, headers));
        }
    }
}
