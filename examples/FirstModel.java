import module scanline.data;

void main() {
    Loader digits = new Loader(Datasets.ofUser().open("mnist", null).train(), new Scan.Chunks(784), 0, 1);
    Engine engine = Engine.open();
    Weights w = engine.weights(1);
    Layer model = new Sequential(new Linear(w.scope("l1"), 784, 128), Tensor::relu, new Linear(w.scope("l2"), 128, 10));
    Optimizer adam = new Optimizer(Adam.DEFAULT, w);
    for (Batch batch : digits.batches(RandomKey.of(1, "order").permutation(60_000), 100))
        try (Tape tape = engine.training(adam.steps())) {
            Tensor x = tape.input(Shape.of(100, 784), batch.values());
            Tensor loss = Losses.crossEntropy(model.forward(x), batch.labels(), 0);
            adam.step(loss);
            if (adam.steps() % 100 == 0) IO.println("step " + adam.steps() + ", loss " + loss.values()[0]);
        }
}
