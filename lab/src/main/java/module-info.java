/**
 * Recipes, the models that they name, training runs, the command line and the web studio. A program that asks a
 * trained model for answers starts with {@link scanline.lab.predict.Predictor}, one that looks into a run with {@link
 * scanline.lab.run.Trained}; one that trains a recipe with {@link scanline.lab.recipe.Recipes} and {@link
 * scanline.lab.train.TrainingSession}.
 */
@SuppressWarnings("module") // scanline.bench, which is built later, measures the server
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
    requires static org.jspecify;

    exports scanline.lab.base;
    exports scanline.lab.experiment;
    exports scanline.lab.export;
    exports scanline.lab.insight;
    exports scanline.lab.model;
    exports scanline.lab.predict;
    exports scanline.lab.recipe;
    exports scanline.lab.run;
    exports scanline.lab.serve to scanline.bench;
    exports scanline.lab.studio;
    exports scanline.lab.sweep;
    exports scanline.lab.task;
    exports scanline.lab.train;

    opens scanline.lab.cli to info.picocli, tools.jackson.databind;
    opens scanline.lab.cli.option to info.picocli;
    opens scanline.lab.serve to tools.jackson.databind;
    opens scanline.lab.studio to tools.jackson.databind;
}
