package scanline.lab.model;

/** A built model: what computes with its parameters. */
public sealed interface Network permits Classifier, Autoregressive {}
