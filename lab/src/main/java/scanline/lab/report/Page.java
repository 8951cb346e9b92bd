package scanline.lab.report;

import java.util.List;
import java.util.Map;
import scanline.lab.report.figure.Curves;
import scanline.lab.report.figure.Markup;

/**
 * A self-contained HTML page: it needs no script, no other file and no network, and its content security policy forbids
 * all of them. It is also well-formed XML.
 */
final class Page {
    private static final String HEAD = """
            <!DOCTYPE html>
            <html lang="en" xmlns="http://www.w3.org/1999/xhtml">
            <head>
            <meta charset="utf-8"/>
            <meta name="viewport" content="width=device-width, initial-scale=1"/>
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"/>
            """;
    // Text has a contrast of at least 4.5 to 1 with its background in both color schemes; printed pages are light.
    private static final String STYLE = """
            :root{color-scheme:light dark;--paper:#fff;--card:#f6f8fa;--ink:#1f2328;--soft:#57606a;--line:#d8dee4;
            --wrong:#b3261e;--heat:9,105,218;--miss:214,73,20}
            *{box-sizing:border-box}
            html{-webkit-text-size-adjust:100%}
            body{margin:0;background:var(--paper);color:var(--ink);
            font:16px/1.55 system-ui,-apple-system,"Segoe UI",Helvetica,Arial,sans-serif}
            main{max-width:70rem;margin:0 auto;padding:2.5rem 1.25rem 4rem}
            h1{font-size:1.9rem;line-height:1.2;letter-spacing:-.01em;margin:0 0 .5rem;overflow-wrap:anywhere}
            h2{font-size:1.3rem;line-height:1.3;margin:3rem 0 .75rem;padding-top:1.5rem;border-top:1px solid var(--line)}
            h3{font-size:1rem;margin:1.75rem 0 .5rem}
            p,li{max-width:46rem}
            p{margin:.5rem 0 .75rem;overflow-wrap:anywhere}
            .soft{color:var(--soft);font-size:.9rem}
            .state{border-left:4px solid var(--wrong);padding:.6rem 1rem;background:var(--card)}
            pre,code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.85rem}
            pre{overflow-x:auto;margin:.75rem 0;padding:.8rem 1rem;background:var(--card);border:1px solid var(--line);
            border-radius:6px}
            .scroll{overflow-x:auto;margin:.75rem 0}
            .scroll:focus-visible,pre:focus-visible{outline:2px solid rgb(var(--heat));outline-offset:2px}
            .scroll>img{display:block;max-width:none}
            table{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums}
            caption{text-align:left;color:var(--soft);padding-bottom:.4rem}
            th,td{padding:.32rem .75rem;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}
            tr>:first-child{padding-left:0}
            thead th{color:var(--soft);font-weight:600;vertical-align:bottom;white-space:nowrap}
            tbody th{font-weight:500}
            .figures td,.figures thead th:not(:first-child){text-align:right;white-space:nowrap}
            .figures tbody th{white-space:nowrap;position:sticky;left:0;background:var(--paper)}
            .tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(10.2rem,1fr));gap:.75rem;margin:1.5rem 0}
            .tiles div{padding:.8rem 1rem;background:var(--card);border:1px solid var(--line);border-radius:8px}
            .tiles dt{color:var(--soft);font-size:.85rem}
            .tiles dd{margin:0}
            .tiles b{display:block;font-size:1.3rem;font-weight:600;line-height:1.5;letter-spacing:-.01em;white-space:nowrap}
            .tiles small{color:var(--soft);font-size:.8rem}
            .keys{columns:21rem 3;column-gap:2.5rem;margin:.75rem 0;font-size:.85rem}
            .keys div{display:flex;justify-content:space-between;gap:1rem;break-inside:avoid;padding:.15rem 0;
            border-bottom:1px solid var(--line)}
            .keys dt{color:var(--soft)}
            .keys dd{margin:0;text-align:right;overflow-wrap:anywhere}
            .legend{list-style:none;display:flex;flex-wrap:wrap;gap:.3rem 1.25rem;margin:.75rem 0;padding:0;font-size:.9rem}
            .legend span{color:var(--ink);overflow-wrap:anywhere}
            .swatch{display:inline-block;width:1.4rem;margin-right:.5rem;border-top:3px solid currentColor;
            vertical-align:middle}
            .swatch.dashed{border-top-style:dashed;border-top-width:2px}
            ol.runs{list-style:none;display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,26rem),1fr));
            gap:0 1.5rem;margin:1rem 0 1.5rem;padding:0}
            ol.runs li{max-width:none;padding:.35rem 0;border-bottom:1px solid var(--line);overflow-wrap:anywhere}
            ol.runs b{color:var(--ink)}
            ol.runs code{color:var(--soft)}
            .gallery{list-style:none;display:grid;grid-template-columns:repeat(auto-fill,minmax(8.5rem,1fr));gap:1rem;
            margin:1rem 0;padding:0}
            figure{margin:0;break-inside:avoid}
            .gallery img{display:block;image-rendering:pixelated;max-width:100%;height:auto;border-radius:4px;
            outline:1px solid var(--line)}
            .gallery dl{display:grid;grid-template-columns:auto 1fr;gap:0 .5rem;margin:.35rem 0 0;font-size:.85rem;
            line-height:1.4}
            .gallery dt{color:var(--soft)}
            .gallery dd{margin:0;overflow-wrap:anywhere}
            .gallery dd:last-child{white-space:nowrap}
            .states{list-style:none;margin:1rem 0;padding:0}
            .states li{max-width:none;margin-bottom:1rem}
            .states figure{display:grid;grid-template-columns:6rem minmax(0,3fr) minmax(0,2fr);gap:.25rem .75rem}
            .states img{display:block;width:100%;height:6rem;image-rendering:pixelated;outline:1px solid var(--line)}
            .states .still{object-fit:contain}
            .states figcaption{grid-column:1/-1;font-size:.85rem;color:var(--soft)}
            mark{background:none;color:var(--wrong);font-weight:700;text-decoration:underline;text-underline-offset:.15em}
            .matrix{border-collapse:separate;border-spacing:1px;font-size:.8rem;line-height:1.2}
            .matrix th,.matrix td{border:0;padding:.3rem .35rem;text-align:center;vertical-align:middle}
            .matrix tbody th{text-align:right;padding-right:.5rem;white-space:nowrap;position:sticky;left:0;
            background:var(--paper)}
            .matrix thead th{vertical-align:bottom}
            .matrix td{min-width:2.9rem;height:2.6rem;border-radius:3px;background:rgba(var(--miss),var(--a,0))}
            .matrix td.d{background:rgba(var(--heat),var(--a,0))}
            .matrix td small{display:block;white-space:nowrap;color:var(--soft);font-size:.7rem}
            .matrix td[style] small{color:inherit}
            .matrix.long thead th span{writing-mode:vertical-rl;transform:rotate(180deg)}
            .matrix.many{font-size:.65rem}
            .matrix.many th,.matrix.many td{padding:.1rem}
            .matrix.many td{min-width:1.5rem;height:1.5rem}
            @media(max-width:40rem){main{padding:1.5rem 1rem 3rem}h1{font-size:1.5rem}
            .tiles{grid-template-columns:repeat(auto-fit,minmax(8.5rem,1fr))}
            .tiles b{font-size:1.15rem}
            .gallery{grid-template-columns:repeat(auto-fill,minmax(6.7rem,1fr));gap:1rem .75rem}
            .gallery dl{gap:0 .3rem;font-size:.75rem}
            th,td{padding:.32rem .5rem}
            .figures tbody th{white-space:normal;max-width:8.5rem}
            .matrix thead th:first-child{white-space:normal}
            .states figure{grid-template-columns:3.5rem minmax(0,3fr) minmax(0,2fr);gap:.25rem .5rem}
            .states img{height:3.5rem}}
            @media screen and (prefers-color-scheme:dark){:root{--paper:#0d1117;--card:#161b22;--ink:#e6edf3;
            --soft:#9da7b1;--line:#30363d;--wrong:#ff8f87;--heat:56,139,253;--miss:240,105,45}}
            @media print{:root{color-scheme:light}body{font-size:10pt}main{max-width:none;padding:0}
            *{print-color-adjust:exact;-webkit-print-color-adjust:exact}
            h2,h3{break-after:avoid}tr,.tiles div,.gallery li,.states li,.curves svg{break-inside:avoid}
            .scroll,pre{overflow:visible}pre{white-space:pre-wrap}.scroll>img{max-width:100%;height:auto}}
            """;

