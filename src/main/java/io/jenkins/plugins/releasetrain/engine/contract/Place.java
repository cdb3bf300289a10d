package io.jenkins.plugins.releasetrain.engine.contract;

/**
 * Where a schema is used.
 *
 * @param what the word in rule ids: {@code body}, {@code property}, {@code parameter}, {@code header}
 * @param location such as {@code GET /carts/{id} 200 application/json /total}
 */
record Place(Direction direction, String what, String location) {
    private static final int LONGEST = 400;

    static final String BODY = "body";
    static final String PROPERTY = "property";
    static final String PARAMETER = "parameter";
    static final String HEADER = "header";

    boolean isRequest() {
        return direction == Direction.REQUEST;
    }

    Place in(String step) {
        // A path through many references would otherwise grow with each of them.
        return location.length() > LONGEST
                ? new Place(direction, PROPERTY, location)
                : new Place(direction, PROPERTY, location + (what.equals(PROPERTY) ? "/" : " /") + step);
    }

    /** Such as {@code request-property-}. */
    String rule(String change) {
        return direction.word() + "-" + what + "-" + change;
    }
}
