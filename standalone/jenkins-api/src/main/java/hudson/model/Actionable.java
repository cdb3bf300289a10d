package hudson.model;

import java.util.List;

public abstract class Actionable {
    public void addAction(Action action) {}

    public List<? extends Action> getAllActions() {
        throw new UnsupportedOperationException();
    }

    public <T extends Action> T getAction(Class<T> type) {
        throw new UnsupportedOperationException();
    }
}
