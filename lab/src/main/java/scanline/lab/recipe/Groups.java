package scanline.lab.recipe;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import scanline.engine.file.Excerpt;
import scanline.engine.optim.ParameterGroup;

/**
 * The text of the key {@code groups}: {@code embedding.*: rate 0.1, no decay; lstm.*: frozen}. Semicolons separate groups;
 * each is a pattern of names, a colon, and one or several settings, separated by commas.
 */
final class Groups {
    private static final String RATE = "rate ";
    private static final String NO_DECAY = "no decay";
    private static final String FROZEN = "frozen";

    private Groups() {}

    /**
     * Parses the text.
     *
     * @return the groups; none if the text is empty
     * @throws IllegalArgumentException if it is not of that form; its message is one line that starts with the name of the
     *     key
     */
    static List<ParameterGroup> parse(String text) {
        List<ParameterGroup> groups = new ArrayList<>();
        for (String part : text.isEmpty() ? new String[0] : text.split(";", -1)) {
            int colon = part.indexOf(':');
            String names = colon < 0 ? "" : part.substring(0, colon).strip();
            if (names.isEmpty()) {
                throw new IllegalArgumentException("groups must be patterns of names with settings, such as \"fc.*: "
                        + RATE + "0.1, " + NO_DECAY + "; lstm.*: " + FROZEN + "\", but has "
                        + Excerpt.quoted(part.strip()));
            }
            groups.add(group(names, part.substring(colon + 1).split(",", -1)));
        }
        return groups;
    }

    private static ParameterGroup group(String names, String[] settings) {
        ParameterGroup group = ParameterGroup.of(names);
        Set<String> given = new HashSet<>();
        for (String one : settings) {
            String setting = one.strip();
            String kind = setting.startsWith(RATE) ? RATE : setting;
            if (kind.equals(RATE)) {
                group = group.withRateFactor(factor(names, setting));
            } else if (kind.equals(NO_DECAY)) {
                group = group.withoutDecay();
            } else if (kind.equals(FROZEN)) {
                group = group.whenFrozen();
            } else {
                throw invalid(names, "must be \"rate NUMBER\", \"no decay\" or \"frozen\", but is "
                        + Excerpt.quoted(setting));
            }
            if (!given.add(kind)) {
                throw invalid(names, "has " + Excerpt.quoted(kind.strip()) + " twice");
            }
        }
        if (group.frozen() && given.size() > 1) {
            throw invalid(names, "is frozen, so it has no other setting");
        }
        return group;
    }

    private static double factor(String names, String setting) {
        double factor;
        try {
            factor = Double.parseDouble(setting.substring(RATE.length()).strip());
        } catch (NumberFormatException _) {
            factor = Double.NaN;
        }
        if (!(factor > 0 && Double.isFinite(factor))) {
            throw invalid(names, "must have a positive number as its rate, a factor of optimizer.rate, but has "
                    + Excerpt.quoted(setting));
        }
        return factor;
    }

    private static IllegalArgumentException invalid(String names, String reason) {
        return new IllegalArgumentException("groups: " + Excerpt.quoted(names) + " " + reason);
    }
}
