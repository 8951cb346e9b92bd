package scanline.lab.predict;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Tape;
import scanline.lab.task.Answer;
import scanline.lab.task.Transcription;

/** Copies of a model that writes labels: as many as there are calls at the same time. */
final class Writers implements AutoCloseable {
    private final Frozen model;
    private final Deque<Frozen> free = new ArrayDeque<>();
    private boolean closed;

    /** Starts with a model, which is the copy of the first call; the others have one thread each. */
    Writers(Frozen model) {
        this.model = model;
        free.add(model);
    }

    /** Returns the answers to encoded images, [S, B, W]. */
    List<Answer> answers(Shape shape, float[] encoded) {
        Frozen writer = take();
        try (Tape tape = writer.engine().inference()) {
            return ((Transcription) writer.task()).answersOf(tape.input(shape, encoded));
        } finally {
            giveBack(writer);
        }
    }

    private synchronized Frozen take() {
        if (closed) {
            throw new IllegalStateException("this predictor has been closed");
        }
        return free.isEmpty() ? model.copy(1) : free.removeFirst();
    }

    private synchronized void giveBack(Frozen writer) {
        if (closed) {
            writer.close();
        } else if (writer.compute().threads() > 1) {
            free.addFirst(writer);
        } else {
            free.addLast(writer);
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        free.forEach(Frozen::close);
        free.clear();
    }
}
