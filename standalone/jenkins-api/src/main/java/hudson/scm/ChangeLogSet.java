package hudson.scm;

import hudson.model.User;

public abstract class ChangeLogSet<T extends ChangeLogSet.Entry> implements Iterable<T> {
    public RepositoryBrowser<?> getBrowser() {
        throw new UnsupportedOperationException();
    }

    public abstract static class Entry {
        public String getCommitId() {
            throw new UnsupportedOperationException();
        }

        public long getTimestamp() {
            throw new UnsupportedOperationException();
        }

        public abstract String getMsg();

        public abstract User getAuthor();
    }
}
