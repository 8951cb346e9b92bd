package scanline.engine.optim;

import java.util.List;

/**
 * A rule that updates a parameter with its gradient. It has hyperparameters but no state: an {@link Optimizer} keeps
 * the state of every parameter. Any record may implement it; {@link Sgd}, {@link RmsProp}, {@link Adam} and
 * {@link AdamW} do.
 */
public interface UpdateRule {
    /** The learning rate, before a {@link Schedule} and a {@link ParameterGroup} multiply it. */
    double rate();

    /** The names of the state buffers that the rule needs for each parameter, which are initially zero. */
    List<String> slots();

    /** Updates a parameter. */
    void update(ParameterUpdate update);

    /**
     * Updates all parameters of a step, one after another. A rule that the backend knows overrides it, and updates all
     * of them in one call.
     *
     * @param updates
     *            one for each parameter, at least one
     */
    default void updateAll(List<ParameterUpdate> updates) {
        updates.forEach(this::update);
    }
}
