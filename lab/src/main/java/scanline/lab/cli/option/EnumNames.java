package scanline.lab.cli.option;

import java.util.Iterator;
import java.util.Locale;
import java.util.stream.Stream;

/** The names of the constants of an enum in lower case, which a shell completes and {@code --help} lists. */
public abstract class EnumNames implements Iterable<String> {
    private final Class<? extends Enum<?>> type;

    /** Creates the list of an enum. */
    protected EnumNames(Class<? extends Enum<?>> type) {
        this.type = type;
    }

    @Override
    public Iterator<String> iterator() {
        return Stream.of(type.getEnumConstants()).map(each -> each.name().toLowerCase(Locale.ROOT)).iterator();
    }
}