    private final StringBuilder body = new StringBuilder();
    private final String title;

    /** Creates a page with a heading. */
    Page(String title) {
        this.title = title;
        body.append("<h1>").append(Markup.escaped(title)).append("</h1>\n");
    }

    /** Returns the page as HTML. */
    String text() {
        return HEAD + "<title>" + Markup.escaped(title) + "</title>\n<style>\n" + STYLE + Curves.STYLE_OF_PAGE
                + "</style>\n</head>\n<body>\n<main>\n" + body + "</main>\n</body>\n</html>\n";
    }

    /** Starts a section with a heading. */
    void section(String heading) {
        body.append("<h2>").append(Markup.escaped(heading)).append("</h2>\n");
    }

    /** Adds a paragraph. */
    void paragraph(String words) {
        paragraph("", words);
    }

    /** Adds a paragraph of a kind: {@code soft} for explanations, {@code state} for important notices. */
    void paragraph(String kind, String words) {
        body.append(kind.isEmpty() ? "<p>" : "<p class=\"" + kind + "\">").append(Markup.escaped(words))
                .append("</p>\n");
    }

    /** Adds a command. */
    void command(String words) {
        body.append("<pre tabindex=\"0\">").append(Markup.escaped(words)).append("</pre>\n");
    }

    /** Adds a list of sentences. */
    void list(List<String> sentences) {
        body.append("<ul>\n");
        sentences.forEach(sentence -> body.append("<li>").append(Markup.escaped(sentence)).append("</li>\n"));
        body.append("</ul>\n");
    }

