/** Data, models, recipes, training runs and the command line. */
module scanline.lab {
    requires transitive scanline.data;
    requires info.picocli;
    requires java.desktop;
    requires java.management;
    requires java.net.http;
    requires jdk.httpserver;
    requires org.snakeyaml.engine;
    requires tools.jackson.databind;
    requires tools.jackson.dataformat.yaml;
    requires static transitive org.jspecify;

    exports scanline.lab.base;
    exports scanline.lab.experiment;
    exports scanline.lab.export;
    exports scanline.lab.insight;
    exports scanline.lab.model;
    exports scanline.lab.recipe;
    exports scanline.lab.run;
    exports scanline.lab.studio;
    exports scanline.lab.sweep;
    exports scanline.lab.task;
    exports scanline.lab.train;

    opens scanline.lab.cli to info.picocli, tools.jackson.databind;
    opens scanline.lab.cli.option to info.picocli;
    opens scanline.lab.studio to tools.jackson.databind;
}
