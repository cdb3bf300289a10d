package hudson.model;

import java.util.Collection;

public abstract class View {
    protected View() {}

    public abstract Collection<TopLevelItem> getItems();
}
