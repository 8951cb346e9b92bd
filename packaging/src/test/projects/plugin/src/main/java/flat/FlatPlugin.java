package flat;

import java.util.List;
import scanline.data.plugin.Plugin;

/** Adds the schedule to recipes. */
public final class FlatPlugin implements Plugin {
    /** Creates the plugin. */
    public FlatPlugin() {}

    @Override
    public List<Class<?>> choices() {
        return List.of(FlatSchedule.class);
    }
}