    /** Adds a table, which scrolls if it is wider than the page. */
    void table(String name, Table table) {
        table(name, table, false);
    }

    /** Adds a table in which each column but the first belongs to a run and is marked with the color of its curves. */
    void tableOfRuns(String name, Table table) {
        table(name, table, true);
    }

    private void table(String name, Table table, boolean ofRuns) {
        StringBuilder markup = new StringBuilder("<table").append(table.isOfFigures() ? " class=\"figures\"" : "")
                .append(">\n<thead><tr>");
        for (int c = 0; c < table.columns().size(); c++) {
            markup.append("<th scope=\"col\">").append(ofRuns && c > 0 ? swatch(c - 1) : "")
                    .append(Markup.escaped(table.columns().get(c))).append("</th>");
        }
        markup.append("</tr></thead>\n<tbody>\n");
        for (List<String> row : table.rows()) {
            markup.append("<tr><th scope=\"row\">").append(Markup.escaped(row.getFirst())).append("</th>");
            row.stream().skip(1)
                    .forEach(cell -> markup.append("<td>").append(Markup.escaped(cell)).append("</td>"));
            markup.append("</tr>\n");
        }
        scroll(name, markup + "</tbody>\n</table>\n");
    }

    /** Returns a mark in the color of a run's curves. */
    static String swatch(int run) {
        return "<i class=\"swatch run" + run + "\"></i>";
    }

    /** Adds names with their values, in as many columns as fit. */
    void keys(Map<String, String> keys) {
        body.append("<dl class=\"keys\">\n");
        keys.forEach((key, value) -> body.append("<div><dt>").append(Markup.escaped(key)).append("</dt><dd>")
                .append(value.isEmpty() ? "&#160;" : Markup.escaped(value)).append("</dd></div>\n"));
        body.append("</dl>\n");
    }

    /** Adds markup that scrolls if it is wider than the page, also by keyboard. */
    void scroll(String name, String markup) {
        body.append("<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"").append(Markup.escaped(name))
                .append("\">\n").append(markup).append("</div>\n");
    }

    /** Adds markup as it is. */
    void add(String markup) {
        body.append(markup);
    }
}
